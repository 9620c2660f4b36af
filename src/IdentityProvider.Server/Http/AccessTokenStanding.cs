using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Clients;
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
        // Four questions at once: each goes with those of other requests.
        var client = BuiltInClients.Find(token.ClientId, settings.Issuer, settings.Administration.CommandLineSignIn) is { } builtIn ? Task.FromResult<Client?>(builtIn) : clients.FindAsync(token.ClientId, cancellation);
        var isRevoked = revoked.ContainsAsync(token.Jti, cancellation);
        var keyStands = token.Kid is { } kid ? keys.StandsAsync(kid, cancellation) : Task.FromResult(true);
        var found = token.FamilyId is { } familyId ? families.FindStandingAsync(familyId, cancellation) : Task.FromResult<FamilyStanding?>(null);
        await Task.WhenAll(client, isRevoked, keyStands, found);
        var standing = await found;
        var user = standing is null ? null : await people.CompleteAsync(standing.User, standing.Family.ClientId, resources, cancellation);
        return new AccessTokenFacts(await client, standing?.Family, user, await isRevoked || !await keyStands) { Apis = resources };
    }
}
