using IdentityProvider.Storage;
using Microsoft.Data.SqlClient;

namespace IdentityProvider.Server.Tests.Storage;

public sealed class AuthorizationCodesOnSqlServer : AuthorizationCodesContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class GroupsOnSqlServer : GroupsContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class SearchOnSqlServer : SearchContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class DecoupledRequestsOnSqlServer : DecoupledRequestsContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class TokenFamiliesOnSqlServer : TokenFamiliesContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class SessionsOnSqlServer : SessionsContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class SignInEventsOnSqlServer : SignInEventsContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class AttemptsOnSqlServer : AttemptsContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class RegistrationsOnSqlServer : RegistrationsContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class SelfRegistrationsOnSqlServer : SelfRegistrationsContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class SignalStreamsOnSqlServer : SignalStreamsContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class SigningKeysOnSqlServer : SigningKeysContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class AccountsOnSqlServer : AccountsContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class AuthorizationDetailsTypesOnSqlServer : AuthorizationDetailsTypesContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class PasskeysOnSqlServer : PasskeysContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class PushedRequestsOnSqlServer : PushedRequestsContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class UpstreamsOnSqlServer : UpstreamsContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class SpentIdentifiersOnSqlServer : SpentIdentifiersContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class StatusListsOnSqlServer : StatusListsContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class SchemaOnSqlServer : SchemaContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class KnownBrowsersOnSqlServer : KnownBrowsersContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class SecondFactorsOnSqlServer : SecondFactorsContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class OutboxOnSqlServer : OutboxContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class ExpiredRowsOnSqlServer : ExpiredRowsContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

/// <summary>Databases on the SQL Server that <c>IDP_TEST_SQLSERVER</c> names, each dropped at its test's end.</summary>
internal static class SqlServer
{
    private static int _databases;

    public static async Task<TestStorage> NewAsync()
    {
        var storage = await NewEmptyAsync();
        await storage.Schema.MigrateAsync();
        return storage;
    }

    public static async Task<TestStorage> NewEmptyAsync()
    {
        var given = Environment.GetEnvironmentVariable("IDP_TEST_SQLSERVER");
        if (string.IsNullOrEmpty(given))
            Assert.Skip("IDP_TEST_SQLSERVER holds no connection string, so there is no SQL Server to try.");

        var name = $"idp_test_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync(given, $"CREATE DATABASE {name}");
        var connection = new SqlConnectionStringBuilder(given) { InitialCatalog = name }.ConnectionString;
        return new TestStorage(DatabaseProvider.SqlServer, connection, async () =>
        {
            SqlConnection.ClearAllPools();
            await ExecuteAsync(given, $"ALTER DATABASE {name} SET SINGLE_USER WITH ROLLBACK IMMEDIATE; DROP DATABASE {name}");
        });
    }

    private static async Task ExecuteAsync(string connectionString, string statement)
    {
        await using var connection = new SqlConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new SqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}

public sealed class AccountLinksOnSqlServer : AccountLinksContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class RoleChangesOnSqlServer : RoleChangesContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}

public sealed class AuditOnSqlServer : AuditContract
{
    protected override Task<TestStorage> NewAsync() => SqlServer.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => SqlServer.NewEmptyAsync();
}
