using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Storage;

public abstract class SessionsContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;

    [Fact]
    public async Task Finds_a_session_by_the_hash_of_its_secret_and_by_its_identifier()
    {
        await using var storage = await NewAsync();
        var session = Given.Session();
        await storage.Sessions.AddAsync(session, Hash(1));

        var kept = session with
        {
            AuthTime = Given.Kept(session.AuthTime),
            LastUsedAt = Given.Kept(session.LastUsedAt),
            ExpiresAt = Given.Kept(session.ExpiresAt),
        };
        Assert.Equivalent(kept, (await storage.Sessions.FindStandingAsync(Hash(1)))?.Session, strict: true);
        Assert.Equivalent(kept, await storage.Sessions.FindAsync(session.SessionId), strict: true);
        Assert.Null((await storage.Sessions.FindStandingAsync(Hash(2)))?.Session);
        Assert.Null(await storage.Sessions.FindAsync(Guid.Empty));
    }

    [Fact]
    public async Task Refuses_two_sessions_of_one_secret()
    {
        await using var storage = await NewAsync();
        await storage.Sessions.AddAsync(Given.Session(), Hash(1));

        await Assert.ThrowsAsync<DbUpdateException>(() => storage.Sessions.AddAsync(Given.Session(), Hash(1)));
    }

    [Fact]
    public async Task Keeps_of_a_browsers_name_what_fits_and_can_be_printed()
    {
        await using var storage = await NewAsync();
        var session = Given.Session() with { UserAgent = "Mozilla\0\r\n\u202E" + new string('x', 5000), Address = "" };
        await storage.Sessions.AddAsync(session, Hash(1));

        var found = await storage.Sessions.FindAsync(session.SessionId);
        Assert.Equal("Mozilla" + new string('x', 393), found!.UserAgent);
        Assert.Null(found.Address);
    }

    [Fact]
    public async Task A_use_moves_forward_only_and_wakes_nothing_that_ended()
    {
        await using var storage = await NewAsync();
        var session = Given.Session();
        await storage.Sessions.AddAsync(session, Hash(1));

        await storage.Sessions.TouchAsync(session.SessionId, Now.AddMinutes(5));
        await storage.Sessions.TouchAsync(session.SessionId, Now.AddMinutes(3));
        Assert.Equal(Given.Kept(Now.AddMinutes(5)), (await storage.Sessions.FindAsync(session.SessionId))!.LastUsedAt);

        await storage.Sessions.EndAsync(session.SessionId, Now.AddMinutes(6));
        await storage.Sessions.TouchAsync(session.SessionId, Now.AddMinutes(7));
        Assert.Equal(Given.Kept(Now.AddMinutes(5)), (await storage.Sessions.FindAsync(session.SessionId))!.LastUsedAt);
    }

    [Fact]
    public async Task A_new_proof_renews_the_session_under_a_new_secret_while_it_has_not_ended()
    {
        await using var storage = await NewAsync();
        var session = Given.Session();
        await storage.Sessions.AddAsync(session, Hash(1));

        var renewed = session with { AuthTime = Now.AddHours(1), LastUsedAt = Now.AddHours(1), ExpiresAt = Now.AddDays(9), Amr = ["pwd"], Acr = null };
        Assert.True(await storage.Sessions.ReauthenticateAsync(renewed, Hash(2)));
        var found = (await storage.Sessions.FindStandingAsync(Hash(2)))?.Session;
        Assert.Equal((session.SessionId, Given.Kept(Now.AddHours(1)), Given.Kept(Now.AddDays(9))), (found!.SessionId, found.AuthTime, found.ExpiresAt));
        Assert.Equal(["pwd"], found.Amr);
        Assert.Null(found.Acr);
        Assert.Null((await storage.Sessions.FindStandingAsync(Hash(1)))?.Session);

        await storage.Sessions.EndAsync(session.SessionId, Now.AddHours(2));
        Assert.False(await storage.Sessions.ReauthenticateAsync(renewed, Hash(3)));
    }

    [Fact]
    public async Task Ending_a_session_ends_its_families_and_leaves_offline_access()
    {
        await using var storage = await NewAsync();
        var (session, family) = await storage.SignInAsync(1);
        await storage.Codes.AddAsync(Hash(9), Given.Code(session));
        var offline = Given.Family(session) with { SessionId = null };
        Assert.True(await storage.Codes.RedeemAsync(Hash(9), offline, null, Now));
        var (_, others) = await storage.SignInAsync(2);

        Assert.True(await storage.Sessions.EndAsync(session.SessionId, Now));
        Assert.False(await storage.Sessions.EndAsync(session.SessionId, Now.AddSeconds(1)));

        Assert.Equal(Given.Kept(Now), (await storage.Sessions.FindAsync(session.SessionId))!.EndedAt);
        Assert.Equal(FamilyEnd.SessionEnded, (await storage.Families.FindAsync(family.FamilyId))!.EndReason);
        Assert.Null((await storage.Families.FindAsync(offline.FamilyId))!.EndedAt);
        Assert.Null((await storage.Families.FindAsync(others.FamilyId))!.EndedAt);
    }

    [Fact]
    public async Task Of_32_ends_at_once_one_ended_it()
    {
        await using var storage = await NewAsync();
        var (session, _) = await storage.SignInAsync();

        var won = await RaceAsync(storage, i => storage.Sessions.EndAsync(session.SessionId, Now.AddSeconds(i)));

        Assert.Single(won, w => w);
    }

    [Fact]
    public async Task After_a_session_ended_while_its_family_was_refreshed_no_refresh_wins()
    {
        await using var storage = await NewAsync();
        var (session, family) = await storage.SignInAsync();

        var won = await RaceAsync(storage, async i =>
        {
            if (i == 3)
                return await storage.Sessions.EndAsync(session.SessionId, Now);
            for (var from = 0; from < 20; from++)
                await storage.Families.RotateAsync(family with { Generation = from }, null, Now);
            return false;
        });

        Assert.True(won[3]);
        var found = await storage.Families.FindAsync(family.FamilyId);
        Assert.Equal(FamilyEnd.SessionEnded, found!.EndReason);
        Assert.False(await storage.Families.RotateAsync(family with { Generation = found.Generation }, null, Now));
    }

    [Fact]
    public async Task No_family_escapes_an_end_that_races_with_its_redemption()
    {
        await using var storage = await NewAsync();
        for (var round = 0; round < 40; round++)
        {
            var (session, hash) = (Given.Session(), Hash(round));
            await storage.Sessions.AddAsync(session, hash);
            await storage.Codes.AddAsync(hash, Given.Code(session));
            var family = Given.Family(session);

            var ender = round % 2;
            var done = await RaceAsync(
                storage,
                i => i == ender ? storage.Sessions.EndAsync(session.SessionId, Now) : storage.Codes.RedeemAsync(hash, family, null, Now),
                runners: 2);

            var redeemed = done[1 - ender];
            var found = await storage.Families.FindAsync(family.FamilyId);
            Assert.Equal(redeemed, found is not null);
            if (redeemed)
                Assert.Equal(FamilyEnd.SessionEnded, found!.EndReason);
        }
    }

    [Fact]
    public async Task Ends_all_sessions_but_one_and_offline_access_only_where_a_reason_is_given()
    {
        await using var storage = await NewAsync();
        var user = Given.NewId();
        var kept = await SignInAsync(storage, user, 1);
        var other = await SignInAsync(storage, user, 2);
        var offline = await SignInAsync(storage, user, 3, isOffline: true);
        var stranger = await SignInAsync(storage, Given.NewId(), 4);

        Assert.Equal(2, await storage.Sessions.EndOthersAsync(user, kept.Session.SessionId, offline: null, Now));
        Assert.Equal([null, FamilyEnd.SessionEnded, null], await EndsAsync(kept, other, offline));
        Assert.Equal(kept.Session.SessionId, Assert.Single(await storage.Sessions.ListAsync(user, alsoEnded: false, 10)).SessionId);

        Assert.Equal(0, await storage.Sessions.EndOthersAsync(user, kept.Session.SessionId, FamilyEnd.GrantRevoked, Now));
        Assert.Equal([null, FamilyEnd.SessionEnded, FamilyEnd.GrantRevoked], await EndsAsync(kept, other, offline));

        Assert.Equal(1, await storage.Sessions.EndEverythingAsync(user, FamilyEnd.EndedByOperator, Now));
        Assert.Equal([FamilyEnd.SessionEnded, FamilyEnd.SessionEnded, FamilyEnd.GrantRevoked, null], await EndsAsync(kept, other, offline, stranger));
        Assert.Null((await storage.Sessions.FindAsync(stranger.Session.SessionId))!.EndedAt);

        async Task<FamilyEnd?[]> EndsAsync(params (Session, TokenFamily Family)[] signIns) =>
            await Task.WhenAll(signIns.Select(async s => (await storage.Families.FindAsync(s.Family.FamilyId))!.EndReason));
    }

    [Fact]
    public async Task No_offline_access_escapes_an_end_of_everything_that_races_with_its_redemption()
    {
        await using var storage = await NewAsync();
        for (var round = 0; round < 40; round++)
        {
            var session = Given.Session();
            await storage.Sessions.AddAsync(session, Given.Bytes(round, 1));
            await storage.Codes.AddAsync(Given.Bytes(round, 2), Given.Code(session));
            var family = Given.Family(session) with { SessionId = null };
            await RaceAsync(
                storage,
                async i => i == 0
                    ? await storage.Codes.RedeemAsync(Given.Bytes(round, 2), family, null, Now)
                    : await storage.Sessions.EndEverythingAsync(session.UserId, FamilyEnd.GrantRevoked, Now) > 0,
                runners: 2);
            Assert.NotEqual(true, (await storage.Families.FindAsync(family.FamilyId))?.IsAlive(Now));
        }
    }

    private static async Task<(Session Session, TokenFamily Family)> SignInAsync(TestStorage storage, Guid user, int seed, bool isOffline = false)
    {
        var session = Given.Session() with { UserId = user };
        await storage.Sessions.AddAsync(session, Given.Bytes(seed, 1));
        await storage.Codes.AddAsync(Given.Bytes(seed, 2), Given.Code(session));
        var family = Given.Family(session) with { SessionId = isOffline ? null : session.SessionId };
        Assert.True(await storage.Codes.RedeemAsync(Given.Bytes(seed, 2), family, null, Now));
        return (session, family);
    }

    [Fact]
    public async Task Ends_and_lists_all_of_a_persons_sessions()
    {
        await using var storage = await NewAsync();
        var user = Given.NewId();
        var older = Given.Session() with { UserId = user };
        var newer = Given.Session() with { UserId = user, AuthTime = Now.AddMinutes(1) };
        await storage.Sessions.AddAsync(older, Hash(1));
        await storage.Sessions.AddAsync(newer, Hash(2));
        await storage.Sessions.AddAsync(Given.Session(), Hash(3));

        Assert.Equal([newer.SessionId, older.SessionId], (await storage.Sessions.ListAsync(user, alsoEnded: false, 10)).Select(s => s.SessionId));
        Assert.Equal([newer.SessionId], (await storage.Sessions.ListAsync(user, alsoEnded: false, 1)).Select(s => s.SessionId));
        Assert.Equal(2, await storage.Sessions.EndAllAsync(user, Now));
        Assert.Equal(0, await storage.Sessions.EndAllAsync(user, Now));
        Assert.Empty(await storage.Sessions.ListAsync(user, alsoEnded: false, 10));
        Assert.Equal(2, (await storage.Sessions.ListAsync(user, alsoEnded: true, 10)).Count);
    }
}
