using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Storage;

public abstract class SigningKeysContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;

    [Fact]
    public async Task Of_32_nodes_that_add_the_same_generation_one_adds_it()
    {
        await using var storage = await NewWithoutKeysAsync();
        var keys = storage.Get<SigningKeys>();

        var won = await RaceAsync(storage, i => keys.AddAsync(Given.Key($"k{i}")));

        Assert.Single(won, w => w);
        Assert.Equal($"k{Array.IndexOf(won, true)}", Assert.Single(await keys.ListAsync()).Kid);
        Assert.Equal(2, await storage.TopicAsync(Topic.Keys));
    }

    [Fact]
    public async Task Gives_back_what_was_added_to_the_byte()
    {
        await using var storage = await NewWithoutKeysAsync();
        var keys = storage.Get<SigningKeys>();
        await keys.AddAsync(Given.Key("k2", 2));
        await keys.AddAsync(Given.Key("k1"));
        await keys.AddAsync(Given.Key("e1") with { Algorithm = "ES256" });

        var found = await keys.ListAsync();

        Assert.Equal(["e1", "k1", "k2"], found.Select(k => k.Kid));
        Assert.Equal(Given.Key("k2", 2).PublicJwk, found[2].PublicJwk);
        Assert.Equal([1, 2, 3], found[2].EncryptedPrivateKey);
        Assert.Equal(Given.Kept(Given.Key().RetiredAt), found[1].RetiredAt);
    }

    [Fact]
    public async Task Deletes_what_it_is_told_and_says_how_much_there_was()
    {
        await using var storage = await NewWithoutKeysAsync();
        var keys = storage.Get<SigningKeys>();
        await keys.AddAsync(Given.Key());
        await keys.AddAsync(Given.Key("k2", 2));

        Assert.Equal(1, await keys.DeleteAsync(["k1", "unknown"]));
        Assert.Equal(0, await keys.DeleteAsync(["k1"]));

        Assert.Equal(["k2"], (await keys.ListAsync()).Select(k => k.Kid));
        Assert.Equal(4, await storage.TopicAsync(Topic.Keys));
    }

    [Fact]
    public async Task Revokes_once_and_adds_the_successor_with_it_or_not_at_all()
    {
        await using var storage = await NewWithoutKeysAsync();
        var keys = storage.Get<SigningKeys>();
        await keys.AddAsync(Given.Key());

        var won = await RaceAsync(storage, i => keys.RevokeAsync("k1", Now.AddSeconds(i), Given.Key($"next{i}", 2)));

        Assert.Single(won, w => w);
        var found = await keys.ListAsync();
        Assert.Equal(["k1", $"next{Array.IndexOf(won, true)}"], found.Select(k => k.Kid));
        Assert.Equal(Given.Kept(Now.AddSeconds(Array.IndexOf(won, true))), found[0].RevokedAt);
        Assert.Null(found[1].RevokedAt);

        Assert.False(await keys.RevokeAsync("k1", Now, Given.Key("k3", 3)));
        Assert.False(await keys.RevokeAsync("unknown", Now));
        Assert.Equal(2, (await keys.ListAsync()).Count);
    }

    // The run's template has a key already, because others wait long for one.
    private async Task<TestStorage> NewWithoutKeysAsync()
    {
        var storage = await NewEmptyAsync();
        await storage.Schema.MigrateAsync();
        return storage;
    }
}
