using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Decoupled;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Storage;

public abstract class DecoupledRequestsContract : StorageContract
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Gives_back_what_was_put_in_by_either_code()
    {
        await using var storage = await NewAsync();
        var request = Request() with { UserId = Given.NewId(), BindingMessage = "W4SCT größer", SealedNotificationToken = [1, 2, 3], AcrValues = "a b", MaxAge = TimeSpan.FromMinutes(5) };
        Assert.True(await Requests(storage).AddAsync(request, Hash(1), Hash(2)));

        Assert.Equivalent(request, await Requests(storage).FindAsync(Hash(1)), strict: true);
        Assert.Equivalent(request, await Requests(storage).FindByUserCodeAsync(Hash(2)), strict: true);
        Assert.Null(await Requests(storage).FindAsync(Hash(2)));
    }

    [Fact]
    public async Task Two_requests_never_have_one_user_code_and_many_have_none()
    {
        await using var storage = await NewAsync();
        Assert.True(await Requests(storage).AddAsync(Request(), Hash(1), Hash(9)));
        Assert.False(await Requests(storage).AddAsync(Request(), Hash(2), Hash(9)));
        Assert.True(await Requests(storage).AddAsync(Request(), Hash(3), null));
        Assert.True(await Requests(storage).AddAsync(Request(), Hash(4), null));
    }

    [Fact]
    public async Task Of_32_questions_at_once_one_is_noted()
    {
        await using var storage = await NewAsync();
        var request = await AddAsync(storage, 1);

        var noted = await RaceAsync(storage, _ => Requests(storage).PolledAsync(request, TimeSpan.FromSeconds(10), Now));

        Assert.Single(noted, won => won);
        var stored = await Requests(storage).FindAsync(Hash(1));
        Assert.Equal((Now, TimeSpan.FromSeconds(10)), (stored!.PolledAt, stored.Interval));
        Assert.True(await Requests(storage).PolledAsync(stored, TimeSpan.FromSeconds(10), Now.AddSeconds(10)));
    }

    [Fact]
    public async Task Of_32_answers_at_once_one_stands()
    {
        await using var storage = await NewAsync();
        var sessions = new List<Session>();
        for (var i = 0; i < Runners; i++)
            sessions.Add(await SessionAsync(storage, i));
        var request = await AddAsync(storage, 1);

        var won = await RaceAsync(storage, i => i % 2 == 0
            ? Requests(storage).ApproveAsync(request, sessions[i], Agreed(request, sessions[i]), Now)
            : Requests(storage).DenyAsync(request.RequestId, sessions[i].UserId, Now));

        var winner = Array.IndexOf(won, true);
        Assert.Single(won, w => w);
        var stored = await Requests(storage).FindAsync(Hash(1));
        Assert.Equal((winner % 2 == 0 ? DecoupledStatus.Approved : DecoupledStatus.Denied, sessions[winner].UserId), (stored!.Status, stored.UserId!.Value));
        if (winner % 2 == 0)
            Assert.Equal((Given.Kept(sessions[winner].AuthTime), "2", "pwd otp"), (stored.AuthTime!.Value, stored.Acr, string.Join(' ', stored.Amr)));
    }

    [Fact]
    public async Task Of_32_redemptions_at_once_one_wins_and_one_family_is_made()
    {
        await using var storage = await NewAsync();
        for (var round = 0; round < 5; round++)
        {
            var (request, session) = await ApprovedAsync(storage, round);
            var families = Enumerable.Range(0, Runners).Select(_ => Given.Family(session) with { SessionId = null }).ToList();

            var won = await RaceAsync(storage, i => Requests(storage).RedeemAsync(request.RequestId, families[i], null, Now));

            Assert.Single(won, w => w);
            var winner = families[Array.IndexOf(won, true)];
            Assert.Equal(winner.FamilyId, (await Requests(storage).FindAsync(Hash(round)))!.FamilyId);
            var made = await storage.AskAsync(db => db.TokenFamilies.Where(f => f.UserId == session.UserId).Select(f => f.FamilyId).ToListAsync());
            Assert.Equal([winner.FamilyId], made);
        }
    }

    [Fact]
    public async Task Only_what_was_approved_in_time_by_that_person_is_redeemed()
    {
        await using var storage = await NewAsync();
        var pending = await AddAsync(storage, 1);
        var (approved, session) = await ApprovedAsync(storage, 2);
        var family = Given.Family(session) with { SessionId = null };

        Assert.False(await Requests(storage).RedeemAsync(pending.RequestId, family, null, Now));
        Assert.False(await Requests(storage).RedeemAsync(approved.RequestId, family with { UserId = Given.NewId() }, null, Now));
        Assert.False(await Requests(storage).RedeemAsync(approved.RequestId, family, null, approved.ExpiresAt));
        Assert.True(await Requests(storage).RedeemAsync(approved.RequestId, family, null, approved.ExpiresAt.AddMilliseconds(-1)));
    }

    [Fact]
    public async Task Nobody_answers_for_another_too_late_or_in_a_session_that_ended()
    {
        await using var storage = await NewAsync();
        var (session, ended) = (await SessionAsync(storage, 1), await SessionAsync(storage, 2));
        await storage.Sessions.EndAsync(ended.SessionId, Now);
        var request = await AddAsync(storage, 1);
        var anothers = await AddAsync(storage, 2, r => r with { UserId = Given.NewId() });

        Assert.False(await Requests(storage).ApproveAsync(request, ended, Agreed(request, ended), Now));
        Assert.False(await Requests(storage).ApproveAsync(anothers, session, Agreed(anothers, session), Now));
        Assert.False(await Requests(storage).DenyAsync(anothers.RequestId, session.UserId, Now));
        Assert.False(await Requests(storage).ApproveAsync(request, session, Agreed(request, session), request.ExpiresAt));
        Assert.True(await Requests(storage).ApproveAsync(request, session, Agreed(request, session), Now));
    }

    [Fact]
    public async Task No_answer_and_no_redemption_outruns_the_end_of_everything()
    {
        await using var storage = await NewAsync();
        for (var round = 0; round < 10; round++)
        {
            var session = await SessionAsync(storage, round);
            var approving = await AddAsync(storage, 100 + round);
            var redeeming = await AddAsync(storage, 200 + round);
            Assert.True(await Requests(storage).ApproveAsync(redeeming, session, Agreed(redeeming, session), Now));
            var family = Given.Family(session) with { SessionId = null };

            await RaceAsync(
                storage,
                async i => i switch
                {
                    0 => await Requests(storage).ApproveAsync(approving, session, Agreed(approving, session), Now),
                    1 => await Requests(storage).RedeemAsync(redeeming.RequestId, family, null, Now),
                    _ => await storage.Sessions.EndEverythingAsync(session.UserId, FamilyEnd.GrantRevoked, Now) > 0,
                },
                runners: 3);

            Assert.Null((await Requests(storage).FindAsync(Hash(100 + round))) is { Status: DecoupledStatus.Approved } left ? left : null);
            Assert.Equal(0, await storage.AskAsync(db => db.TokenFamilies.CountAsync(f => f.UserId == session.UserId && f.EndedAt == null)));
        }
    }

    [Fact]
    public async Task Is_pruned_an_hour_after_its_end()
    {
        await using var storage = await NewAsync();
        var request = await AddAsync(storage, 1);
        Assert.Equal(0, (await storage.Get<ExpiredRows>().PruneAsync(request.ExpiresAt + ExpiredRows.Kept)).DecoupledRequests);
        Assert.Equal(1, (await storage.Get<ExpiredRows>().PruneAsync(request.ExpiresAt + ExpiredRows.Kept + TimeSpan.FromSeconds(1))).DecoupledRequests);
    }

    [Fact]
    public async Task Who_lost_the_answer_leaves_no_consent_and_who_won_widens_theirs()
    {
        await using var storage = await NewAsync();
        var (first, second) = (await SessionAsync(storage, 1), await SessionAsync(storage, 2));
        var (request, other) = (await AddAsync(storage, 1), await AddAsync(storage, 2, r => r with { Scope = ScopeSet.Of(["email"]), Resources = [] }));

        Assert.True(await Requests(storage).ApproveAsync(request, first, Agreed(request, first), Now));
        Assert.False(await Requests(storage).ApproveAsync(request, second, Agreed(request, second), Now));
        Assert.Null(await storage.Get<Grants>().FindAsync(second.UserId, "shop"));

        Grant Both(Grant? standing) => Agreed(other, first)(null) with { Scope = standing!.Scope.Union(other.Scope) };
        Assert.True(await Requests(storage).ApproveAsync(other, first, Both, Now));
        Assert.Equal("openid orders:read email", (await storage.Get<Grants>().FindAsync(first.UserId, "shop"))!.Scope.ToString());
    }

    [Fact]
    public async Task Of_32_requests_at_once_no_more_than_may_wait_for_one_person()
    {
        await using var storage = await NewAsync();
        var person = await storage.AskAsync(async db =>
        {
            var user = new User { Id = Given.NewId(), UserName = "asked" };
            db.Users.Add(user);
            await db.SaveChangesAsync();
            return user.Id;
        });
        DecoupledRequest For(string clientId) => Request() with { Kind = DecoupledKind.Backchannel, UserId = person, ClientId = clientId };

        var added = await RaceAsync(storage, i => Requests(storage).AddForPersonAsync(For("shop"), Hash(i), mostOfClient: 5, mostOfAll: 8));
        Assert.Equal(5, added.Count(isAdded => isAdded));
        added = await RaceAsync(storage, i => Requests(storage).AddForPersonAsync(For($"other-{i}"), Hash(100 + i), mostOfClient: 5, mostOfAll: 8));
        Assert.Equal(3, added.Count(isAdded => isAdded));
        Assert.True(await Requests(storage).AddForPersonAsync(For("shop") with { CreatedAt = Now.AddMinutes(10), ExpiresAt = Now.AddMinutes(20) }, Hash(200), 5, 8));
    }

    private static Func<Grant?, Grant> Agreed(DecoupledRequest request, Session session) => _ => new Grant
    {
        UserId = session.UserId, ClientId = request.ClientId, Scope = request.Scope, Resources = request.Resources, UpdatedAt = Now,
    };

    private static DecoupledRequests Requests(TestStorage storage) => storage.Get<DecoupledRequests>();

    private static DecoupledRequest Request() => new()
    {
        RequestId = Given.NewId(),
        Kind = DecoupledKind.Device,
        ClientId = "shop",
        Scope = ScopeSet.Of(["openid", "orders:read"]),
        Resources = ["https://api.example/orders"],
        Terms = new GrantTerms { Confirmation = new Confirmation { JwkThumbprint = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } },
        CreatedAt = Now,
        ExpiresAt = Now.AddMinutes(10),
    };

    private static async Task<DecoupledRequest> AddAsync(TestStorage storage, int seed, Func<DecoupledRequest, DecoupledRequest>? edit = null)
    {
        var request = edit?.Invoke(Request()) ?? Request();
        Assert.True(await Requests(storage).AddAsync(request, Hash(seed), null));
        return request;
    }

    private static async Task<Session> SessionAsync(TestStorage storage, int seed)
    {
        var session = Given.Session();
        await storage.Sessions.AddAsync(session, Given.Bytes(seed, 3));
        return session;
    }

    private static async Task<(DecoupledRequest Request, Session Session)> ApprovedAsync(TestStorage storage, int seed)
    {
        var (session, request) = (await SessionAsync(storage, seed), await AddAsync(storage, seed));
        Assert.True(await Requests(storage).ApproveAsync(request, session, Agreed(request, session), Now));
        return (request, session);
    }
}
