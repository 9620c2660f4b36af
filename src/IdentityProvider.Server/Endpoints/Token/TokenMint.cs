using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.Endpoints.Token;

/// <summary>Makes the tokens of a plan, in memory: no database, and nothing that is lost if they are thrown away.</summary>
internal sealed class TokenMint(Settings settings, KeyRing keys, Entropy entropy, RefreshTokens refreshTokens, OpaqueAccessTokens opaque)
{
    public async ValueTask<TokenResponse> MintAsync(TokenPlan plan, CancellationToken cancellation)
    {
        var planned = plan.AccessToken;
        var jti = NewIdentifier(planned.Family);
        var accessToken = planned.Target.IsOpaque
            ? opaque.Seal(planned, jti)
            : AccessToken.Sign(planned, await keys.ActiveAsync(planned.Target.Algorithm, cancellation), settings.Issuer, jti);
        var idToken = plan.IdToken is null
            ? null
            : IdToken.Sign(plan.IdToken, await keys.ActiveAsync(plan.IdToken.Client.IdTokenSignedResponseAlg, cancellation), settings.Issuer, accessToken);
        return new TokenResponse(
            accessToken,
            (long)(planned.ExpiresAt - planned.IssuedAt).TotalSeconds,
            planned.Scope.ToString(),
            plan.RefreshToken is null ? null : refreshTokens.Compute(plan.RefreshToken),
            idToken);
    }

    private string NewIdentifier(TokenFamily? family)
    {
        Span<byte> random = stackalloc byte[family is null ? TokenIdentifier.RandomLengthAlone : TokenIdentifier.RandomLengthInFamily];
        entropy.Fill(random);
        return family is null ? TokenIdentifier.Alone(random) : TokenIdentifier.InFamily(family.FamilyId, random);
    }
}
