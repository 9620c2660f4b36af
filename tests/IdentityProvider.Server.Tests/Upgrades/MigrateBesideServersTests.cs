using IdentityProvider.Server.Tests.Commands;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Storage;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace IdentityProvider.Server.Tests.Upgrades;

/// <summary>A migration runs beside servers that go on, beside others that migrate, and may be killed.</summary>
public sealed class MigrateBesideServersTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_comes_while_another_migrates_waits_and_says_so()
    {
        await using var storage = await Postgres.NewEmptyAsync();
        await using var other = await OpenAsync(storage);
        await ExecuteAsync(other, "SELECT pg_advisory_lock(6906992)"); // a session's, as versions took it that don't know a transaction's
        var steps = new Steps();

        var migrating = storage.Schema.MigrateAsync(steps.Add, Cancellation);
        await steps.SeenAsync(MigrationStepKind.OtherMigrates);
        Assert.False(await storage.Schema.IsCurrentAsync(Cancellation));
        await ExecuteAsync(other, "SELECT pg_advisory_unlock(6906992)");

        Assert.NotEmpty(await migrating);
        Assert.Empty(await storage.Schema.MigrateAsync(steps.Add, Cancellation));
        Assert.True(await storage.Schema.IsCurrentAsync(Cancellation));
    }

    [Fact]
    public async Task A_migration_that_meets_a_long_reader_lets_everybody_else_go_on()
    {
        await using var storage = await Postgres.NewEmptyAsync();
        await storage.AskAsync(async db =>
        {
            await db.GetService<IMigrator>().MigrateAsync("PeopleAndOperators");
            return 0;
        });
        await using var reader = await OpenAsync(storage); // as pg_dump has each table until its end
        await ExecuteAsync(reader, """BEGIN; SELECT count(*) FROM "Users" """);
        var steps = new Steps();

        var migrating = storage.Schema.MigrateAsync(steps.Add, Cancellation);
        await steps.SeenAsync(MigrationStepKind.WaitsForLock);
        await using (var somebody = await OpenAsync(storage))
            await ExecuteAsync(somebody, """SET statement_timeout = '10s'; UPDATE "Users" SET "CreatedAt" = now()""");
        Assert.False(migrating.IsCompleted);
        await ExecuteAsync(reader, "COMMIT");

        Assert.NotEmpty(await migrating);
    }

    [Fact]
    public async Task A_node_stays_ready_while_the_next_version_migrates()
    {
        await using var storage = await Postgres.NewAsync();
        Assert.True(await storage.Schema.IsCurrentAsync(Cancellation));
        await using var migration = await OpenAsync(storage);
        await ExecuteAsync(migration, """BEGIN; LOCK TABLE "__EFMigrationsHistory" IN ACCESS EXCLUSIVE MODE"""); // as EF Core does for each

        Assert.True(await storage.Schema.IsCurrentAsync(Cancellation));
    }

    [Fact]
    public async Task A_run_that_was_killed_is_ended_by_the_next()
    {
        await using var storage = await Postgres.NewEmptyAsync();
        await storage.AskAsync(async db =>
        {
            await db.GetService<IMigrator>().MigrateAsync("Outbox");
            return 0;
        });
        var database = storage.ConnectionString;
        using var idp = CommandLine.On(database);

        // The next one changes TokenFamilies and then Clients, where it is held: that is its middle.
        await using (var reader = await OpenAsync(storage))
        {
            await ExecuteAsync(reader, """BEGIN; SELECT count(*) FROM "Clients" """);
            using var killed = idp.Start(["database", "migrate"]);
            killed.StandardInput.Close();
            Assert.Matches(@"^1/\d+ \d+_Status$", await killed.StandardError.ReadLineAsync(Cancellation));
            await Eventually.TrueAsync(
                async () => await ClusterFolder.AskAsync(database, """SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '"Clients"'::regclass""") == "1", "it is in its middle");
            killed.Kill();
            await killed.WaitForExitAsync(Cancellation);
            await ExecuteAsync(reader, "COMMIT");
        }

        var applied = (await idp.DoneAsync(["database", "migrate"]))["applied"]!.AsArray().Select(name => name!.GetValue<string>()).ToList();
        Assert.EndsWith("_Status", applied[0], StringComparison.Ordinal);
        Assert.Empty((await idp.DoneAsync(["database", "migrate"]))["applied"]!.AsArray());
        const string Shape = "SELECT string_agg(table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable, ', ' ORDER BY table_name, column_name) FROM information_schema.columns WHERE table_schema = 'public'";
        Assert.Equal(await ClusterFolder.AskAsync(await TestCluster.NewDatabaseAsync(), Shape), await ClusterFolder.AskAsync(database, Shape));
    }

    [Fact]
    public async Task In_production_nobody_migrates_by_the_way()
    {
        var database = await TestCluster.NewEmptyDatabaseAsync();
        using var idp = CommandLine.On(database).With("DOTNET_ENVIRONMENT", "Production").With("Idp__Issuer", "http://localhost:8080");
        const string Missing = @"^The database lacks \d+ migrations of this version, \d+_Initial first: run `idp database migrate` with this version, and then this again\.$";
        Assert.Matches(Missing, (await idp.RunAsync(["serve"])).Refusal);
        Assert.Matches(Missing, (await idp.RunAsync(["clients", "list"])).Refusal);
        Assert.Equal("0", await ClusterFolder.AskAsync(database, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"));

        // Where it is said so, it does.
        Assert.Empty((await idp.With("Idp__Database__MigrateAtStart", "true").DoneAsync(["clients", "list"])).AsArray());
        Assert.Empty((await idp.DoneAsync(["clients", "list"])).AsArray());
    }

    private static async Task<NpgsqlConnection> OpenAsync(TestStorage storage)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(storage.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancellation);
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>What a run said of itself.</summary>
    private sealed class Steps
    {
        private readonly Dictionary<MigrationStepKind, TaskCompletionSource> _seen =
            Enum.GetValues<MigrationStepKind>().ToDictionary(kind => kind, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

        public void Add(MigrationStep step) => _seen[step.Kind].TrySetResult();

        public Task SeenAsync(MigrationStepKind kind) => _seen[kind].Task.WaitAsync(Cancellation);
    }
}
