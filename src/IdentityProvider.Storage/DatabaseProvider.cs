namespace IdentityProvider.Storage;

/// <summary>Which database holds everything.</summary>
public enum DatabaseProvider
{
    PostgreSql,
    SqlServer,
}
