using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.Http;

/// <summary>Access tokens that come back to us: a JWT is verified with the published keys, an opaque one is opened.</summary>
public sealed class AccessTokens(KeyRing keys, OpaqueAccessTokens opaque, Settings settings)
{
    /// <summary>
    /// What the token says, or why it is none of ours. A key that this node doesn't know is looked for first: another may have begun to sign with it a moment
    /// ago, and a good token would be refused here, or its revocation answered and not made.
    /// </summary>
    public async ValueTask<Decision<VerifiedAccessToken>> VerifyAsync(string text, DateTimeOffset now, CancellationToken cancellation)
    {
        if (OpaqueAccessToken.MayBe(text))
            return opaque.Open(text, now);
        var published = keys.Published;
        var verified = VerifiedAccessToken.Verify(text, published, settings.Issuer, now);
        if (verified.Try(out _, out _) || !UnverifiedJwt.Read(text).Accepted(out var jwt, out _) || jwt.Header.Kid is not { } kid || published.Has(kid))
            return verified;
        await keys.LookForAsync(kid, cancellation);
        return VerifiedAccessToken.Verify(text, keys.Published, settings.Issuer, now);
    }
}
