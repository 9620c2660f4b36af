using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Storage;

public abstract class SpentIdentifiersContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;
    private static readonly DateTimeOffset End = Now.AddMinutes(1);

    [Fact]
    public async Task Is_spent_once()
    {
        await using var storage = await NewAsync();
        var spent = storage.Get<SpentIdentifiers>();

        Assert.True(await spent.SpendAsync("client_assertion", "shop", "1", End, Now));
        Assert.False(await spent.SpendAsync("client_assertion", "shop", "1", End, Now));
        Assert.False(await spent.SpendAsync("client_assertion", "shop", "1", End.AddHours(1), Now.AddSeconds(30)));
    }

    [Fact]
    public async Task Two_purposes_and_two_owners_share_nothing_however_their_names_are_cut()
    {
        await using var storage = await NewAsync();
        var spent = storage.Get<SpentIdentifiers>();

        Assert.True(await spent.SpendAsync("dpop", "shop", "1", End, Now));
        Assert.True(await spent.SpendAsync("client_assertion", "shop", "1", End, Now));
        Assert.True(await spent.SpendAsync("dpop", "stock", "1", End, Now));
        Assert.True(await spent.SpendAsync("dpop", "shop1", "", End, Now));
        Assert.True(await spent.SpendAsync("dpops", "hop", "1", End, Now));
        Assert.True(await spent.SpendAsync("dpop", "shop", new string('ü', 100_000), End, Now));
    }

    [Fact]
    public async Task What_has_expired_is_never_spent()
    {
        await using var storage = await NewAsync();
        Assert.False(await storage.Get<SpentIdentifiers>().SpendAsync("dpop", "shop", "1", Now, Now));
        Assert.Equal(0, await storage.AskAsync(db => db.SpentIdentifiers.CountAsync()));
    }

    [Fact]
    public async Task Of_32_at_once_one_wins()
    {
        await using var storage = await NewAsync();
        for (var round = 0; round < 5; round++)
        {
            var identifier = $"{round}";
            var won = await RaceAsync(storage, _ => storage.Get<SpentIdentifiers>().SpendAsync("dpop", "shop", identifier, End, Now));
            Assert.Single(won, true);
        }

        Assert.Equal(5, await storage.AskAsync(db => db.SpentIdentifiers.CountAsync()));
    }

    [Fact]
    public async Task Is_kept_a_little_longer_than_it_could_be_used_and_then_pruned()
    {
        await using var storage = await NewAsync();
        var spent = storage.Get<SpentIdentifiers>();
        await spent.SpendAsync("dpop", "shop", "1", End, Now);

        Assert.Equal(0, (await storage.Get<ExpiredRows>().PruneAsync(End + SpentIdentifiers.Kept)).SpentIdentifiers);
        Assert.False(await spent.SpendAsync("dpop", "shop", "1", End, Now));
        Assert.Equal(1, (await storage.Get<ExpiredRows>().PruneAsync(End + SpentIdentifiers.Kept + TimeSpan.FromSeconds(1))).SpentIdentifiers);
    }
}
