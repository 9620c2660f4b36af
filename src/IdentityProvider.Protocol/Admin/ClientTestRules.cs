using System.Buffers.Text;
using System.Text;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Protocol.Admin;

/// <summary>
/// "Test this client": the console runs the client's own code flow, as the person who asks for it, and shows what came back. The client has the console's
/// address among its redirect URIs for as long as the test lasts; nothing else is different from what the client would do.
/// </summary>
public static class ClientTestRules
{
    /// <summary>Where the code comes, below the issuer. No client is called <c>-</c>.</summary>
    public const string CallbackPath = BuiltInClients.ConsolePath + "/clients/-/tested";

    /// <summary>What of a client can't be tested so; null where it can.</summary>
    public static MetadataError? Refuse(Client client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client switch
        {
            _ when !client.Allows(GrantTypes.AuthorizationCode) => new("grant_types", "it signs nobody in by a browser"),

            // What it is sent back to would no longer be its to change, or its people would be others.
            { IsSelfRegistered: true } => new("redirect_uris", "it registered itself, and so did its redirect URIs"),
            { SubjectType: SubjectType.Pairwise } => new("subject_type", "the names by which it knows people hang on its redirect URIs"),

            // What only the client itself can prove.
            { Profile: not ClientProfile.None } => new("profile", "the profile asks for proofs that only the client can make"),
            { RequirePushedAuthorizationRequests: true } => new("require_pushed_authorization_requests", "only the client can push its requests"),
            { RequireSignedRequestObject: true } => new("require_signed_request_object", "only the client can sign its requests"),
            { DpopBoundAccessTokens: true } => new("dpop_bound_access_tokens", "only the client has the key that its tokens are bound to"),
            { TlsClientCertificateBoundAccessTokens: true } => new("tls_client_certificate_bound_access_tokens", "only the client has the certificate that its tokens are bound to"),
            { RefreshTokenDelivery: RefreshTokenDelivery.Cookie } => new("refresh_token_delivery", "its refresh token goes into a cookie of its own pages"),
            { RedirectUris.Count: >= ClientMetadataRules.MostUris } => new("redirect_uris", "it has as many as there can be"),
            _ => null,
        };
    }

    /// <summary>The client as it is while it is tested: with the console's address.</summary>
    public static ClientMetadata WithCallback(Client client, string issuer)
    {
        var without = Without(client, issuer);
        return without with { RedirectUris = [.. without.RedirectUris!, issuer + CallbackPath] };
    }

    /// <summary>The client as it was before.</summary>
    public static ClientMetadata Without(Client client, string issuer)
    {
        ArgumentNullException.ThrowIfNull(client);
        return ClientMetadata.Of(client) with { ResponseTypes = null, RedirectUris = [.. client.RedirectUris.Where(uri => uri != issuer + CallbackPath)] };
    }

    /// <summary>The authorization request, as a query (OpenID Connect Core §3.1.2.1).</summary>
    /// <param name="issuer">Ours.</param>
    /// <param name="client">The client.</param>
    /// <param name="resource">The API that the access token is for; null for none.</param>
    /// <param name="scope">What it asks for.</param>
    /// <param name="state">Sealed: which test it is.</param>
    /// <param name="browser">The secret that this browser's cookie holds.</param>
    /// <param name="salt">New for each test; no secret.</param>
    public static string Request(string issuer, Client client, string? resource, ScopeSet scope, string state, string browser, string salt)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(scope);
        return new CodeRequest(client.ClientId, issuer + CallbackPath, scope.ToString(), resource, state, salt).ToQuery(ConsoleSignInRules.VerifierOf(browser, salt));
    }

    /// <summary>The client at the token endpoint, by being this very process: an operator who may change it could as well give it another secret.</summary>
    public static AuthenticatedClient InThisProcess(Client client) => new(client);

    /// <summary>What a JWT says, for people: its claims as JSON; null where the token is none.</summary>
    /// <param name="token">A token of ours, just issued.</param>
    public static string? ClaimsOf(string? token)
    {
        var parts = token?.Split('.') ?? [];
        return parts.Length == 3 && Base64Url.IsValid(parts[1]) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1])) : null;
    }

    /// <summary>As much of a token as tells it from another and opens nothing.</summary>
    public static string Shortened(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return $"{token[..Math.Min(8, token.Length / 4)]}… ({token.Length} characters)";
    }
}
