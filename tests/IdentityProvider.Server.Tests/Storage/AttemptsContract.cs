using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Storage;

public abstract class AttemptsContract : StorageContract
{
    private const string Key = "account 1";

    private static readonly DateTimeOffset Now = Given.Now;

    private static readonly AttemptLimit Limit = AttemptLimit.OfAccount;

    [Fact]
    public async Task Of_32_that_race_for_one_key_no_more_go_than_may()
    {
        await using var storage = await NewAsync();
        var attempts = storage.Get<Attempts>();
        var taken = await RaceAsync(storage, _ => attempts.TakeAsync(Key, Limit, Now));
        Assert.InRange(taken.Count(t => t is not null), 1, Limit.Free);

        // Those that were too many are told so, and what is left is still there.
        var more = taken.Count(t => t is not null);
        while (await attempts.TakeAsync(Key, Limit, Now) is not null)
            more++;
        Assert.Equal(Limit.Free, more);
        Assert.Equal(Given.Kept(Now) + Limit.FirstDelay, (await attempts.FindAsync(Key))!.NextAt);
    }

    [Fact]
    public async Task Keys_share_nothing_and_what_was_right_is_forgotten_or_taken_back()
    {
        await using var storage = await NewAsync();
        var attempts = storage.Get<Attempts>();
        for (var i = 0; i < Limit.Free; i++)
            Assert.NotNull(await attempts.TakeAsync(Key, Limit, Now));
        Assert.Null(await attempts.TakeAsync(Key, Limit, Now));
        Assert.NotNull(await attempts.TakeAsync("account 2", Limit, Now));

        await attempts.GiveBackAsync(Key, Limit);
        Assert.Equal(Limit.Free - 1, (await attempts.FindAsync(Key))!.Count);
        Assert.NotNull(await attempts.TakeAsync(Key, Limit, Now));

        await attempts.ForgetAsync(Key);
        Assert.Null(await attempts.FindAsync(Key));
        await attempts.GiveBackAsync(Key, Limit);
        Assert.Equal(1, (await attempts.TakeAsync(Key, Limit, Now))!.Count);
    }

    [Fact]
    public async Task What_is_remembered_no_more_is_removed()
    {
        await using var storage = await NewAsync();
        await storage.Get<Attempts>().TakeAsync(Key, Limit, Now);
        Assert.Equal(0, (await storage.Get<ExpiredRows>().PruneAsync(Now + Limit.ForgetsOneEvery)).Attempts);
        Assert.Equal(1, (await storage.Get<ExpiredRows>().PruneAsync(Now + Limit.ForgetsOneEvery + TimeSpan.FromMinutes(1))).Attempts);
    }
}
