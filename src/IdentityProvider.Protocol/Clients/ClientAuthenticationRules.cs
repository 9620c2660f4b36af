using System.Security.Cryptography;
using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Protocol.Clients;

/// <summary>
/// How a client says who it is and proves it (RFC 6749 §2.3, RFC 7591 §2): here by a secret or not at all, by a JWT in
/// <see cref="ClientAssertionRules"/>. An unknown client and a wrong secret get the same answer after the same work.
/// </summary>
public static class ClientAuthenticationRules
{
    private const string Basic = "Basic ";

    /// <summary>Longer than any identifier and secret of ours, escapes included.</summary>
    private const int LongestHeader = 4096;

    /// <summary>Reads who is named and by which method.</summary>
    /// <param name="authorization">The request's Authorization header; null where there is none.</param>
    /// <param name="parameters">The request's form.</param>
    public static Decision<PresentedClient> Read(string? authorization, Parameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var byHeader = !string.IsNullOrEmpty(authorization);
        var bySecret = parameters.Has("client_secret");
        var byAssertion = parameters.Has("client_assertion") || parameters.Has("client_assertion_type");

        // 1. One method alone (RFC 6749 §2.3).
        if ((byHeader ? 1 : 0) + (bySecret ? 1 : 0) + (byAssertion ? 1 : 0) > 1)
            return Refusal.ClientAuthenticationTwice;

        // 2. An assertion says itself who it is from (RFC 7523 §2.2).
        if (byAssertion)
            return ClientAssertionRules.Read(parameters);

        // 3. The header, and a client_id beside it only if it is the same (RFC 6749 §2.3.1).
        if (byHeader)
        {
            if (ReadBasic(authorization!) is not { } basic)
                return Refusal.ClientAuthenticationMalformed;
            return parameters["client_id"] is { } beside && !string.Equals(beside, basic.ClientId, StringComparison.Ordinal)
                ? Refusal.ClientIdMismatch
                : basic;
        }

        // 4. Without the header, client_id says who it is (RFC 6749 §3.2.1).
        if (parameters["client_id"] is not { } clientId)
            return Refusal.ClientAuthenticationMissing;
        return bySecret
            ? new PresentedClient(clientId, parameters["client_secret"], ClientAuthenticationMethod.ClientSecretPost)
            : new PresentedClient(clientId, null, ClientAuthenticationMethod.None);
    }

    /// <summary>Checks the proof.</summary>
    /// <param name="presented">What the request says.</param>
    /// <param name="client">The client of that identifier; null where there is none.</param>
    /// <param name="now">The moment, against which secrets expire.</param>
    public static Decision<AuthenticatedClient> Decide(PresentedClient presented, Client? client, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(presented);

        // 1. Hash whatever came before looking at the client, so that an unknown one costs the same.
        var hash = SecretHash.Of(presented.Secret ?? "");

        // 2. The client exists (RFC 6749 §5.2).
        if (client is null || !string.Equals(client.ClientId, presented.ClientId, StringComparison.Ordinal))
            return Refusal.ClientUnknown;

        // 3. It uses the method that it is registered for, and no weaker one (RFC 7591 §2); one that is decided on here.
        if (client.TokenEndpointAuthMethod != presented.Method || !(client.IsPublic || client.HasSecret))
            return Refusal.ClientAuthenticationMethodNotRegistered;

        // 4. A public client has nothing to prove (RFC 6749 §2.1); a secret is one of those valid now (§2.3.1).
        if (!client.IsPublic && !IsValidSecret(hash, client.Secrets, now))
            return Refusal.ClientSecretWrong;

        return new AuthenticatedClient(client);
    }

    // Every secret is compared, whichever matches, so that the time says nothing of which or how many there are that fit.
    private static bool IsValidSecret(ReadOnlySpan<byte> hash, IReadOnlyList<ClientSecret> secrets, DateTimeOffset now)
    {
        var valid = false;
        foreach (var secret in secrets)
            valid |= CryptographicOperations.FixedTimeEquals(hash, secret.Hash) & (secret.ExpiresAt is not { } end || now < end);
        return valid;
    }

    private static PresentedClient? ReadBasic(string authorization)
    {
        // 1. The scheme, in any case (RFC 7617 §2), and a bound.
        if (!authorization.StartsWith(Basic, StringComparison.OrdinalIgnoreCase) || authorization.Length > LongestHeader)
            return null;

        // 2. Base64 of identifier, colon and secret (RFC 7617 §2).
        var encoded = authorization.AsSpan(Basic.Length).Trim();
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64Chars(encoded, bytes, out var length))
            return null;
        var pair = bytes.AsSpan(0, length);
        var colon = pair.IndexOf((byte)':');
        if (colon <= 0)
            return null;

        // 3. Each of them form-encoded before (RFC 6749 §2.3.1, appendix B).
        return Parameters.TryDecode(pair[..colon], out var clientId) && Parameters.TryDecode(pair[(colon + 1)..], out var secret)
            ? new PresentedClient(clientId, secret, ClientAuthenticationMethod.ClientSecretBasic)
            : null;
    }
}
