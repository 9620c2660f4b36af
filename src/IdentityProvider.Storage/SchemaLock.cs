using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// Who holds it changes the schema; whoever comes meanwhile waits. It lasts as long as a transaction of a connection of its own: so it works behind a
/// pooler that lends connections for a transaction, and is free when its holder is killed.
/// </summary>
internal sealed class SchemaLock : IAsyncDisposable
{
    // Any number, as long as all versions have the same: "idp" in ASCII. Nobody ends the transaction for being idle.
    private const string OnPostgres = "SET LOCAL idle_in_transaction_session_timeout = 0; SELECT pg_try_advisory_xact_lock(6906992)";

    private const string OnSqlServer = """
        DECLARE @result int;
        EXEC @result = sp_getapplock @Resource = 'idp-schema', @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = 0;
        SELECT CAST(CASE WHEN @result >= 0 THEN 1 ELSE 0 END AS bit);
        """;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly IdpDb _db;
    private DbTransaction? _transaction;

    private SchemaLock(IdpDb db) => _db = db;

    /// <summary>Takes it, and waits for as long as somebody else has it.</summary>
    /// <param name="db">Its connection is the lock's from now on, and ends with it.</param>
    /// <param name="waiting">Told once where somebody else has it.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<SchemaLock> TakeAsync(IdpDb db, Action waiting, CancellationToken cancellation)
    {
        var its = new SchemaLock(db);
        try
        {
            // It asks again and again, each time in a transaction of its own: one that waited would keep a pooler's connection from whoever migrates,
            // and a snapshot from going out of date, which is what the building of an index waits for.
            using var timer = new PeriodicTimer(Pause);
            for (var first = true; !await its.TryAsync(cancellation); first = false)
            {
                if (first)
                    waiting();
                await timer.WaitForNextTickAsync(cancellation);
            }

            return its;
        }
        catch
        {
            await its.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null)
            await _transaction.DisposeAsync();
        await _db.DisposeAsync();
    }

    private async Task<bool> TryAsync(CancellationToken cancellation)
    {
        await _db.Database.OpenConnectionAsync(cancellation);
        _transaction = await _db.Database.GetDbConnection().BeginTransactionAsync(cancellation);
        await using (var command = _db.Database.GetDbConnection().CreateCommand())
        {
            (command.CommandText, command.Transaction) = (_db is PostgresDb ? OnPostgres : OnSqlServer, _transaction);
            if ((bool)(await command.ExecuteScalarAsync(cancellation))!)
                return true;
        }

        await _transaction.DisposeAsync();
        _transaction = null;
        await _db.Database.CloseConnectionAsync();
        return false;
    }
}
