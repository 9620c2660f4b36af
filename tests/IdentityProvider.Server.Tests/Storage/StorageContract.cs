using System.Security.Cryptography;

namespace IdentityProvider.Server.Tests.Storage;

/// <summary>What every database must do. Each contract runs on each of them: see OnPostgres.cs and OnSqlServer.cs.</summary>
public abstract class StorageContract
{
    protected const int Runners = 32;

    /// <summary>A database with the schema, and nothing else in it.</summary>
    protected abstract Task<TestStorage> NewAsync();

    /// <summary>A database without a table.</summary>
    protected abstract Task<TestStorage> NewEmptyAsync();

    /// <summary>All runners wait behind one barrier and go at once, each on a connection that is already open.</summary>
    protected static async Task<T[]> RaceAsync<T>(TestStorage storage, Func<int, Task<T>> run, int runners = Runners)
    {
        await GoAsync(runners, async _ => await storage.Families.FindAsync(Guid.Empty));
        return await GoAsync(runners, run);
    }

    protected static byte[] Hash(int seed) => SHA256.HashData(BitConverter.GetBytes(seed));

    private static async Task<T[]> GoAsync<T>(int runners, Func<int, Task<T>> run)
    {
        var barrier = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var racing = Enumerable.Range(0, runners).Select(async i =>
        {
            await barrier.Task;
            return await run(i);
        }).ToList();
        barrier.SetResult();
        return await Task.WhenAll(racing);
    }
}
