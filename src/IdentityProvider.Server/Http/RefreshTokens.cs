using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Http;

/// <summary>Refresh tokens as text, under the key that the master key gives for them, and what is stored about the family one names.</summary>
public sealed class RefreshTokens(MasterKey masterKey, TokenFamilies families, People people, Registry registry)
{
    private readonly byte[] _key = masterKey.Derive("refresh-token", 32);

    public Decision<RefreshToken> Parse(string text) => RefreshToken.Parse(text, _key);

    public string Compute(RefreshToken token) => token.Compute(_key);

    /// <summary>All that a rule asks about it.</summary>
    public async Task<RefreshTokenFacts> LoadAsync(RefreshToken token, CancellationToken cancellation)
    {
        if (await families.FindStandingAsync(token.FamilyId, cancellation) is not var (family, user, session))
            return new RefreshTokenFacts(null, null, null, []);
        var resources = await registry.FindResourcesAsync(family.Resources, cancellation);
        return new RefreshTokenFacts(family, await people.CompleteAsync(user, family.ClientId, resources, cancellation), session, resources);
    }
}
