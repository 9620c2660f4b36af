using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Keys;

/// <summary>The keys of one node, without its endpoints: what a command has too.</summary>
internal sealed class KeyNode : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private KeyNode(ServiceProvider services) => _services = services;

    public KeyRing Ring => _services.GetRequiredService<KeyRing>();

    public KeyOperations Operations => _services.GetRequiredService<KeyOperations>();

    public SigningKeys Rows => _services.GetRequiredService<SigningKeys>();

    /// <summary>A node on a database, with the master key of the run or another.</summary>
    public static KeyNode On(string database, TestClock clock, byte[]? masterKey = null)
    {
        var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(clock)
            .AddSingleton<Entropy>()
            .AddSingleton(TestServer.SettingsFor(database))
            .AddIdpStorage(DatabaseProvider.PostgreSql, database)
            .AddKeys().AddAudit();
        if (masterKey is not null)
            services.AddSingleton(new MasterKey(masterKey, new Entropy()));
        return new(services.BuildServiceProvider());
    }

    /// <summary>A database with the schema and no key in it: others wait long for one, so the run's template has one.</summary>
    public static async Task<string> NewDatabaseAsync()
    {
        var database = await TestCluster.NewDatabaseAsync();
        await ClusterFolder.ExecuteAsync(database, """DELETE FROM "SigningKeys" """);
        return database;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
