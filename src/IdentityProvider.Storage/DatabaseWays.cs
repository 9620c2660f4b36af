using System.Net;
using Microsoft.Data.SqlClient;
using Npgsql;

namespace IdentityProvider.Storage;

/// <summary>How one database is reached, beside its connection string. On SQL Server none of it has a meaning.</summary>
public sealed record DatabaseWays
{
    /// <summary>Straight to the database, for everything.</summary>
    public static DatabaseWays Straight { get; } = new();

    /// <summary>
    /// Whether a pooler stands in between that lends a connection for one transaction (PgBouncer's <c>pool_mode = transaction</c>). Then nothing is kept in a
    /// session: no statement is prepared by name, none is reset, and nobody listens but by <see cref="Direct"/>.
    /// </summary>
    public bool ThroughPooler { get; init; }

    /// <summary>PostgreSQL's own address, where a pooler stands in between: for LISTEN, which wants a session. Null leaves it to the polling.</summary>
    public string? Direct { get; init; }

    /// <summary>A streaming replica's, for searches, lists and figures that grow with people and time; null reads them where everything else is.</summary>
    public string? ReadOnly { get; init; }

    /// <summary>Whether what is said to a database crosses a network, and if so, whether it is surely said to that database.</summary>
    public static (bool IsRemote, bool IsVerified) SafetyOf(DatabaseProvider provider, string connectionString)
    {
        if (provider == DatabaseProvider.SqlServer)
        {
            var sqlServer = new SqlConnectionStringBuilder(connectionString);
            var server = sqlServer.DataSource.Split(',', '\\')[0];
            var isLocal = server is "." or "(local)" || server.StartsWith("(localdb)", StringComparison.OrdinalIgnoreCase) || IsLoopback(server[(server.IndexOf(':', StringComparison.Ordinal) + 1)..]);
            return (!isLocal, !sqlServer.TrustServerCertificate && SaysEncrypt(sqlServer));
        }

        var postgres = new NpgsqlConnectionStringBuilder(connectionString);
        var hosts = (postgres.Host ?? "").Split(',', StringSplitOptions.TrimEntries);
        return (!hosts.All(host => host.StartsWith('/') || host.StartsWith('@') || IsLoopback(HostOf(host))), postgres.SslMode == SslMode.VerifyFull);
    }

    // Not said means yes here: what a connection string leaves out has our default.
    private static bool SaysEncrypt(SqlConnectionStringBuilder said) => !said.ShouldSerialize("Encrypt") || said.Encrypt != SqlConnectionEncryptOption.Optional;

    private static bool IsLoopback(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    // One of several hosts may have its port behind it.
    private static string HostOf(string host) => host.Count(c => c == ':') == 1 ? host[..host.IndexOf(':', StringComparison.Ordinal)] : host;
}
