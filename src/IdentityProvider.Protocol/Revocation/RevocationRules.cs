using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Protocol.Revocation;

/// <summary>A well-formed revocation request. Made by <see cref="RevocationRules.Read"/> alone.</summary>
public sealed class RevocationRequest
{
    internal RevocationRequest(string token, AuthenticatedClient client)
    {
        Token = token;
        Client = client;
    }

    public string Token { get; }

    public AuthenticatedClient Client { get; }

    /// <summary>The request named no token and meant the one in the client's cookie.</summary>
    public bool IsOfCookie { get; internal init; }
}

/// <summary>What becomes of a revocation. Closed.</summary>
public abstract class RevocationDecision
{
    private RevocationDecision()
    {
    }

    /// <summary>A refresh token stands for its whole family, access tokens included (RFC 7009 §2.1).</summary>
    public sealed class EndFamily : RevocationDecision
    {
        internal EndFamily(Guid familyId) => FamilyId = familyId;

        public Guid FamilyId { get; }
    }

    /// <summary>One access token.</summary>
    public sealed class RevokeToken : RevocationDecision
    {
        internal RevokeToken(VerifiedAccessToken token) => Token = token;

        public VerifiedAccessToken Token { get; }
    }

    /// <summary>There is nothing to revoke, which is what the client wants (RFC 7009 §2.2).</summary>
    public sealed class Nothing : RevocationDecision
    {
        internal Nothing()
        {
        }
    }

    public sealed class Refuse : RevocationDecision
    {
        internal Refuse(Refusal reason) => Reason = reason;

        public Refusal Reason { get; }
    }
}

/// <summary>Token revocation (RFC 7009): a client gives up what is its own, and nothing else.</summary>
public static class RevocationRules
{
    /// <summary>
    /// Reads the request. A hint, known or not, saves no look-up here and is ignored (RFC 7009 §2.1). Browser code can't name a refresh token
    /// that it never sees: where it names none, it means the one in its cookie.
    /// </summary>
    /// <param name="parameters">The form.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="cookies">The refresh tokens in the browser's cookies for this client.</param>
    public static Decision<RevocationRequest> Read(Parameters parameters, AuthenticatedClient client, IReadOnlyList<string> cookies)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(client);
        if (parameters["token"] is { } token)
            return new RevocationRequest(token, client);
        if (RefreshTokenDeliveryRules.Choose(client.Client, inBody: null, cookies).Try(out var kept, out var reason))
            return new RevocationRequest(kept, client) { IsOfCookie = true };
        return reason == Refusal.RefreshTokenMissing ? Refusal.RevocationTokenMissing : reason;
    }

    /// <summary>A refresh token of any generation: whoever holds one of its own family may end it.</summary>
    /// <param name="request">The well-formed request.</param>
    /// <param name="family">The family that the token names; null where it is gone.</param>
    /// <param name="now">The moment.</param>
    public static RevocationDecision Decide(RevocationRequest request, TokenFamily? family, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);

        // 1. Gone is gone (RFC 7009 §2.2).
        if (family is null)
            return new RevocationDecision.Nothing();

        // 2. It was issued to the client that asks (RFC 7009 §2.1).
        if (!IsOwn(request, family.ClientId))
            return new RevocationDecision.Refuse(Refusal.RevocationTokenBelongsToAnotherClient);

        return family.IsAlive(now) ? new RevocationDecision.EndFamily(family.FamilyId) : new RevocationDecision.Nothing();
    }

    /// <summary>An access token, or a text that is none (null).</summary>
    public static RevocationDecision Decide(RevocationRequest request, VerifiedAccessToken? token)
    {
        ArgumentNullException.ThrowIfNull(request);

        // 1. What doesn't verify, or has expired, is of no use to anyone (RFC 7009 §2.2).
        if (token is null)
            return new RevocationDecision.Nothing();

        // 2. It was issued to the client that asks (RFC 7009 §2.1).
        return IsOwn(request, token.ClientId)
            ? new RevocationDecision.RevokeToken(token)
            : new RevocationDecision.Refuse(Refusal.RevocationTokenBelongsToAnotherClient);
    }

    private static bool IsOwn(RevocationRequest request, string clientId) => string.Equals(request.Client.ClientId, clientId, StringComparison.Ordinal);
}
