using IdentityProvider.Protocol.Diagnosis;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Diagnosis;

/// <summary>What is in the database: messages that don't leave it, and clients that are weak or will stop working.</summary>
internal sealed class RowsCheck(Outbox outbox, Clients clients, Storage.Resources resources, TimeProvider clock)
{
    private const int Page = 500;

    /// <summary>Who has more has read enough.</summary>
    private const int MostOfClients = 100;

    public async Task<Finding> OutboxAsync(CancellationToken cancellation)
    {
        var waiting = await outbox.ListAsync(null, OutboxState.Waiting, Page, cancellation);
        var givenUp = await outbox.ListAsync(null, OutboxState.GivenUp, Page, cancellation);
        return DiagnosisRules.Outbox([.. waiting.Select(message => message.CreatedAt)], givenUp.Count, clock.GetUtcNow());
    }

    public async Task<IReadOnlyList<Finding>> ClientsAsync(CancellationToken cancellation)
    {
        var known = new Dictionary<string, Resource>(StringComparer.Ordinal);
        for (string? after = null; await resources.ListAsync(after, Page, cancellation) is { Count: > 0 } page; after = page[^1].Identifier)
        {
            foreach (var resource in page)
                known.Add(resource.Identifier, resource);
        }

        var (count, found) = (0, new List<Finding>());
        for (string? after = null; await clients.ListAsync(after, Page, cancellation) is { Count: > 0 } page; after = page[^1].ClientId)
        {
            count += page.Count;
            foreach (var client in page)
                found.AddRange(DiagnosisRules.Client(client, [.. client.Resources.Select(known.GetValueOrDefault).OfType<Resource>()], clock.GetUtcNow()));
        }

        if (found.Count == 0)
            return [Finding.Fine("clients", $"{count} clients, none with a risky setting or an expiring secret.")];
        return found.Count <= MostOfClients
            ? found
            : [.. found.Take(MostOfClients), Finding.Warning("clients", $"{found.Count - MostOfClients} more findings about clients.", "Mend these first.")];
    }
}
