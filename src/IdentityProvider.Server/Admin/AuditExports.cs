using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Audit;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>The audit taken away as JSON Lines, the same at every face; that it was taken is a line of it.</summary>
internal sealed class AuditExports(AuditEvents events, AuditTrail audit)
{
    private const int Batch = 1000;

    /// <param name="actor">Who asks.</param>
    /// <param name="search">Which lines.</param>
    /// <param name="write">Hears each, the newest first: one JSON object.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task WriteAsync(Actor actor, AuditSearch search, Func<string, Task> write, CancellationToken cancellation)
    {
        var (count, place) = (0L, (AuditPlace?)null);
        try
        {
            while (await events.SearchAsync(search, place, Batch, cancellation) is { Count: > 0 } page)
            {
                foreach (var line in page)
                {
                    await write(AuditJson.Document(line).ToJsonString());
                    count++;
                }

                place = new AuditPlace(page[^1].Event.At, page[^1].Event.EventId);
            }
        }
        finally
        {
            // Also where it was broken off: what was read was read.
            await audit.RecordAsync(AuditAction.AuditExported, actor, AuditTarget.Audit, detail: new() { ["lines"] = count }, cancellation: CancellationToken.None);
        }
    }
}
