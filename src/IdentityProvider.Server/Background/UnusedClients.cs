using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Audit;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Background;

/// <summary>Removes the clients that registered themselves and that nobody used for as long as the policy says.</summary>
internal sealed class UnusedClients(Registrations registrations, AuditTrail audit, Settings settings, TimeProvider clock)
{
    /// <summary>How many there are to remove.</summary>
    public Task<int> CountAsync(CancellationToken cancellation) =>
        registrations.CountUnusedAsync(clock.GetUtcNow() - settings.Registration.UnusedClientsKept, cancellation);

    /// <summary>Removes all of them, a batch at a time; how many.</summary>
    public async Task<int> RemoveAsync(Actor actor, CancellationToken cancellation)
    {
        var total = 0;
        while (true)
        {
            var now = clock.GetUtcNow();
            var removed = await registrations.RemoveUnusedAsync(now - settings.Registration.UnusedClientsKept, now, cancellation);
            if (removed.Count == 0)
                return total;
            total += removed.Count;
            await audit.RecordAsync(
                AuditAction.ClientsUnusedRemoved, actor, AuditTarget.NoClient, detail: new() { ["clients"] = new JsonArray([.. removed]) }, cancellation: CancellationToken.None);
        }
    }
}
