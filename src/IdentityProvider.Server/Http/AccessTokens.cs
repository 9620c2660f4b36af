using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Http;

/// <summary>Access tokens that come back to us: verified with the published keys, and what is stored about what they hang on.</summary>
public sealed class AccessTokens(Settings settings, KeyRing keys, RevokedTokens revoked, TokenFamilies families, Users users, Registry registry)
{
    public Decision<VerifiedAccessToken> Verify(string text, DateTimeOffset now) =>
        VerifiedAccessToken.Verify(text, keys.Published, settings.Issuer, now);

    /// <summary>All that a rule asks about it.</summary>
    public async Task<AccessTokenFacts> LoadAsync(VerifiedAccessToken token, CancellationToken cancellation)
    {
        var client = await registry.FindClientAsync(token.ClientId, cancellation);
        var isRevoked = await revoked.ContainsAsync(token.Jti, cancellation);
        var family = token.FamilyId is { } familyId ? await families.FindAsync(familyId, cancellation) : null;
        var user = family is null ? null : await users.FindClaimsAsync(family.UserId, cancellation);
        return new AccessTokenFacts(client, family, user, isRevoked);
    }
}
