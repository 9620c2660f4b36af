using System.Text.RegularExpressions;

namespace IdentityProvider.Storage;

/// <summary>
/// What a server needs at run time and no more: rows, and no change of the schema. Of the audit it may add lines, give them their place in the chain, and
/// remove those whose time is over, which the tables' own triggers watch; it may change none.
/// </summary>
public static partial class RuntimeRole
{
    private const string OnPostgres = """
        -- For the role that `idp serve` signs in as. Run it in the database as the role that owns the tables (the one that `idp database migrate` uses), once
        -- after the first migration; later tables follow by themselves. The role itself is yours to make: CREATE ROLE {0} LOGIN PASSWORD '…'.
        BEGIN;
        GRANT USAGE ON SCHEMA public TO {0};
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {0};
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {0};
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {0};
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {0};
        REVOKE INSERT, UPDATE, DELETE ON "__EFMigrationsHistory" FROM {0};
        REVOKE UPDATE ON "AuditEvents" FROM {0};
        GRANT UPDATE ("Sequence", "Hash") ON "AuditEvents" TO {0};
        COMMIT;

        """;

    private const string OnSqlServer = """
        -- For the user that `idp serve` signs in as. Run it in the database as its owner (db_owner, which `idp database migrate` needs). The user itself is
        -- yours to make: CREATE USER {0} FOR LOGIN …
        GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::[dbo] TO {0};
        DENY INSERT, UPDATE, DELETE ON [dbo].[__EFMigrationsHistory] TO {0};
        DENY UPDATE ON [dbo].[AuditEvents] ([EventId], [At], [Action], [ActorKind], [Actor], [ActorClientId], [TargetKind], [Target], [Address], [Device], [RequestId], [Before], [After], [Detail], [Count]) TO {0};

        """;

    /// <summary>Whether it is a name that both databases take, quoted.</summary>
    public static bool IsName(string name) => Name().IsMatch(name);

    /// <summary>The statements that give it to a role.</summary>
    /// <param name="provider">In whose words.</param>
    /// <param name="name">The role's, as <see cref="IsName"/> lets it be.</param>
    public static string Script(DatabaseProvider provider, string name)
    {
        if (!IsName(name))
            throw new ArgumentException("No name of a role.", nameof(name));
        return provider == DatabaseProvider.SqlServer
            ? OnSqlServer.Replace("{0}", $"[{name}]", StringComparison.Ordinal)
            : OnPostgres.Replace("{0}", $"\"{name}\"", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_$-]{0,62}\z")]
    private static partial Regex Name();
}
