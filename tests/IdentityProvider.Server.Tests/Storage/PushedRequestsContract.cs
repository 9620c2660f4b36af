using IdentityProvider.Protocol;
using IdentityProvider.Protocol.PushedAuthorization;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Storage;

public abstract class PushedRequestsContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;

    [Fact]
    public async Task Gives_back_what_was_pushed()
    {
        await using var storage = await NewAsync();
        await storage.Get<PushedRequests>().AddAsync(Hash(1), Pushed());

        var found = await storage.Get<PushedRequests>().FindAsync(Hash(1));

        Assert.Equal(("shop", true, Given.Kept(Pushed().ExpiresAt), (DateTimeOffset?)null), (found!.ClientId, found.IsSigned, found.ExpiresAt, found.SpentAt));
        Assert.Equal(Pushed().Parameters.ToQuery(), found.Parameters.ToQuery());
        Assert.Null(await storage.Get<PushedRequests>().FindAsync(Hash(2)));
    }

    [Fact]
    public async Task Of_32_answers_at_once_one_wins_and_one_code_is_there()
    {
        await using var storage = await NewAsync();
        await storage.Get<PushedRequests>().AddAsync(Hash(1), Pushed());

        var won = await RaceAsync(storage, i => storage.Codes.AddAnsweringAsync(Hash(100 + i), Given.Code(Given.Session()), Hash(1), Now));

        Assert.Single(won, true);
        for (var i = 0; i < Runners; i++)
            Assert.Equal(won[i], await storage.Codes.FindAsync(Hash(100 + i)) is not null);
        Assert.Equal(Given.Kept(Now), (await storage.Get<PushedRequests>().FindAsync(Hash(1)))!.SpentAt);
    }

    [Fact]
    public async Task An_error_answers_too_and_only_once()
    {
        await using var storage = await NewAsync();
        await storage.Get<PushedRequests>().AddAsync(Hash(1), Pushed());

        Assert.True(await storage.Get<PushedRequests>().SpendAsync(Hash(1), Now));
        Assert.False(await storage.Get<PushedRequests>().SpendAsync(Hash(1), Now));
        Assert.False(await storage.Codes.AddAnsweringAsync(Hash(2), Given.Code(Given.Session()), Hash(1), Now));
        Assert.Null(await storage.Codes.FindAsync(Hash(2)));
    }

    [Fact]
    public async Task What_was_never_pushed_answers_nothing()
    {
        await using var storage = await NewAsync();
        Assert.False(await storage.Codes.AddAnsweringAsync(Hash(2), Given.Code(Given.Session()), Hash(1), Now));
        Assert.False(await storage.Get<PushedRequests>().SpendAsync(Hash(1), Now));
    }

    [Fact]
    public async Task A_code_that_can_not_be_added_leaves_the_request_unanswered()
    {
        await using var storage = await NewAsync();
        await storage.Get<PushedRequests>().AddAsync(Hash(1), Pushed());
        await storage.Codes.AddAsync(Hash(2), Given.Code(Given.Session()));

        await Assert.ThrowsAnyAsync<Exception>(() => storage.Codes.AddAnsweringAsync(Hash(2), Given.Code(Given.Session()), Hash(1), Now));

        Assert.Null((await storage.Get<PushedRequests>().FindAsync(Hash(1)))!.SpentAt);
    }

    [Fact]
    public async Task Is_kept_as_long_as_a_person_may_be_at_it_and_then_pruned()
    {
        await using var storage = await NewAsync();
        await storage.Get<PushedRequests>().AddAsync(Hash(1), Pushed());
        await storage.Get<PushedRequests>().OpenAsync(Hash(1), Now);
        await storage.Get<PushedRequests>().OpenAsync(Hash(1), Now.AddMinutes(5));

        Assert.Equal(0, (await storage.Get<ExpiredRows>().PruneAsync(Pushed().ExpiresAt + ExpiredRows.Kept)).PushedRequests);
        Assert.Equal(1, (await storage.Get<ExpiredRows>().PruneAsync(Pushed().ExpiresAt + ExpiredRows.Kept + TimeSpan.FromSeconds(1))).PushedRequests);
    }

    [Fact]
    public async Task What_nobody_opened_or_what_was_answered_goes_soon()
    {
        await using var storage = await NewAsync();
        await storage.Get<PushedRequests>().AddAsync(Hash(1), Pushed());
        await storage.Get<PushedRequests>().AddAsync(Hash(2), Pushed());
        await storage.Get<PushedRequests>().OpenAsync(Hash(2), Now);
        await storage.Get<PushedRequests>().SpendAsync(Hash(2), Now);

        Assert.Equal(0, (await storage.Get<ExpiredRows>().PruneAsync(Pushed().ExpiresAt + ExpiredRows.PushedKept)).PushedRequests);
        Assert.Equal(2, (await storage.Get<ExpiredRows>().PruneAsync(Pushed().ExpiresAt + ExpiredRows.PushedKept + TimeSpan.FromSeconds(1))).PushedRequests);
    }

    private static PushedRequest Pushed() => new()
    {
        ClientId = "shop",
        Parameters = Parameters.Parse("client_id=shop&resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example&login_hint=gr%C3%B6%C3%9Fe%26"u8).Try(out var parameters, out _) ? parameters : null!,
        IsSigned = true,
        ExpiresAt = Now + PushedRequest.Lifetime,
    };
}
