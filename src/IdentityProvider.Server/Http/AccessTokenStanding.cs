using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Http;

/// <summary>
/// What is stored about all that an access token hangs on. It is read from the database and never from this node's memory, so that an answer
/// agrees with a revocation from the moment that any node answered it.
/// </summary>
public sealed class AccessTokenStanding(Clients clients, SigningKeys keys, RevokedTokens revoked, TokenFamilies families, Users users)
{
    /// <summary>All that a rule asks about it.</summary>
    public async Task<AccessTokenFacts> LoadAsync(VerifiedAccessToken token, CancellationToken cancellation)
    {
        var client = await clients.FindAsync(token.ClientId, cancellation);
        var isRevoked = await revoked.ContainsAsync(token.Jti, cancellation) || (token.Kid is { } kid && !await keys.StandsAsync(kid, cancellation));
        var family = token.FamilyId is { } familyId ? await families.FindAsync(familyId, cancellation) : null;
        var user = family is null ? null : await users.FindClaimsAsync(family.UserId, cancellation);
        return new AccessTokenFacts(client, family, user, isRevoked);
    }
}
