using System.Net;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace IdentityProvider.Server.Tests.Telemetry;

/// <summary>Ready is who can serve; live is who answers at all, and whom a restart would not mend.</summary>
public sealed class ReadinessTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_whose_schema_is_older_than_itself_is_not_ready_and_alive()
    {
        await using var server = await TestServer.StartAsync();
        await using (var db = await server.Get<IDbContextFactory<IdpDb>>().CreateDbContextAsync(Cancellation))
            await db.Database.ExecuteSqlRawAsync("""DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" = (SELECT max("MigrationId") FROM "__EFMigrationsHistory")""", Cancellation);
        Assert.Equal("migrations", await New(server).LackAsync(Cancellation));
        using var live = await server.Http.GetAsync("/health/live", Cancellation);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    [Fact]
    public async Task A_node_whose_database_is_gone_is_not_ready_and_alive()
    {
        await using var server = await TestServer.StartAsync();
        var machine = new TestClock();
        var readiness = New(server, machine);
        Assert.Null(await readiness.LackAsync(Cancellation));
        var maintenance = new NpgsqlConnectionStringBuilder(server.ConnectionString);
        var name = maintenance.Database;
        maintenance.Database = "postgres";
        await ClusterFolder.ExecuteAsync(maintenance.ConnectionString, $"ALTER DATABASE {name} ALLOW_CONNECTIONS false");
        await ClusterFolder.ExecuteAsync(maintenance.ConnectionString, $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");

        // However many ask, the database is asked once a second.
        Assert.Null(await readiness.LackAsync(Cancellation));
        machine.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("database", await readiness.LackAsync(Cancellation));
        using var live = await server.Http.GetAsync("/health/live", Cancellation);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);

        await ClusterFolder.ExecuteAsync(maintenance.ConnectionString, $"ALTER DATABASE {name} ALLOW_CONNECTIONS true");
        await Eventually.TrueAsync(async () => await New(server).LackAsync(Cancellation) is null, "it is ready again");
    }

    private static Readiness New(TestServer server, TestClock? machine = null) =>
        new(server.Get<Drain>(), new Schema(server.Get<IDbContextFactory<IdpDb>>()), server.Get<KeyRing>()) { Machine = machine ?? TimeProvider.System };
}
