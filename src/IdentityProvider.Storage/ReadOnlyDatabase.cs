using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace IdentityProvider.Storage;

/// <summary>
/// Where searches, lists and figures are read: a replica where there is one, which may be a moment behind, and otherwise the database itself. Nothing that is
/// decided may rest on it. While the replica is out of reach, the database answers in its place.
/// </summary>
public sealed class ReadOnlyDatabase(IDbContextFactory<IdpDb> primary, DatabaseWays ways)
{
    /// <summary>So long nobody knocks again at a replica that didn't open.</summary>
    private static readonly TimeSpan Shunned = TimeSpan.FromSeconds(15);

    // It tries nothing again: the database is there in its place.
    private readonly DbContextOptions<PostgresDb>? _replica = ways.ReadOnly is { Length: > 0 } replica
        ? StorageSetup.OnPostgres(replica, ways).UseNpgsql(o => o.ExecutionStrategy(of => new NonRetryingExecutionStrategy(of))).Options
        : null;

    private long _refusedAt;

    public async Task<IdpDb> CreateDbContextAsync(CancellationToken cancellation = default) =>
        await OpenReplicaAsync(cancellation) ?? await primary.CreateDbContextAsync(cancellation);

    /// <summary>How far the replica is behind; null where there is none, or it doesn't answer, which the second value tells apart.</summary>
    public async Task<(TimeSpan? Behind, bool IsThere)> LookAsync(CancellationToken cancellation = default)
    {
        if (_replica is null)
            return (null, false);
        await using var db = await OpenReplicaAsync(cancellation);
        if (db is null)
            return (null, true);

        // Without writes nothing is replayed, and what was received then is all there is.
        var seconds = await db.Database.SqlQueryRaw<double>(
            """
            SELECT CASE WHEN NOT pg_is_in_recovery() OR pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
                ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp())::double precision END AS "Value"
            """).SingleAsync(cancellation);
        return (TimeSpan.FromSeconds(seconds), true);
    }

    private async Task<PostgresDb?> OpenReplicaAsync(CancellationToken cancellation)
    {
        if (_replica is null || (Interlocked.Read(ref _refusedAt) is > 0 and var at && TimeProvider.System.GetElapsedTime(at) < Shunned))
            return null;
        var db = new PostgresDb(_replica);
        try
        {
            await db.Database.OpenConnectionAsync(cancellation);
            Interlocked.Exchange(ref _refusedAt, 0);
            return db;
        }
        catch (NpgsqlException)
        {
            Interlocked.Exchange(ref _refusedAt, TimeProvider.System.GetTimestamp());
            await db.DisposeAsync();
            return null;
        }
    }
}
