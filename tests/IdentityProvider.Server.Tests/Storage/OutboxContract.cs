using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Storage;

public abstract class OutboxContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_session_that_ends_leaves_a_message_for_each_client_that_listens()
    {
        await using var storage = await NewAsync();
        await storage.AddClientsAsync("shop", "bank");
        await storage.Get<Clients>().AddAsync(Given.Client("deaf"));
        var session = await storage.SignInAtAsync(1, "shop", "bank", "deaf", "gone");
        await storage.SignInAtAsync(2, "shop");

        Assert.True(await storage.Sessions.EndAsync(session.SessionId, Now));
        Assert.False(await storage.Sessions.EndAsync(session.SessionId, Now));

        var messages = await storage.ListAsync();
        Assert.Equal(["bank", "shop"], messages.Select(m => m.ClientId).Order(StringComparer.Ordinal));
        Assert.All(messages, m => Assert.Equal(
            (session.SessionId, session.UserId, Given.Kept(Now), Given.Kept(Now + Outbox.Lifetime), Given.Kept(Now), 0, OutboxState.Waiting),
            (m.SessionId, m.UserId, m.CreatedAt, m.ExpiresAt, m.NextAttemptAt!.Value, m.Attempts, m.State)));
    }

    [Fact]
    public async Task What_waits_is_counted_with_its_age_and_for_how_long_it_has_been_due()
    {
        await using var storage = await NewAsync();
        await storage.AddClientsAsync("shop", "bank", "club");
        var outbox = storage.Get<Outbox>();
        Assert.Equal(OutboxFigures.None, await outbox.CountAsync(Now));
        await storage.Sessions.EndAsync((await storage.SignInAtAsync(1, "shop", "bank", "club")).SessionId, Now);

        await outbox.DeliveredAsync((await outbox.ClaimAsync("shop", Now, Lease))!, Now);
        await outbox.FailedAsync((await outbox.ClaimAsync("bank", Now, Lease))!, "gone", null, Now);
        await outbox.FailedAsync((await outbox.ClaimAsync("club", Now, Lease))!, "busy", Now + TimeSpan.FromMinutes(3), Now);
        Assert.Equal(new OutboxFigures(1, TimeSpan.FromMinutes(1), TimeSpan.Zero, 1), await outbox.CountAsync(Given.Kept(Now) + TimeSpan.FromMinutes(1)));
        Assert.Equal(new OutboxFigures(1, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(2), 1), await outbox.CountAsync(Given.Kept(Now) + TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public async Task The_mails_about_a_person_are_listed_whether_they_wait_or_are_sent()
    {
        await using var storage = await NewAsync();
        await storage.AddClientsAsync("shop");
        var (outbox, user) = (storage.Get<Outbox>(), Given.NewId());
        await storage.Sessions.EndAsync((await storage.SignInAtAsync(1, user, "shop")).SessionId, Now);
        foreach (var (to, whose) in new[] { ("a@example.com", user), ("b@example.com", user), ("other@example.com", Given.NewId()), ("asked@example.com", (Guid?)null) })
            await outbox.AddMailAsync(new(Given.NewId(), new() { Kind = MailKind.Notice, Address = to }, whose, Now + Lease), Now);
        await outbox.DeliveredAsync((await outbox.ListMailsAsync(user, 10))[1], Now);

        var mails = await outbox.ListMailsAsync(user, 10);
        Assert.Equal([("b@example.com", OutboxState.Waiting), ("a@example.com", OutboxState.Delivered)], mails.Select(m => (m.Mail!.Address, m.State)));
        Assert.Single(await outbox.ListMailsAsync(user, 1));
    }

    [Fact]
    public async Task All_sessions_of_a_person_that_end_leave_theirs_and_one_that_had_ended_none()
    {
        await using var storage = await NewAsync();
        await storage.AddClientsAsync("shop");
        var user = Given.NewId();
        var sessions = new[]
        {
            await storage.SignInAtAsync(1, user, "shop"), await storage.SignInAtAsync(2, user, "shop"), await storage.SignInAtAsync(3, user, "shop"),
        };
        await storage.SignInAtAsync(4, "shop");

        await storage.Sessions.EndAsync(sessions[0].SessionId, Now);
        Assert.Equal(2, await storage.Sessions.EndAllAsync(user, Now));
        Assert.Equal(0, await storage.Sessions.EndAllAsync(user, Now.AddSeconds(1)));

        Assert.Equal(sessions.Select(s => s.SessionId).Order(), (await storage.ListAsync()).Select(m => m.SessionId).Order());
    }

    [Fact]
    public async Task A_client_is_told_whatever_became_of_its_tokens_also_of_those_for_offline_access()
    {
        await using var storage = await NewAsync();
        await storage.AddClientsAsync("shop");
        var (revoked, family) = await storage.SignInAsync(1);
        await storage.Families.EndAsync(family.FamilyId, FamilyEnd.CodeReused, Now);
        var (offline, _) = await storage.SignInAsync(2, f => f with { SessionId = null });
        await storage.Get<ExpiredRows>().PruneAsync(Now.AddHours(2));
        Assert.Null(await storage.Families.FindAsync(family.FamilyId));

        await storage.Sessions.EndAsync(revoked.SessionId, Now.AddHours(3));
        await storage.Sessions.EndAsync(offline.SessionId, Now.AddHours(3));

        Assert.Equal(["shop"], await storage.Sessions.ClientsOfAsync(revoked.SessionId));
        Assert.Equal(new[] { revoked.SessionId, offline.SessionId }.Order(), (await storage.ListAsync()).Select(m => m.SessionId).Order());
    }

    [Fact]
    public async Task Each_client_of_a_session_is_known_once_however_often_and_at_once_it_signs_in()
    {
        await using var storage = await NewAsync();
        var session = Given.Session();
        await storage.Sessions.AddAsync(session, Hash(1));
        for (var i = 0; i < Runners; i++)
            await storage.Codes.AddAsync(Given.Bytes(i, 2), Given.Code(session));

        var won = await RaceAsync(storage, i => storage.Codes.RedeemAsync(Given.Bytes(i, 2), Given.Family(session), null, Now));

        Assert.All(won, Assert.True);
        Assert.Equal(["shop"], await storage.Sessions.ClientsOfAsync(session.SessionId));
    }

    [Fact]
    public async Task The_clients_of_a_session_go_with_its_row()
    {
        await using var storage = await NewAsync();
        var session = await storage.SignInAtAsync(1, "shop", "bank");
        await storage.Sessions.EndAsync(session.SessionId, Now);
        await storage.Get<ExpiredRows>().PruneAsync(Now.AddHours(2));
        Assert.Equal(0, await storage.AskAsync(db => db.SessionClients.CountAsync()));
    }

    [Fact]
    public async Task Of_32_claims_at_once_one_wins_and_until_its_lease_ends_nobody_else()
    {
        await using var storage = await NewAsync();
        await storage.WithMessageAsync();
        var outbox = storage.Get<Outbox>();

        var won = await RaceAsync(storage, _ => outbox.ClaimAsync("shop", Now, Lease));

        Assert.Equal(1, Assert.Single(won, m => m is not null)!.Attempts);
        Assert.Null(await outbox.ClaimAsync("shop", Now + Lease - TimeSpan.FromSeconds(1), Lease));
        Assert.Empty(await outbox.DueClientsAsync(Now + Lease - TimeSpan.FromSeconds(1), [], 10));

        var again = await RaceAsync(storage, _ => outbox.ClaimAsync("shop", Now + Lease, Lease));
        Assert.Equal(2, Assert.Single(again, m => m is not null)!.Attempts);
    }

    [Fact]
    public async Task A_claim_takes_what_waited_longest_of_that_client_alone()
    {
        await using var storage = await NewAsync();
        await storage.AddClientsAsync("shop", "bank");
        var first = await storage.SignInAtAsync(1, "shop", "bank");
        var second = await storage.SignInAtAsync(2, "shop");
        await storage.Sessions.EndAsync(second.SessionId, Now.AddSeconds(1));
        await storage.Sessions.EndAsync(first.SessionId, Now);
        var outbox = storage.Get<Outbox>();
        var later = Now.AddSeconds(2);

        Assert.Equal(["bank", "shop"], await outbox.DueClientsAsync(later, [], 10));
        Assert.Equal(["shop"], await outbox.DueClientsAsync(later, ["bank"], 10));
        Assert.Equal(["bank"], await outbox.DueClientsAsync(later, [], 1));
        Assert.Equal(first.SessionId, (await outbox.ClaimAsync("shop", later, Lease))!.SessionId);
        Assert.Equal(second.SessionId, (await outbox.ClaimAsync("shop", later, Lease))!.SessionId);
        Assert.Null(await outbox.ClaimAsync("shop", later, Lease));
        Assert.Equal(["bank"], await outbox.DueClientsAsync(later, [], 10));
    }

    [Fact]
    public async Task What_failed_is_due_when_it_was_said_and_what_was_given_up_is_not_until_an_operator_says_so()
    {
        await using var storage = await NewAsync();
        await storage.WithMessageAsync();
        var outbox = storage.Get<Outbox>();

        var claimed = (await outbox.ClaimAsync("shop", Now, Lease))!;
        await outbox.FailedAsync(claimed, "answered 500", Now.AddSeconds(10), Now);
        Assert.Null(await outbox.ClaimAsync("shop", Now.AddSeconds(9), Lease));
        claimed = (await outbox.ClaimAsync("shop", Now.AddSeconds(10), Lease))!;
        await outbox.FailedAsync(claimed, "answered 501", null, Now.AddSeconds(11));

        var given = Assert.Single(await storage.ListAsync());
        Assert.Equal((OutboxState.GivenUp, "answered 501", 2, (DateTimeOffset?)null), (given.State, given.LastError, given.Attempts, given.NextAttemptAt));
        Assert.Null(await outbox.ClaimAsync("shop", Now.AddDays(2), Lease));

        Assert.True(await outbox.RetryAsync(given.Id, Now.AddDays(2)));
        Assert.False(await outbox.RetryAsync(given.Id + 1, Now.AddDays(2)));
        var retried = (await outbox.ClaimAsync("shop", Now.AddDays(2), Lease))!;
        Assert.Equal((OutboxState.Waiting, Given.Kept(Now.AddDays(2) + Outbox.Lifetime)), (retried.State, retried.ExpiresAt));
    }

    [Fact]
    public async Task What_is_discarded_is_never_told_also_where_an_attempt_is_under_way()
    {
        await using var storage = await NewAsync();
        await storage.WithMessageAsync();
        var outbox = storage.Get<Outbox>();
        var claimed = (await outbox.ClaimAsync("shop", Now, Lease))!;

        Assert.Single(await RaceAsync(storage, _ => outbox.DiscardAsync(claimed.Id)), won => won);

        await outbox.FailedAsync(claimed, "timed out", Now.AddSeconds(10), Now);
        await outbox.DeliveredAsync(claimed, Now);
        Assert.Empty(await storage.ListAsync());
        Assert.Null(await outbox.ClaimAsync("shop", Now.AddDays(1), Lease));
    }

    [Fact]
    public async Task A_node_that_was_late_changes_nothing_of_the_next_attempt_unless_it_delivered()
    {
        await using var storage = await NewAsync();
        await storage.WithMessageAsync();
        var outbox = storage.Get<Outbox>();
        var late = (await outbox.ClaimAsync("shop", Now, Lease))!;
        var next = (await outbox.ClaimAsync("shop", Now + Lease, Lease))!;

        await outbox.FailedAsync(late, "timed out", null, Now + Lease);
        Assert.Equal(OutboxState.Waiting, Assert.Single(await storage.ListAsync()).State);

        await outbox.DeliveredAsync(late, Now + Lease);
        await outbox.FailedAsync(next, "timed out", Now.AddHours(1), Now + Lease);
        var told = Assert.Single(await storage.ListAsync());
        Assert.Equal((OutboxState.Delivered, (DateTimeOffset?)null, (string?)null), (told.State, told.NextAttemptAt, told.LastError));
        Assert.False(await outbox.RetryAsync(told.Id, Now));
        Assert.False(await outbox.DiscardAsync(told.Id));
    }

    [Fact]
    public async Task Lists_the_newest_first_by_what_became_of_them_and_prunes_them_after_a_while()
    {
        await using var storage = await NewAsync();
        await storage.AddClientsAsync("shop");
        for (var i = 1; i <= 3; i++)
            await storage.Sessions.EndAsync((await storage.SignInAtAsync(i, "shop")).SessionId, Now.AddSeconds(i));
        var outbox = storage.Get<Outbox>();
        await outbox.DeliveredAsync((await outbox.ClaimAsync("shop", Now.AddMinutes(1), Lease))!, Now);
        await outbox.FailedAsync((await outbox.ClaimAsync("shop", Now.AddMinutes(1), Lease))!, "timed out", null, Now);

        var all = await outbox.ListAsync(null, null, 10);
        Assert.Equal([OutboxState.Waiting, OutboxState.GivenUp, OutboxState.Delivered], all.Select(m => m.State));
        Assert.Equal([all[1].Id], (await outbox.ListAsync(all[0].Id, null, 1)).Select(m => m.Id));
        foreach (var message in all)
            Assert.Equal([message.Id], (await outbox.ListAsync(null, message.State, 10)).Select(m => m.Id));

        var expired = storage.Get<ExpiredRows>();
        Assert.Equal(0, (await expired.PruneAsync(Now + Outbox.DeliveredKept)).OutboxMessages);
        Assert.Equal(1, (await expired.PruneAsync(Now + Outbox.DeliveredKept + TimeSpan.FromSeconds(1))).OutboxMessages);
        Assert.Equal(1, (await expired.PruneAsync(Now + Outbox.GivenUpKept + TimeSpan.FromSeconds(1))).OutboxMessages);
        Assert.Equal(OutboxState.Waiting, Assert.Single(await outbox.ListAsync(null, null, 10)).State);
    }
}

/// <summary>Sessions with clients in them.</summary>
internal static class GivenLogouts
{
    public static async Task AddClientsAsync(this TestStorage storage, params string[] clientIds)
    {
        foreach (var id in clientIds)
            Assert.True(await storage.Get<Clients>().AddAsync(Given.Client(id) with { BackchannelLogoutUri = $"https://{id}.example/logout" }));
    }

    public static Task<Protocol.Sessions.Session> SignInAtAsync(this TestStorage storage, int seed, params string[] clientIds) =>
        storage.SignInAtAsync(seed, Given.NewId(), clientIds);

    public static async Task<Protocol.Sessions.Session> SignInAtAsync(this TestStorage storage, int seed, Guid userId, params string[] clientIds)
    {
        var session = Given.Session() with { UserId = userId };
        await storage.Sessions.AddAsync(session, Given.Bytes(seed, 1));
        for (var i = 0; i < clientIds.Length; i++)
        {
            var hash = Given.Bytes((seed * 100) + i, 2);
            await storage.Codes.AddAsync(hash, Given.Code(session) with { ClientId = clientIds[i] });
            Assert.True(await storage.Codes.RedeemAsync(hash, Given.Family(session) with { ClientId = clientIds[i] }, null, Given.Now));
        }

        return session;
    }

    public static async Task WithMessageAsync(this TestStorage storage)
    {
        await storage.AddClientsAsync("shop");
        await storage.Sessions.EndAsync((await storage.SignInAtAsync(1, "shop")).SessionId, Given.Now);
    }

    public static Task<IReadOnlyList<OutboxMessage>> ListAsync(this TestStorage storage) => storage.Get<Outbox>().ListAsync(null, null, 100);
}
