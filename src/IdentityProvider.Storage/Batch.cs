using System.Buffers.Binary;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// Many at once in one round trip. Who comes while one is under way waits for the next, which takes all who wait; who comes alone goes at once. So a
/// database that is asked little answers as fast as without, and one that is asked much is asked seldom: a statement and a commit for dozens of
/// requests. Nothing is kept: each is answered by a statement that began after it asked.
/// </summary>
/// <param name="run">Answers all of one round trip, in their order. What it throws, each of them gets.</param>
internal sealed class Batch<TItem, TResult>(Func<IReadOnlyList<TItem>, Task<IReadOnlyList<TResult>>> run)
{
    /// <summary>No more go at once, so that a statement stays short and its parameters few.</summary>
    public const int Most = 64;

    private readonly Lock _gate = new();
    private readonly Queue<Waiting> _waiting = new();
    private bool _isUnderWay;

    /// <summary>The answer to this item. Who no longer wants it leaves; what was asked is asked all the same.</summary>
    public Task<TResult> AskAsync(TItem item, CancellationToken cancellation = default)
    {
        var waiting = new Waiting(item);
        lock (_gate)
        {
            _waiting.Enqueue(waiting);
            if (!_isUnderWay)
            {
                _isUnderWay = true;

                // Behind the work that is already there: whatever of it asks too comes along.
                ThreadPool.UnsafeQueueUserWorkItem(static batch => _ = batch.RunAsync(), this, preferLocal: false);
            }
        }

        return waiting.Answer.Task.WaitAsync(cancellation);
    }

    private async Task RunAsync()
    {
        while (TakeOrEnd() is { } taken)
        {
            try
            {
                var results = await run([.. taken.Select(waiting => waiting.Item)]);
                foreach (var (i, waiting) in taken.Index())
                    waiting.Answer.SetResult(results[i]);
            }
            catch (Exception e)
            {
                foreach (var waiting in taken)
                    waiting.Answer.TrySetException(e);
            }
        }
    }

    private Waiting[]? TakeOrEnd()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                _isUnderWay = false;
                return null;
            }

            var taken = new Waiting[Math.Min(_waiting.Count, Most)];
            for (var i = 0; i < taken.Length; i++)
                taken[i] = _waiting.Dequeue();
            return taken;
        }
    }

    private sealed class Waiting(TItem item)
    {
        public TItem Item { get; } = item;

        public TaskCompletionSource<TResult> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>How batches come to be.</summary>
internal static class Batches
{
    /// <summary>Whether this database has the statements that change many rows at once; the other changes each alone.</summary>
    public static bool OnPostgres(IDbContextFactory<IdpDb> databases)
    {
        using var db = databases.CreateDbContext();
        return db is PostgresDb;
    }

    /// <summary>Finds by key, many keys in one query.</summary>
    /// <param name="databases">Where.</param>
    /// <param name="query">The rows of these keys, and perhaps of more.</param>
    /// <param name="keyOf">A row's key.</param>
    /// <param name="read">What a row says.</param>
    /// <param name="keys">Which keys are the same; null where they know that themselves.</param>
    public static Finding<TKey, TResult> Finding<TKey, TRow, TResult>(
        IDbContextFactory<IdpDb> databases, Func<IdpDb, IReadOnlyList<TKey>, IAsyncEnumerable<TRow>> query, Func<TRow, TKey> keyOf, Func<TRow, TResult> read, IEqualityComparer<TKey>? keys = null)
        where TKey : notnull
        where TResult : class => new(new(async asked =>
        {
            await using var db = await databases.CreateDbContextAsync();
            var found = new Dictionary<TKey, Lazy<TResult>>(asked.Count, keys);
            await foreach (var row in query(db, asked))
                found[keyOf(row)] = new(() => read(row));
            return [.. asked.Select(found.GetValueOrDefault)];
        }));

    /// <summary>Hashes are the same where their bytes are. They are no secrets, and spread well.</summary>
    public static IEqualityComparer<byte[]> Hashes { get; } = EqualityComparer<byte[]>.Create(
        static (one, other) => one.AsSpan().SequenceEqual(other), static hash => BinaryPrimitives.ReadInt32LittleEndian(hash));
}

/// <summary>What is found by key, for many at once. A row is read by whoever asked for it, once, so that one that can't be read fails them alone.</summary>
internal sealed class Finding<TKey, TResult>(Batch<TKey, Lazy<TResult>?> rows)
    where TResult : class
{
    /// <summary>What is at this key; null where nothing is.</summary>
    public async Task<TResult?> AskAsync(TKey key, CancellationToken cancellation = default) => (await rows.AskAsync(key, cancellation))?.Value;
}
