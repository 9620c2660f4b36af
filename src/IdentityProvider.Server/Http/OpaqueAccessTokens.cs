using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Keys;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.Http;

/// <summary>Opaque access tokens as text, under the key that the master key gives for them: every node reads what any node made.</summary>
public sealed class OpaqueAccessTokens(MasterKey masterKey, Entropy entropy, Settings settings)
{
    private readonly byte[] _key = masterKey.Derive("opaque-access-token", 32);

    public string Seal(AccessTokenPlan plan, string jti)
    {
        Span<byte> salt = stackalloc byte[SealedData.SaltLength];
        entropy.Fill(salt);
        return OpaqueAccessToken.Seal(plan, settings.Issuer, jti, _key, salt);
    }

    public Decision<VerifiedAccessToken> Open(string text, DateTimeOffset now) => VerifiedAccessToken.Open(text, _key, settings.Issuer, now);
}
