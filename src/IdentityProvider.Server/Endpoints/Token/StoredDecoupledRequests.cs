using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.SharedSignals;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.Token;

/// <summary>What is stored about a request that a person decides elsewhere.</summary>
internal sealed class StoredDecoupledRequests(DecoupledRequests requests, People people, Registry registry, SubjectIdentifiers subjects, SignalReceivers receivers)
{
    /// <summary>Spends the request, and makes its family; true for the one who did.</summary>
    public async Task<bool> RedeemAsync(Guid requestId, TokenFamily family, int? toldRoleChanges, DateTimeOffset now)
    {
        if (!await requests.RedeemAsync(requestId, family, toldRoleChanges, now, CancellationToken.None))
            return false;
        await receivers.MetAsync(family);
        return true;
    }

    /// <summary>All that the rule asks about it.</summary>
    public async Task<DecoupledFacts> LoadAsync(byte[] codeHash, Client client, CancellationToken cancellation)
    {
        if (await requests.FindAsync(codeHash, cancellation) is not { } request)
            return new DecoupledFacts(null, null, []);
        var resources = await registry.FindResourcesAsync(request.Resources, cancellation);
        return request.UserId is { } userId
            ? new DecoupledFacts(request, await people.FindAsync(userId, client.ClientId, resources, cancellation), resources) { PairwiseSubject = subjects.PairwiseOrNull(client, userId) }
            : new DecoupledFacts(request, null, resources);
    }
}
