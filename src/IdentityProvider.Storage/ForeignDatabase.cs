using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Data.SqlClient;
using Npgsql;

namespace IdentityProvider.Storage;

/// <summary>
/// Another product's database: read, and never written. Tables and columns are found by their names however these are written, since whoever runs the
/// other product may have chosen (<c>OpenIddictApplications</c>, <c>open_iddict_applications</c>).
/// </summary>
public sealed class ForeignDatabase : IAsyncDisposable
{
    /// <summary>Of a table: what is read is held in memory until it is decided on.</summary>
    private const int MostRows = 5_000_000;

    private readonly DbConnection _connection;
    private readonly DbTransaction _snapshot;
    private readonly ILookup<string, (string Schema, string Table)> _tables;

    private ForeignDatabase(DbConnection connection, DbTransaction snapshot, ILookup<string, (string Schema, string Table)> tables) =>
        (_connection, _snapshot, _tables) = (connection, snapshot, tables);

    /// <param name="provider">What it is.</param>
    /// <param name="connectionString">Where it is.</param>
    /// <param name="schema">In which schema the tables are; null where their names are there once only.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DbException">It can't be opened.</exception>
    /// <exception cref="ArgumentException">The connection string is none.</exception>
    public static async Task<ForeignDatabase> OpenAsync(DatabaseProvider provider, string connectionString, string? schema, CancellationToken cancellation = default)
    {
        DbConnection connection = provider == DatabaseProvider.SqlServer
            ? new SqlConnection(new SqlConnectionStringBuilder(connectionString) { ApplicationName = "idp import" }.ConnectionString)
            : new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "idp import", Pooling = false }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);

            // One moment of it, where that costs nobody anything.
            var isPostgres = connection is NpgsqlConnection;
            var snapshot = await connection.BeginTransactionAsync(isPostgres ? IsolationLevel.RepeatableRead : IsolationLevel.ReadCommitted, cancellation);
            if (isPostgres)
            {
                await using var readOnly = Command(connection, snapshot, "SET TRANSACTION READ ONLY");
                await readOnly.ExecuteNonQueryAsync(cancellation);
            }

            return new(connection, snapshot, await TablesAsync(connection, snapshot, schema, cancellation));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>In how many schemas there is a table of this name.</summary>
    public int Count(string table) => _tables[Normalized(table)].Count();

    /// <summary>The rows of a table; none where there is no such table.</summary>
    public async IAsyncEnumerable<ForeignRow> ReadAsync(string table, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        if (Count(table) == 0)
            yield break;
        var (schema, name) = _tables[Normalized(table)].First();
        await using var command = Command(_connection, _snapshot, $"SELECT * FROM {Quoted(schema)}.{Quoted(name)}");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var columns = Enumerable.Range(0, reader.FieldCount).ToLookup(at => Normalized(reader.GetName(at)), at => at);
        for (var rows = 0; await reader.ReadAsync(cancellation); rows++)
        {
            if (rows == MostRows)
                throw new ForeignDatabaseException($"{table} has more than {MostRows} rows, which is more than is brought over at once");
            var values = new object[reader.FieldCount];
            reader.GetValues(values);
            yield return new ForeignRow(columns, values);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _snapshot.DisposeAsync();
        await _connection.DisposeAsync();
    }

    internal static string Normalized(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();

    private static async Task<ILookup<string, (string Schema, string Table)>> TablesAsync(DbConnection connection, DbTransaction snapshot, string? schema, CancellationToken cancellation)
    {
        var tables = new List<(string Schema, string Table)>();
        await using var command = Command(connection, snapshot, "SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'BASE TABLE'");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (schema is null || string.Equals(reader.GetString(0), schema, StringComparison.OrdinalIgnoreCase))
                tables.Add((reader.GetString(0), reader.GetString(1)));
        }

        return tables.ToLookup(table => Normalized(table.Table));
    }

    private static DbCommand Command(DbConnection connection, DbTransaction snapshot, string text)
    {
        var command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = (text, snapshot);
        return command;
    }

    private string Quoted(string name) => _connection is NpgsqlConnection
        ? $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : $"[{name.Replace("]", "]]", StringComparison.Ordinal)}]";
}

/// <summary>A row; a column that isn't there is as one without a value.</summary>
public sealed class ForeignRow
{
    private readonly ILookup<string, int> _columns;
    private readonly object[] _values;

    internal ForeignRow(ILookup<string, int> columns, object[] values) => (_columns, _values) = (columns, values);

    /// <summary>As text; a UUID in small letters, a number without separators.</summary>
    public string? Text(string column) => this[column] switch
    {
        null => null,
        string text => text,
        Guid id => id.ToString("D"),
        var other => Convert.ToString(other, CultureInfo.InvariantCulture),
    };

    /// <summary>True or false, however the database writes that.</summary>
    public bool? Truth(string column) => this[column] switch
    {
        bool truth => truth,
        string text => bool.TryParse(text, out var truth) ? truth : null,
        _ => Number(column) is { } number ? number != 0 : null,
    };

    /// <summary>A whole number; null for one that no product of ours would write.</summary>
    public long? Number(string column)
    {
        try
        {
            return this[column] is IConvertible number and not (string or bool or char or DateTime) ? number.ToInt64(CultureInfo.InvariantCulture) : null;
        }
        catch (Exception e) when (e is OverflowException or InvalidCastException)
        {
            return null;
        }
    }

    /// <summary>A moment; one without an offset is UTC.</summary>
    public DateTimeOffset? Moment(string column) => this[column] switch
    {
        DateTimeOffset moment => moment,
        DateTime time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
        _ => null,
    };

    private object? this[string column] => _columns[ForeignDatabase.Normalized(column)].Select(at => (int?)at).FirstOrDefault() is { } found && _values[found] is not DBNull ? _values[found] : null;
}

/// <summary>Another product's database is none that can be brought over; the message is one line.</summary>
public sealed class ForeignDatabaseException(string message) : Exception(message);
