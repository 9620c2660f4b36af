namespace IdentityProvider.Server.Tests.Storage;

public abstract class SchemaContract : StorageContract
{
    [Fact]
    public async Task Nodes_that_start_at_once_on_an_empty_database_migrate_it_once()
    {
        await using var storage = await NewEmptyAsync();
        Assert.False(await storage.Schema.IsCurrentAsync());

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => storage.Schema.MigrateAsync())));

        Assert.True(await storage.Schema.IsCurrentAsync());
        Assert.Equal(IdentityProvider.Storage.Topic.All.Order(), (await storage.Get<IdentityProvider.Storage.Topics>().ReadAsync()).Keys.Order());
        await storage.Schema.MigrateAsync();
    }
}
