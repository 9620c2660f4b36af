using IdentityProvider.Server.Tests.Database;

namespace IdentityProvider.Server.Tests.Storage;

// The contracts where who won depends on transactions, on PostgreSQL behind a pooler that lends a connection for each.

public sealed class AuthorizationCodesBehindPgBouncer : AuthorizationCodesContract
{
    protected override async Task<TestStorage> NewAsync() => await PgBouncer.StorageAsync(await TestCluster.NewDatabaseAsync());

    protected override async Task<TestStorage> NewEmptyAsync() => await PgBouncer.StorageAsync(await TestCluster.NewEmptyDatabaseAsync());
}

public sealed class TokenFamiliesBehindPgBouncer : TokenFamiliesContract
{
    protected override async Task<TestStorage> NewAsync() => await PgBouncer.StorageAsync(await TestCluster.NewDatabaseAsync());

    protected override async Task<TestStorage> NewEmptyAsync() => await PgBouncer.StorageAsync(await TestCluster.NewEmptyDatabaseAsync());
}

public sealed class SchemaBehindPgBouncer : SchemaContract
{
    protected override async Task<TestStorage> NewAsync() => await PgBouncer.StorageAsync(await TestCluster.NewDatabaseAsync());

    protected override async Task<TestStorage> NewEmptyAsync() => await PgBouncer.StorageAsync(await TestCluster.NewEmptyDatabaseAsync());
}

public sealed class StatusListsBehindPgBouncer : StatusListsContract
{
    protected override async Task<TestStorage> NewAsync() => await PgBouncer.StorageAsync(await TestCluster.NewDatabaseAsync());

    protected override async Task<TestStorage> NewEmptyAsync() => await PgBouncer.StorageAsync(await TestCluster.NewEmptyDatabaseAsync());
}
