using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Storage;
using IdentityProvider.Storage;
using Npgsql;

[assembly: AssemblyFixture(typeof(PgBouncer))]

namespace IdentityProvider.Server.Tests.Database;

/// <summary>
/// A real PgBouncer before the run's cluster, in transaction mode, with few connections, so that two transactions of one client seldom meet the same
/// session. Started for the first who asks.
/// </summary>
public sealed class PgBouncer : IAsyncDisposable
{
    private const int Port = 6432;

    private static readonly SemaphoreSlim OneStart = new(1);
    private static AccountFolder? _running;

    /// <summary>The same database, through the pooler.</summary>
    public static async Task<string> BeforeAsync(string connectionString)
    {
        var direct = new NpgsqlConnectionStringBuilder(connectionString);
        await OneStart.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            _running ??= await StartAsync(direct);
        }
        finally
        {
            OneStart.Release();
        }

        return new NpgsqlConnectionStringBuilder(connectionString) { Host = _running.Path, Port = Port }.ConnectionString;
    }

    /// <summary>A storage that goes through it.</summary>
    public static async Task<TestStorage> StorageAsync(string connectionString) =>
        new(DatabaseProvider.PostgreSql, await BeforeAsync(connectionString), ways: new DatabaseWays { ThroughPooler = true });

    public async ValueTask DisposeAsync()
    {
        if (_running is not null)
            await _running.DisposeAsync();
    }

    private static async Task<AccountFolder> StartAsync(NpgsqlConnectionStringBuilder direct)
    {
        var folder = await AccountFolder.MakeAsync();
        var settings = await folder.WriteAsync("pgbouncer.ini", $"""
            [databases]
            * = host={direct.Host} port={direct.Port} user={direct.Username}
            [pgbouncer]
            pool_mode = transaction
            default_pool_size = 3
            max_client_conn = 1000
            server_idle_timeout = 2
            auth_type = any
            listen_addr =
            listen_port = {Port}
            unix_socket_dir = {folder.Path}

            """);
        var program = folder.Start(File.Exists("/usr/sbin/pgbouncer") ? "/usr/sbin/pgbouncer" : "pgbouncer", settings);
        await Eventually.TrueAsync(() => File.Exists(folder.In($".s.PGSQL.{Port}")) || program.HasExited, "pgbouncer listens");
        Assert.False(program.HasExited, File.ReadAllText(folder.In("log")));
        return folder;
    }
}
