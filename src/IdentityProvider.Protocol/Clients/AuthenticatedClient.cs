using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Protocol.Clients;

/// <summary>
/// Who a request says that it comes from, and with what proof, before anything of it was checked. Made by
/// <see cref="ClientAuthenticationRules.Read"/> alone.
/// </summary>
public sealed class PresentedClient
{
    internal PresentedClient(string clientId, string? secret, ClientAuthenticationMethod method)
    {
        ClientId = clientId;
        Secret = secret;
        Method = method;
    }

    internal PresentedClient(string clientId, string assertion, string? kid)
    {
        ClientId = clientId;
        Assertion = assertion;
        Kid = kid;
        Method = ClientAuthenticationMethod.PrivateKeyJwt;
    }

    public string ClientId { get; }

    public ClientAuthenticationMethod Method { get; }

    /// <summary>The key that the assertion names, so that the right set can be loaded; nothing is proven by it.</summary>
    public string? Kid { get; }

    internal string? Secret { get; }

    internal string? Assertion { get; }
}

/// <summary>
/// A client that proved who it is, as far as its kind can: a public client is only identified (RFC 6749 §2.1). Made by
/// <see cref="ClientAuthenticationRules.Decide"/>, <see cref="VerifiedClientAssertion.Spend"/> and, of the console alone, <see cref="Admin.BuiltInClients"/>, so that
/// no grant can forget to ask.
/// </summary>
public sealed class AuthenticatedClient
{
    internal AuthenticatedClient(Client client, Confirmation? confirmation = null)
    {
        Client = client;
        Confirmation = confirmation;
    }

    public Client Client { get; }

    /// <summary>What this request proved to hold and its tokens are bound to (<c>DPoP/SenderRules</c>); null for a bearer's.</summary>
    public Confirmation? Confirmation { get; }

    public string ClientId => Client.ClientId;

    internal AuthenticatedClient BoundTo(Confirmation confirmation) => new(Client, confirmation);
}
