using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Storage;

public sealed class AuthorizationCodesOnPostgres : AuthorizationCodesContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class GroupsOnPostgres : GroupsContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class SearchOnPostgres : SearchContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class DecoupledRequestsOnPostgres : DecoupledRequestsContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class TokenFamiliesOnPostgres : TokenFamiliesContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class SessionsOnPostgres : SessionsContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class SignInEventsOnPostgres : SignInEventsContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class AttemptsOnPostgres : AttemptsContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class RegistrationsOnPostgres : RegistrationsContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class SelfRegistrationsOnPostgres : SelfRegistrationsContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class SignalStreamsOnPostgres : SignalStreamsContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class SigningKeysOnPostgres : SigningKeysContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class AccountsOnPostgres : AccountsContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class AuthorizationDetailsTypesOnPostgres : AuthorizationDetailsTypesContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class PasskeysOnPostgres : PasskeysContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class PushedRequestsOnPostgres : PushedRequestsContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class UpstreamsOnPostgres : UpstreamsContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class SpentIdentifiersOnPostgres : SpentIdentifiersContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class StatusListsOnPostgres : StatusListsContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class SchemaOnPostgres : SchemaContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class KnownBrowsersOnPostgres : KnownBrowsersContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class SecondFactorsOnPostgres : SecondFactorsContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class OutboxOnPostgres : OutboxContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class ExpiredRowsOnPostgres : ExpiredRowsContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

/// <summary>Databases on the run's own cluster, which is dropped as a whole.</summary>
internal static class Postgres
{
    public static async Task<TestStorage> NewAsync() => new(DatabaseProvider.PostgreSql, await TestCluster.NewDatabaseAsync());

    public static async Task<TestStorage> NewEmptyAsync() => new(DatabaseProvider.PostgreSql, await TestCluster.NewEmptyDatabaseAsync());
}

public sealed class AccountLinksOnPostgres : AccountLinksContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class RoleChangesOnPostgres : RoleChangesContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();
}

public sealed class AuditOnPostgres : AuditContract
{
    protected override Task<TestStorage> NewAsync() => Postgres.NewAsync();

    protected override Task<TestStorage> NewEmptyAsync() => Postgres.NewEmptyAsync();

    [Fact]
    public async Task The_database_itself_refuses_to_change_a_line_that_stands()
    {
        await using var storage = await ChainedAsync(2);
        foreach (var statement in new[] { """UPDATE "AuditEvents" SET "Actor" = 'x'""", """DELETE FROM "AuditEvents" """, """TRUNCATE "AuditEvents" """ })
        {
            var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => storage.AskAsync(db => db.Database.ExecuteSqlRawAsync(statement)));
            Assert.Contains("append-only", refused.MessageText, StringComparison.Ordinal);
        }

        Assert.Equal((null, 2L), await VerifyAsync(storage));
    }
}
