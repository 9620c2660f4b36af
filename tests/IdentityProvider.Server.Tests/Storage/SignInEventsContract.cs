using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Storage;

public abstract class SignInEventsContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;

    [Fact]
    public async Task Lists_a_persons_own_newest_first_and_no_more_than_asked()
    {
        await using var storage = await NewAsync();
        var events = storage.Get<SignInEvents>();
        var user = Given.NewId();
        var (older, newer) = (Event(user), Event(user) with { At = Now.AddMinutes(1), UserAgent = "Mozilla\0" + new string('x', 5000) });
        foreach (var entry in new[] { older, newer, Event(Given.NewId()) })
            await events.AddAsync(entry);

        var found = await events.ListAsync(user, Now.AddDays(1), 10);
        Assert.Equal([newer.EventId, older.EventId], found.Select(e => e.EventId));
        Assert.Equivalent(older with { At = Given.Kept(Now) }, found[1], strict: true);
        Assert.Equal("Mozilla" + new string('x', 393), found[0].UserAgent);
        Assert.Equal(newer.EventId, Assert.Single(await events.ListAsync(user, Now.AddDays(1), 1)).EventId);
    }

    [Fact]
    public async Task Says_afterwards_how_an_attempt_ended()
    {
        await using var storage = await NewAsync();
        var events = storage.Get<SignInEvents>();
        var entry = Event(Given.NewId());
        await events.AddAsync(entry);

        await events.DecideAsync(entry.EventId, SignInOutcome.SignedIn);

        Assert.Equal(SignInOutcome.SignedIn, Assert.Single(await events.ListAsync(entry.UserId, Now, 10)).Outcome);
    }

    [Fact]
    public async Task A_history_goes_back_90_days_and_the_rest_is_removed()
    {
        await using var storage = await NewAsync();
        var events = storage.Get<SignInEvents>();
        var entry = Event(Given.NewId());
        await events.AddAsync(entry);
        await events.AddAsync(Event(entry.UserId) with { At = Now.AddDays(2) });

        Assert.Equal(2, (await events.ListAsync(entry.UserId, Now + SignInEvent.Kept - TimeSpan.FromMinutes(1), 10)).Count);
        Assert.Equal(0, (await storage.Get<ExpiredRows>().PruneAsync(Now + SignInEvent.Kept - TimeSpan.FromMinutes(1))).SignInEvents);
        Assert.Single(await events.ListAsync(entry.UserId, Now + SignInEvent.Kept, 10));
        Assert.Equal(1, (await storage.Get<ExpiredRows>().PruneAsync(Now + SignInEvent.Kept + TimeSpan.FromMinutes(1))).SignInEvents);
    }

    [Fact]
    public async Task Failures_of_one_hour_and_address_are_one_line_that_counts_them()
    {
        await using var storage = await NewAsync();
        var events = storage.Get<SignInEvents>();
        var user = Given.NewId();
        var first = await events.CountAsync(Event(user));
        Assert.Equal(first, await events.CountAsync(Event(user) with { At = Now.AddMinutes(5) }));
        Assert.NotEqual(first, await events.CountAsync(Event(user) with { Outcome = SignInOutcome.Locked }));
        Assert.NotEqual(first, await events.CountAsync(Event(user) with { Address = "192.0.2.8" }));
        Assert.NotEqual(first, await events.CountAsync(Event(user) with { At = Now.AddHours(1) }));
        Assert.NotEqual(first, await events.CountAsync(Event(Given.NewId())));

        var lines = await events.ListAsync(user, Now.AddDays(1), 10);
        Assert.Equal(4, lines.Count);
        Assert.Equal((2, Given.Kept(Now)), (lines.Single(l => l.EventId == first).Count, lines.Single(l => l.EventId == first).At));

        await events.TakeBackAsync(first);
        Assert.Equal(1, (await events.ListAsync(user, Now.AddDays(1), 10)).Single(l => l.EventId == first).Count);
        await events.TakeBackAsync(first);
        await events.TakeBackAsync(first);
        Assert.Equal(3, (await events.ListAsync(user, Now.AddDays(1), 10)).Count);
    }

    [Fact]
    public async Task Of_32_failures_that_race_none_goes_uncounted()
    {
        await using var storage = await NewAsync();
        var entry = Event(Given.NewId());
        await RaceAsync(storage, _ => storage.Get<SignInEvents>().CountAsync(entry));
        Assert.Equal(Runners, Assert.Single(await storage.Get<SignInEvents>().ListAsync(entry.UserId, Now, 10)).Count);
    }

    [Fact]
    public async Task Goes_on_after_a_line_also_among_those_of_one_moment()
    {
        await using var storage = await NewAsync();
        var events = storage.Get<SignInEvents>();
        var user = Given.NewId();
        for (var i = 0; i < 7; i++)
            await events.AddAsync(Event(user) with { At = Now.AddMinutes(i / 4) });

        var seen = new List<Guid>();
        HistoryPlace? place = null;
        while (await events.ListAsync(user, Now.AddDays(1), 2, place) is { Count: > 0 } page)
        {
            seen.AddRange(page.Select(l => l.EventId));
            place = new HistoryPlace(page[^1].At, page[^1].EventId);
        }

        Assert.Equal((await events.ListAsync(user, Now.AddDays(1), 10)).Select(l => l.EventId), seen);
    }

    private static SignInEvent Event(Guid userId) => new()
    {
        EventId = Given.NewId(),
        UserId = userId,
        At = Now,
        Address = "192.0.2.7",
        UserAgent = "A browser",
        Outcome = SignInOutcome.WrongPassword,
    };
}
