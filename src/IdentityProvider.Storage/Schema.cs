using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace IdentityProvider.Storage;

/// <summary>The database's shape.</summary>
public sealed class Schema(IDbContextFactory<IdpDb> databases)
{
    private static readonly TimeSpan LongestStatement = TimeSpan.FromHours(6);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private volatile bool _isCurrent;

    /// <summary>Brings the database up to this version. Whoever comes at once waits for the first, and then finds nothing to do.</summary>
    public Task MigrateAsync(CancellationToken cancellation = default) => MigrateAsync(static _ => { }, cancellation);

    /// <summary>
    /// The same, and says how far it is. Each migration is one transaction: one that is cut off leaves nothing of itself, and the next run goes on with it.
    /// Those who use the database meanwhile are not held up for longer than <see cref="BriefLocks"/> says.
    /// </summary>
    /// <param name="tell">Hears what is done.</param>
    /// <param name="cancellation">Gives up; the migrations that were applied stay.</param>
    /// <returns>The migrations that were applied, in their order.</returns>
    /// <exception cref="SchemaException">For an hour somebody held what a migration has to change.</exception>
    public async Task<IReadOnlyList<string>> MigrateAsync(Action<MigrationStep> tell, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(tell);
        await using var turn = await SchemaLock.TakeAsync(await databases.CreateDbContextAsync(cancellation), () => tell(MigrationStep.OtherMigrates), cancellation);
        await using var usual = await databases.CreateDbContextAsync(cancellation);
        await using var db = WithBriefLocks(usual);
        db.Database.SetCommandTimeout(LongestStatement);
        List<string> pending = [.. await db.Database.GetPendingMigrationsAsync(cancellation)];
        foreach (var (i, name) in pending.Index())
        {
            tell(new(MigrationStepKind.Applies, name, i + 1, pending.Count));
            await ApplyAsync(db, name, () => tell(new(MigrationStepKind.WaitsForLock, name, i + 1, pending.Count)), cancellation);
        }

        _isCurrent = true;
        return pending;
    }

    /// <summary>
    /// Whether this version's migrations have all been applied, which then stays so; and that the database answers. What was seen to be so isn't looked up
    /// again: while a migration of the next version is under way, its table can't be read.
    /// </summary>
    /// <exception cref="DbException">It doesn't answer.</exception>
    public async Task<bool> IsCurrentAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        if (_isCurrent)
            await db.Database.ExecuteSqlRawAsync("SELECT 1", cancellation);
        else
            _isCurrent = !(await db.Database.GetPendingMigrationsAsync(cancellation)).Any();
        return _isCurrent;
    }

    /// <summary>Brings the database up to this version where it isn't.</summary>
    public async Task BringUpAsync(CancellationToken cancellation = default)
    {
        if (!await IsCurrentAsync(cancellation))
            await MigrateAsync(cancellation);
    }

    /// <summary>For whoever may not change the schema.</summary>
    /// <exception cref="SchemaException">It isn't current.</exception>
    public async Task RequireCurrentAsync(CancellationToken cancellation = default)
    {
        if (await IsCurrentAsync(cancellation))
            return;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        List<string> pending = [.. await db.Database.GetPendingMigrationsAsync(cancellation)];
        throw new SchemaException(
            $"The database lacks {pending.Count} {(pending.Count == 1 ? "migration" : "migrations")} of this version, {pending.FirstOrDefault()} first: run `idp database migrate` with this version, and then this again.");
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
        return new(db.Database.GetDbConnection().ServerVersion, new DateTimeOffset(DateTime.SpecifyKind(now, DateTimeKind.Utc)), pending, await IsPooledAsync(db, cancellation));
    }

    /// <summary>
    /// The SQL that brings a database of any version up to this one, for those who apply it by hand: with <c>psql</c>, or with <c>sqlcmd -I -b</c>,
    /// because SQL Server's indexes over some of the rows need quoted identifiers, and nothing may follow a part that failed.
    /// </summary>
    public string Script()
    {
        using var db = databases.CreateDbContext();
        var script = db.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.Idempotent);
        var line = Environment.NewLine;

        // SQL Server reads a batch whole before it runs any of it, and then a column that the batch itself adds isn't there: each part is a batch of its own.
        return db is SqlServerDb
            ? script.Replace($"END;{line}{line}IF NOT EXISTS (", $"END;{line}GO{line}{line}IF NOT EXISTS (", StringComparison.Ordinal)
            : script;
    }

    // A pooler tells its clients a number of its own for the process that works for them, to cancel by.
    private static async Task<bool> IsPooledAsync(IdpDb db, CancellationToken cancellation) =>
        db.Database.GetDbConnection() is NpgsqlConnection connection
        && await db.Database.SqlQueryRaw<int>("""SELECT pg_backend_pid() AS "Value" """).SingleAsync(cancellation) != connection.ProcessID;

    private static async Task ApplyAsync(IdpDb db, string migration, Action waits, CancellationToken cancellation)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await db.Database.MigrateAsync(migration, cancellation);
                return;
            }
            catch (Exception e) when (BriefLocks.GaveUp(e))
            {
                if (TimeProvider.System.GetElapsedTime(since) > LongestWait)
                    throw new SchemaException($"{migration} was not applied: for an hour somebody held what it has to change, such as a backup. Nothing of it is left; run it again.");
                waits();
                await Task.Delay(Pause, cancellation);
            }
        }
    }

    /// <summary>On the same database, with what only a migration wants; what is tried again is said.</summary>
    private static IdpDb WithBriefLocks(IdpDb db) => db is PostgresDb
        ? new PostgresDb(BuilderOf<PostgresDb>(db).UseNpgsql(o => o.ExecutionStrategy(of => new NonRetryingExecutionStrategy(of))).Options)
        : new SqlServerDb(BuilderOf<SqlServerDb>(db).UseSqlServer(o => o.ExecutionStrategy(of => new NonRetryingExecutionStrategy(of))).Options);

    private static DbContextOptionsBuilder<TDb> BuilderOf<TDb>(IdpDb db)
        where TDb : IdpDb => new DbContextOptionsBuilder<TDb>((DbContextOptions<TDb>)db.GetService<IDbContextOptions>()).AddInterceptors(new BriefLocks());
}

/// <summary>What a run of migrations is at.</summary>
public enum MigrationStepKind
{
    /// <summary>Another run is under way and is waited for.</summary>
    OtherMigrates,

    /// <summary>A migration begins.</summary>
    Applies,

    /// <summary>A migration was given up, because somebody holds what it has to change, and begins again.</summary>
    WaitsForLock,
}

/// <summary>How far a run of migrations is.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Migration">The migration's name; empty while another run is waited for.</param>
/// <param name="Place">Its place, from 1.</param>
/// <param name="Count">How many there are.</param>
public sealed record MigrationStep(MigrationStepKind Kind, string Migration, int Place, int Count)
{
    public static MigrationStep OtherMigrates { get; } = new(MigrationStepKind.OtherMigrates, "", 0, 0);
}

/// <summary>The schema is not what it has to be; the message is one line.</summary>
public sealed class SchemaException(string message) : Exception(message);

/// <summary>A database as it is found.</summary>
/// <param name="Version">Its engine's own version.</param>
/// <param name="Now">What its clock says.</param>
/// <param name="PendingMigrations">By name, what this version would still apply; empty where its schema is current.</param>
/// <param name="IsPooled">Whether a pooler stands before it.</param>
public sealed record DatabaseFacts(string Version, DateTimeOffset Now, IReadOnlyList<string> PendingMigrations, bool IsPooled);
