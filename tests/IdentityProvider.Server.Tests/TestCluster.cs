using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Database;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Tests;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestCluster))]

namespace IdentityProvider.Server.Tests;

/// <summary>One PostgreSQL for the whole run, our own embedded one; each test that asks gets a new database, copied from a migrated template.</summary>
public sealed class TestCluster : IAsyncLifetime
{
    private const string Template = "template_idp";

    private static readonly SemaphoreSlim OneCopyAtATime = new(1);
    private static TestCluster? _current;
    private static int _databases;

    private readonly ClusterFolder _folder = new();
    private readonly string _keys = Directory.CreateTempSubdirectory("idp-keys-").FullName;
    private readonly string _mail = Directory.CreateTempSubdirectory("idp-mail-").FullName;
    private EmbeddedPostgres? _postgres;

    /// <summary>A master key that every server of the run may share.</summary>
    public static string MasterKeyFile => Path.Combine(Current._keys, "master.key");

    /// <summary>Where the servers of a database put their mails.</summary>
    public static string MailFolderOf(string connectionString) => Path.Combine(Current._mail, new NpgsqlConnectionStringBuilder(connectionString).Database!);

    private static TestCluster Current => _current ?? throw new InvalidOperationException("The cluster starts with the test run.");

    /// <summary>
    /// A database with the current schema and, since an RSA key takes long to make, the first signing key; its connection string.
    /// </summary>
    public static async Task<string> NewDatabaseAsync()
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await OneCopyAtATime.WaitAsync();
        try
        {
            await ClusterFolder.ExecuteAsync(Connection("postgres"), $"CREATE DATABASE {name} TEMPLATE {Template}");
        }
        finally
        {
            OneCopyAtATime.Release();
        }

        return Connection(name);
    }

    /// <summary>A database without any table; its connection string.</summary>
    public static async Task<string> NewEmptyDatabaseAsync()
    {
        var name = $"empty_{Interlocked.Increment(ref _databases)}";
        await ClusterFolder.ExecuteAsync(Connection("postgres"), $"CREATE DATABASE {name}");
        return Connection(name);
    }

    public async ValueTask InitializeAsync()
    {
        _postgres = await _folder.StartAsync(ClusterUser.Command);
        _current = this;
        await ClusterFolder.ExecuteAsync(Connection("postgres"), $"CREATE DATABASE {Template}");
        await using var services = new ServiceCollection().AddLogging()
            .AddSingleton(TestServer.SettingsFor(Connection(Template))).AddSingleton<TimeProvider>(new TestClock()).AddSingleton<Entropy>()
            .AddIdpStorage(DatabaseProvider.PostgreSql, Connection(Template)).AddKeys().AddAudit().BuildServiceProvider();
        await services.GetRequiredService<Schema>().MigrateAsync(CancellationToken.None);
        await services.GetRequiredService<KeyRing>().RenewAsync(CancellationToken.None);
        await ClusterFolder.ExecuteAsync(Connection(Template), """DELETE FROM "AuditEvents" """); // what a test finds there is its own doing
        NpgsqlConnection.ClearAllPools();
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        await _folder.DisposeAsync();
        Directory.Delete(_keys, recursive: true);
        Directory.Delete(_mail, recursive: true);
    }

    // Small pools: many databases share one cluster's connections.
    private static string Connection(string database) =>
        new NpgsqlConnectionStringBuilder(Current._postgres!.ConnectionString) { Database = database, Username = "postgres", MaxPoolSize = 40, ConnectionIdleLifetime = 2, ConnectionPruningInterval = 1 }
            .ConnectionString;
}
