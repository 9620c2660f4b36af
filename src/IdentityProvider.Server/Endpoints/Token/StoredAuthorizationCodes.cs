using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.SharedSignals;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.Token;

/// <summary>What is stored about a code that a client presents.</summary>
internal sealed class StoredAuthorizationCodes(AuthorizationCodes codes, People people, Registry registry, SignalReceivers receivers, Settings settings)
{
    public TimeSpan IdleLimit => settings.Sessions.IdleLimit;

    /// <summary>Spends the code, and makes its family; true for the one who did.</summary>
    public async Task<bool> RedeemAsync(byte[] codeHash, TokenFamily family, int? toldRoleChanges, DateTimeOffset now)
    {
        if (!await codes.RedeemAsync(codeHash, family, toldRoleChanges, now, CancellationToken.None))
            return false;
        await receivers.MetAsync(family);
        return true;
    }

    /// <summary>All that the rule asks about it.</summary>
    public async Task<AuthorizationCodeFacts> LoadAsync(byte[] codeHash, CancellationToken cancellation)
    {
        if (await codes.FindStandingAsync(codeHash, cancellation) is not var (code, user, session))
            return new AuthorizationCodeFacts(null, null, null, []);
        var resources = await registry.FindResourcesAsync(code.Resources, cancellation);
        return new AuthorizationCodeFacts(code, await people.CompleteAsync(user, code.ClientId, resources, cancellation), session, resources);
    }
}
