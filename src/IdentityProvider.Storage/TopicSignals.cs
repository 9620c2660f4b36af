using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace IdentityProvider.Storage;

/// <summary>
/// The database's own word that a topic moved, so that nobody waits for the next poll: PostgreSQL's LISTEN, which a trigger on the topics'
/// table answers at each commit. SQL Server has no such word, a pooler lends nobody a session to listen in, and a signal may be lost with its connection: polling stays.
/// </summary>
public sealed class TopicSignals(IDbContextFactory<IdpDb> databases, DatabaseWays ways)
{
    /// <summary>The channel that the trigger of the migration names.</summary>
    internal const string Channel = "idp_topics";

    /// <summary>
    /// Calls at each signal, and once when it has begun to listen, until it is cancelled or the connection breaks, which it throws. Completes
    /// at once where the database gives no signals.
    /// </summary>
    public async Task ListenAsync(Func<CancellationToken, Task> moved, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        if (connection is null)
            return;
        await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
            await listen.ExecuteNonQueryAsync(cancellation);
        while (true)
        {
            await moved(cancellation);
            await connection.WaitAsync(cancellation);
        }
    }

    // A connection of its own: one that waits must not be lent to anyone else, nor be reset.
    private async Task<NpgsqlConnection?> OpenAsync(CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        if (db is not PostgresDb || (ways.ThroughPooler && ways.Direct is null))
            return null;
        var own = new NpgsqlConnectionStringBuilder(ways.Direct ?? db.Database.GetConnectionString()) { Pooling = false, KeepAlive = 10, ApplicationName = "idp signals" };
        var connection = new NpgsqlConnection(own.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
