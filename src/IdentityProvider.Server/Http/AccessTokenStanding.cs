using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Http;

/// <summary>
/// What is stored about all that an access token hangs on. It is read from the database and never from this node's memory, so that an answer
/// agrees with a revocation from the moment that any node answered it.
/// </summary>
public sealed class AccessTokenStanding(Clients clients, SigningKeys keys, RevokedTokens revoked, TokenFamilies families, People people, Settings settings)
{
    /// <summary>All that a rule asks about it.</summary>
    public Task<AccessTokenFacts> LoadAsync(VerifiedAccessToken token, CancellationToken cancellation) => LoadAsync(token, [], cancellation);

    /// <summary>The same where one of these APIs is to be told of it, or of a token that it becomes: they may be told more of the person.</summary>
    public async Task<AccessTokenFacts> LoadAsync(VerifiedAccessToken token, IReadOnlyList<Resource> resources, CancellationToken cancellation)
    {
        var client = BuiltInClients.Find(token.ClientId, settings.Issuer) ?? await clients.FindAsync(token.ClientId, cancellation);
        var isRevoked = await revoked.ContainsAsync(token.Jti, cancellation) || (token.Kid is { } kid && !await keys.StandsAsync(kid, cancellation));
        var family = token.FamilyId is { } familyId ? await families.FindAsync(familyId, cancellation) : null;
        var user = family is null ? null : await people.FindAsync(family.UserId, family.ClientId, resources, cancellation);
        return new AccessTokenFacts(client, family, user, isRevoked) { Apis = resources };
    }
}
