using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.Http;

/// <summary>Access tokens that come back to us: a JWT is verified with the published keys, an opaque one is opened.</summary>
public sealed class AccessTokens(KeyRing keys, OpaqueAccessTokens opaque, Settings settings)
{
    public Decision<VerifiedAccessToken> Verify(string text, DateTimeOffset now) =>
        OpaqueAccessToken.MayBe(text) ? opaque.Open(text, now) : VerifiedAccessToken.Verify(text, keys.Published, settings.Issuer, now);
}
