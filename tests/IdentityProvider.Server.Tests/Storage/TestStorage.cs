using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace IdentityProvider.Server.Tests.Storage;

/// <summary>The storage as the server registers it, on one database of its own.</summary>
public sealed class TestStorage(DatabaseProvider provider, string connectionString, Func<Task>? drop = null, DatabaseWays? ways = null) : IAsyncDisposable
{
    private readonly ServiceProvider _services =
        new ServiceCollection().AddLogging().AddIdpStorage(provider, connectionString, ways).BuildServiceProvider();

    public string ConnectionString => connectionString;

    public AuthorizationCodes Codes => Get<AuthorizationCodes>();

    public TokenFamilies Families => Get<TokenFamilies>();

    public Sessions Sessions => Get<Sessions>();

    public Schema Schema => Get<Schema>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public IServiceScope Scope() => _services.CreateScope();

    public async Task<T> AskAsync<T>(Func<IdpDb, Task<T>> ask)
    {
        await using var db = await Get<IDbContextFactory<IdpDb>>().CreateDbContextAsync();
        return await ask(db);
    }

    public async Task<long> TopicAsync(string topic) => (await Get<Topics>().ReadAsync())[topic];

    public async ValueTask DisposeAsync()
    {
        // A race opens a connection for each runner, and the run's databases share one cluster's.
        if (provider == DatabaseProvider.PostgreSql)
            await AskAsync(db => Close((NpgsqlConnection)db.Database.GetDbConnection()));
        await _services.DisposeAsync();
        if (drop is not null)
            await drop();
    }

    private static Task<int> Close(NpgsqlConnection connection)
    {
        NpgsqlConnection.ClearPool(connection);
        return Task.FromResult(0);
    }
}
