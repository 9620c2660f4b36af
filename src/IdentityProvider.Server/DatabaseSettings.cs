using IdentityProvider.Storage;

namespace IdentityProvider.Server;

/// <summary>Where the state is. Without a connection string the server runs a PostgreSQL of its own in <see cref="Directory"/>.</summary>
public sealed record DatabaseSettings
{
    public DatabaseProvider Provider { get; init; } = DatabaseProvider.PostgreSql;

    public string? ConnectionString { get; init; }

    public string Directory { get; init; } = ".idp/data";

    /// <summary>
    /// Whether `idp serve` and every command bring an older schema up to this version by themselves. Null means: only where the database is the embedded
    /// one, or in Development; otherwise `idp database migrate` does, once for all nodes.
    /// </summary>
    public bool? MigrateAtStart { get; init; }

    /// <summary>What stands between here and PostgreSQL: nothing, or a pooler that lends a connection for one transaction (PgBouncer).</summary>
    public Pooler Pooler { get; init; }

    /// <summary>Beside a pooler: PostgreSQL's own address, by which changes are heard of at once; without it they are looked for twice a second.</summary>
    public string? DirectConnectionString { get; init; }

    /// <summary>A streaming replica's: searches, the audit, the list of people and figures are read there, and never anything that is decided by.</summary>
    public string? ReadOnlyConnectionString { get; init; }

    public bool IsEmbedded => string.IsNullOrEmpty(ConnectionString);

    internal bool MigratesAtStart => MigrateAtStart ?? IsEmbedded;

    internal DatabaseWays Ways => new() { ThroughPooler = Pooler == Pooler.Transaction, Direct = DirectConnectionString, ReadOnly = ReadOnlyConnectionString };

    internal DatabaseSettings Complete(bool isDevelopment, string root) => this with
    {
        Directory = Path.GetFullPath(Directory, root),
        DirectConnectionString = string.IsNullOrEmpty(DirectConnectionString) ? null : DirectConnectionString,
        ReadOnlyConnectionString = string.IsNullOrEmpty(ReadOnlyConnectionString) ? null : ReadOnlyConnectionString,
        MigrateAtStart = MigrateAtStart ?? (isDevelopment || IsEmbedded),
    };

    internal IEnumerable<string> Mistakes()
    {
        if (!Enum.IsDefined(Provider))
            yield return "Idp:Database:Provider must be PostgreSql or SqlServer.";
        if (Provider == DatabaseProvider.SqlServer && IsEmbedded)
            yield return "Idp:Database:ConnectionString must be set for SqlServer; only PostgreSQL is embedded.";
        if (!Enum.IsDefined(Pooler))
            yield return "Idp:Database:Pooler must be None or Transaction.";
        if ((IsEmbedded || Provider == DatabaseProvider.SqlServer) && (Pooler != Pooler.None || DirectConnectionString is not null || ReadOnlyConnectionString is not null))
            yield return "Idp:Database:Pooler, DirectConnectionString and ReadOnlyConnectionString are for a PostgreSQL that Idp:Database:ConnectionString names.";
        if (DirectConnectionString is not null && Pooler == Pooler.None)
            yield return "Idp:Database:DirectConnectionString is for beside a pooler: set Idp:Database:Pooler, or leave it out.";
    }
}

/// <summary>What stands between a server and its PostgreSQL.</summary>
public enum Pooler
{
    /// <summary>Nothing, or a pooler that keeps a session's connection.</summary>
    None,

    /// <summary>PgBouncer or the like with <c>pool_mode = transaction</c>.</summary>
    Transaction,
}
