using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace IdentityProvider.Storage;

/// <summary>How rows are written: retried where the database says that trying again helps, in one transaction, knowing its own work again.</summary>
internal static class Writes
{
    /// <summary>
    /// Runs one transaction, again after a deadlock or a lost connection. After a commit whose answer was lost, <paramref name="isDone"/> says
    /// whether it went through; it must recognise this very attempt's work.
    /// </summary>
    public static async Task<T> TransactAsync<T>(
        this IDbContextFactory<IdpDb> databases,
        Func<IdpDb, CancellationToken, Task<T>> write,
        Func<IdpDb, CancellationToken, Task<bool>> isDone,
        CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Database.CreateExecutionStrategy().ExecuteInTransactionAsync(
            async token =>
            {
                db.ChangeTracker.Clear();
                return await write(db, token);
            },
            token => isDone(db, token),
            cancellation);
    }

    /// <summary>As above, for what may simply be done again: its second run changes nothing that the first didn't.</summary>
    public static Task<T> TransactAsync<T>(
        this IDbContextFactory<IdpDb> databases, Func<IdpDb, CancellationToken, Task<T>> write, CancellationToken cancellation) =>
        databases.TransactAsync(write, static (_, _) => Task.FromResult(false), cancellation);

    /// <summary>Inserts; false where the key is taken, with the transaction rolled back.</summary>
    public static async Task<bool> TryInsertAsync(
        this IDbContextFactory<IdpDb> databases,
        Func<IdpDb, CancellationToken, Task> insert,
        Func<IdpDb, CancellationToken, Task<bool>> isDone,
        CancellationToken cancellation)
    {
        try
        {
            return await databases.TransactAsync(
                async (db, token) =>
                {
                    await insert(db, token);
                    await db.SaveChangesAsync(token);
                    return true;
                },
                isDone,
                cancellation);
        }
        catch (Exception e) when (IsUniqueViolation(e))
        {
            return false;
        }
    }

    /// <summary>Inserts a row whose key is random, in one round trip. Where a retry finds it there, the attempt before had gone through.</summary>
    public static async Task InsertAsync(this IDbContextFactory<IdpDb> databases, Action<IdpDb> add, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var attempt = 0;
        await db.Database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                attempt++;
                db.ChangeTracker.Clear();
                add(db);
                try
                {
                    await db.SaveChangesAsync(token);
                }
                catch (DbUpdateException e) when (attempt > 1 && IsUniqueViolation(e))
                {
                    // Only its answer was lost.
                }
            },
            cancellation);
    }

    /// <summary>Says to every node that what it keeps of this topic is old; last in a transaction, so that its row is locked briefly.</summary>
    public static Task BumpAsync(this IdpDb db, string topic, CancellationToken cancellation) =>
        db.Topics.Where(t => t.Name == topic).ExecuteUpdateAsync(set => set.SetProperty(t => t.Version, t => t.Version + 1), cancellation);

    /// <summary>PostgreSQL 23505; SQL Server 2627 for a key and 2601 for an index.</summary>
    public static bool IsUniqueViolation(Exception e) => (e is DbUpdateException ? e.InnerException : e) switch
    {
        PostgresException postgres => postgres.SqlState == PostgresErrorCodes.UniqueViolation,
        SqlException sqlServer => sqlServer.Number is 2627 or 2601,
        _ => false,
    };
}
