using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace IdentityProvider.Storage;

/// <summary>
/// A change of a table waits for whoever uses it, a backup for hours, and everybody who comes later waits behind the change. So in a migration no statement
/// waits for a lock longer than this: it gives up, lets the others go on, and the migration is begun again.
/// </summary>
internal sealed class BriefLocks : DbTransactionInterceptor
{
    private const string OnPostgres = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = 0";

    private const string OnSqlServer = "SET LOCK_TIMEOUT 2000";

    public override async ValueTask<DbTransaction> TransactionStartedAsync(
        DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = (connection is NpgsqlConnection ? OnPostgres : OnSqlServer, result);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return result;
    }

    /// <summary>Whether it was given up for that.</summary>
    public static bool GaveUp(Exception e) => e switch
    {
        PostgresException postgres => postgres.SqlState == PostgresErrorCodes.LockNotAvailable,
        SqlException sqlServer => sqlServer.Number == 1222,
        { InnerException: { } inner } => GaveUp(inner),
        _ => false,
    };
}
