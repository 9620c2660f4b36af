using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace IdentityProvider.Storage;

/// <summary>The database's shape.</summary>
public sealed class Schema(IDbContextFactory<IdpDb> databases)
{
    // Any number, as long as all nodes have the same: "idp" in ASCII.
    private const string LockOnPostgres = "SELECT pg_advisory_lock(6906992)";
    private const string UnlockOnPostgres = "SELECT pg_advisory_unlock(6906992)";
    private const string LockOnSqlServer =
        "EXEC sp_getapplock @Resource = 'idp-schema', @LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = -1";
    private const string UnlockOnSqlServer = "EXEC sp_releaseapplock @Resource = 'idp-schema', @LockOwner = 'Session'";

    private static readonly TimeSpan LongestMigration = TimeSpan.FromMinutes(10);

    /// <summary>Brings the database up to this version. Nodes that start at once wait for the first and then find nothing to do.</summary>
    public Task MigrateAsync(CancellationToken cancellation = default) => MigrateAsync(each: null, cancellation);

    /// <summary>The same, and says how far it is.</summary>
    /// <param name="each">Hears of every migration by name before it is applied, with its place from 1 and how many there are; null where nobody listens.</param>
    /// <param name="cancellation">Gives up; the migrations that were applied stay.</param>
    /// <returns>The migrations that were applied, in their order.</returns>
    public async Task<IReadOnlyList<string>> MigrateAsync(Action<string, int, int>? each, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        db.Database.SetCommandTimeout(LongestMigration);
        await db.Database.OpenConnectionAsync(cancellation);
        await RunAsync(db, db is PostgresDb ? LockOnPostgres : LockOnSqlServer, cancellation);
        try
        {
            List<string> pending = [.. await db.Database.GetPendingMigrationsAsync(cancellation)];
            if (each is not null)
            {
                for (var i = 0; i < pending.Count; i++)
                {
                    each(pending[i], i + 1, pending.Count);
                    await db.Database.MigrateAsync(pending[i], cancellation);
                }
            }

            await db.Database.MigrateAsync(cancellation);
            return pending;
        }
        finally
        {
            await RunAsync(db, db is PostgresDb ? UnlockOnPostgres : UnlockOnSqlServer, CancellationToken.None);
        }
    }

    /// <summary>Whether this version's migrations have all been applied.</summary>
    public async Task<bool> IsCurrentAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return !(await db.Database.GetPendingMigrationsAsync(cancellation)).Any();
    }

    /// <summary>What the database is, and what it lacks. Changes nothing.</summary>
    /// <exception cref="DbException">It can't be reached.</exception>
    public async Task<DatabaseFacts> LookAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var pending = (await db.Database.GetPendingMigrationsAsync(cancellation)).ToList();
        await db.Database.OpenConnectionAsync(cancellation);
        var now = await db.Database
            .SqlQueryRaw<DateTime>(db is PostgresDb ? """SELECT clock_timestamp() AT TIME ZONE 'UTC' AS "Value" """ : "SELECT SYSUTCDATETIME() AS [Value]")
            .SingleAsync(cancellation);
        return new(db.Database.GetDbConnection().ServerVersion, new DateTimeOffset(DateTime.SpecifyKind(now, DateTimeKind.Utc)), pending);
    }

    /// <summary>
    /// The SQL that brings a database of any version up to this one, for those who apply it by hand: with <c>psql</c>, or with <c>sqlcmd -I</c>,
    /// because SQL Server's indexes over some of the rows need quoted identifiers.
    /// </summary>
    public string Script()
    {
        using var db = databases.CreateDbContext();
        return db.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.Idempotent);
    }

    private static async Task RunAsync(IdpDb db, string statement, CancellationToken cancellation)
    {
        await using DbCommand command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = statement;
        command.CommandTimeout = (int)LongestMigration.TotalSeconds;
        await command.ExecuteNonQueryAsync(cancellation);
    }
}

/// <summary>A database as it is found.</summary>
/// <param name="Version">Its engine's own version.</param>
/// <param name="Now">What its clock says.</param>
/// <param name="PendingMigrations">By name, what this version would still apply; empty where its schema is current.</param>
public sealed record DatabaseFacts(string Version, DateTimeOffset Now, IReadOnlyList<string> PendingMigrations);
