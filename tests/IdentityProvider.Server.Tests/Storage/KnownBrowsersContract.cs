using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Storage;

public abstract class KnownBrowsersContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;

    [Fact]
    public async Task Tells_the_first_sign_in_of_a_person_from_the_first_in_another_browser_and_from_all_later_ones()
    {
        await using var storage = await NewAsync();
        var browsers = storage.Get<KnownBrowsers>();
        var (alice, bob) = (await PersonAsync(storage), await PersonAsync(storage));

        Assert.Equal(BrowserSighting.FirstOfPerson, await browsers.SeenAsync(Mark(1), alice, "192.0.2.7", "A browser", Now));
        Assert.Equal(BrowserSighting.Known, await browsers.SeenAsync(Mark(1), alice, "192.0.2.8", "A newer\0 browser", Now.AddDays(1)));
        Assert.Equal(BrowserSighting.New, await browsers.SeenAsync(Mark(2), alice, null, null, Now));
        Assert.Equal(BrowserSighting.FirstOfPerson, await browsers.SeenAsync(Mark(1), bob, null, null, Now));

        var expected = new KnownBrowser { SecretHash = Mark(1), UserId = alice, BrowserId = new Guid(Mark(1)[..16]), FirstSeenAt = Given.Kept(Now), LastSeenAt = Given.Kept(Now.AddDays(1)), Address = "192.0.2.8", UserAgent = "A newer browser" };
        Assert.Equivalent(expected, await browsers.FindAsync(Mark(1), alice), strict: true);
        Assert.Equal([Mark(1), Mark(2)], (await browsers.ListAsync(alice, 10)).Select(b => b.SecretHash));
        Assert.Null(await browsers.FindAsync(Mark(2), bob));
    }

    [Fact]
    public async Task Of_sign_ins_that_race_one_is_the_first()
    {
        await using var storage = await NewAsync();
        var browsers = storage.Get<KnownBrowsers>();
        var alice = await PersonAsync(storage);
        var seen = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => browsers.SeenAsync(Mark(1), alice, null, null, Now))));
        Assert.Single(seen, s => s == BrowserSighting.FirstOfPerson);
        Assert.Equal(7, seen.Count(s => s == BrowserSighting.Known));
    }

    [Fact]
    public async Task Is_trusted_until_then_and_no_longer_when_the_password_changes_or_it_is_forgotten()
    {
        await using var storage = await NewAsync();
        var browsers = storage.Get<KnownBrowsers>();
        var alice = await PersonAsync(storage);
        Assert.False(await browsers.TrustAsync(Mark(1), alice, Now.AddDays(30)));
        await browsers.SeenAsync(Mark(1), alice, null, null, Now);
        Assert.True(await browsers.TrustAsync(Mark(1), alice, Now.AddDays(30)));
        Assert.True((await browsers.FindAsync(Mark(1), alice))!.IsTrusted(Now.AddDays(29)));
        Assert.False((await browsers.FindAsync(Mark(1), alice))!.IsTrusted(Now.AddDays(30)));

        var user = await storage.AskAsync(db => db.Users.AsNoTracking().SingleAsync(u => u.Id == alice));
        Assert.True(await storage.Get<Users>().ChangeAndEndAsync(user, "stamp", kept: null, Protocol.Tokens.FamilyEnd.GrantRevoked, Now));
        Assert.False((await browsers.FindAsync(Mark(1), alice))!.IsTrusted(Now));

        Assert.True(await browsers.ForgetAsync(Mark(1), alice));
        Assert.False(await browsers.ForgetAsync(Mark(1), alice));
    }

    [Fact]
    public async Task Whoever_planted_a_browsers_secret_is_not_known_by_it_when_it_is_renewed()
    {
        await using var storage = await NewAsync();
        var browsers = storage.Get<KnownBrowsers>();
        var alice = await PersonAsync(storage);
        await browsers.SeenAsync(Mark(1), alice, null, null, Now);
        await browsers.RenewAsync(Mark(1), Mark(2));
        Assert.Null(await browsers.FindAsync(Mark(1), alice));
        Assert.Equal(BrowserSighting.Known, await browsers.SeenAsync(Mark(2), alice, null, null, Now));
    }

    [Fact]
    public async Task What_was_guessed_wrong_in_a_browser_still_counts_when_its_secret_is_renewed()
    {
        await using var storage = await NewAsync();
        var (browsers, tries) = (storage.Get<KnownBrowsers>(), storage.Get<SecondFactorTries>());
        var alice = await PersonAsync(storage);
        await browsers.SeenAsync(Mark(1), alice, null, null, Now);
        var before = (await browsers.FindAsync(Mark(1), alice))!.BrowserId;
        for (var i = 0; i < AttemptLimit.OfSecondFactor.Free; i++)
            Assert.True(await tries.TakeAsync(alice, Mark(1), Now));
        await browsers.RenewAsync(Mark(1), Mark(2));
        Assert.False(await tries.TakeAsync(alice, Mark(2), Now));
        Assert.Equal(before, (await browsers.FindAsync(Mark(2), alice))!.BrowserId);
    }

    [Fact]
    public async Task Of_a_browser_that_forgets_its_cookies_not_more_than_a_hundred_rows_are_kept_and_none_for_ever()
    {
        await using var storage = await NewAsync();
        var browsers = storage.Get<KnownBrowsers>();
        var alice = await PersonAsync(storage);
        for (var i = 0; i < KnownBrowsers.MostOfPerson + 3; i++)
            await browsers.SeenAsync(Mark(i), alice, null, null, Now.AddMinutes(i));
        var kept = await browsers.ListAsync(alice, 1000);
        Assert.Equal((KnownBrowsers.MostOfPerson, Given.Kept(Now.AddMinutes(3))), (kept.Count, kept[^1].LastSeenAt));

        Assert.Equal(0, (await storage.Get<ExpiredRows>().PruneAsync(Now + KnownBrowser.Kept)).KnownBrowsers);
        Assert.Equal(KnownBrowsers.MostOfPerson, (await storage.Get<ExpiredRows>().PruneAsync(Now.AddDays(1) + KnownBrowser.Kept)).KnownBrowsers);
    }

    private static byte[] Mark(int browser) => [.. Enumerable.Repeat((byte)browser, 32)];

    private static async Task<Guid> PersonAsync(TestStorage storage)
    {
        var user = new User { Id = Given.NewId(), UserName = "person", CreatedAt = Now, ConcurrencyStamp = "1" };
        await storage.AskAsync(db =>
        {
            db.Users.Add(user);
            return db.SaveChangesAsync();
        });
        return user.Id;
    }
}
