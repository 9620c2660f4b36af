using System.Text;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Storage;

/// <summary>Streams of security events, and that each event is written with its cause, for those who know the person and for nobody else.</summary>
public abstract class SignalStreamsContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;

    [Fact]
    public async Task Keeps_a_stream_and_what_goes_along_with_its_pushes_apart()
    {
        await using var storage = await StartAsync();
        var stream = Stream() with { Description = "Größe ☂", StatusReason = "Because" };
        Assert.Equal(StreamAddition.Added, await Streams(storage).AddAsync(stream, Encoding.ASCII.GetBytes("sealed")));
        Assert.Equivalent(stream with { HasAuthorization = true, CreatedAt = Given.Kept(stream.CreatedAt) }, await Streams(storage).FindAsync(stream.StreamId), strict: true);
        Assert.Equal("sealed"u8.ToArray(), await Streams(storage).FindAuthorizationAsync(stream.StreamId));
        Assert.Equal(["shop"], await Streams(storage).ReceiversAsync());
        Assert.Single(await Streams(storage).ListAsync(null, null, 10));
        Assert.Empty(await Streams(storage).ListAsync("other", null, 10));
        Assert.Null(await Streams(storage).FindAsync(Guid.Empty));
    }

    [Fact]
    public async Task Of_many_at_once_no_client_gets_one_too_many()
    {
        await using var storage = await StartAsync();
        var outcomes = await RaceAsync(storage, _ => Streams(storage).AddAsync(Stream(), null), runners: 12);
        Assert.Equal(SignalStream.MostPerClient, outcomes.Count(outcome => outcome == StreamAddition.Added));
        Assert.Equal(SignalStream.MostPerClient, (await Streams(storage).ListAsync("shop")).Count);
        Assert.Equal(StreamAddition.NoClient, await Streams(storage).AddAsync(Stream() with { ClientId = "nobody" }, null));
    }

    [Fact]
    public async Task Of_two_who_read_the_same_one_changes_it()
    {
        await using var storage = await StartAsync();
        var stream = await AddAsync(storage);
        var outcomes = await RaceAsync(storage, i => Streams(storage).ReplaceAsync(stream with { Description = $"{i}" }, keeps: true, null, Now), runners: 8);
        Assert.Single(outcomes, Replaced.Done);
        Assert.Equal(7, outcomes.Count(outcome => outcome == Replaced.Changed));
        Assert.Equal(Replaced.Unknown, await Streams(storage).ReplaceAsync(Stream(), keeps: true, null, Now));
    }

    [Fact]
    public async Task The_end_of_a_session_is_told_once_to_the_clients_that_it_signed_in_to()
    {
        await using var storage = await StartAsync();
        var (pushed, polled) = (await AddAsync(storage), await AddAsync(storage, Stream() with { EndpointUrl = null }));
        await AddAsync(storage, Stream("other"));
        await AddAsync(storage, Stream() with { Delivered = [SignalKind.AccountDisabled] });
        await AddAsync(storage, Stream() with { Status = StreamStatus.Disabled });
        var session = await SignInAsync(storage);
        await SignInAsync(storage);

        var ended = await RaceAsync(storage, _ => storage.Sessions.EndAsync(session.SessionId, Now), runners: 8);
        Assert.Single(ended, true);
        await storage.Sessions.EndAllAsync(session.UserId, Now);
        foreach (var stream in new[] { pushed, polled })
        {
            var told = Assert.Single(await Events(storage).ListAsync(stream.StreamId, Now, 10));
            Assert.Equal((SignalKind.SessionRevoked, session.UserId, session.SessionId, Given.Kept(Now)), (told.Kind, told.UserId, told.SessionId, told.At));
        }

        Assert.Equal(2, await storage.AskAsync(db => db.SignalEvents.CountAsync()));
        var message = Assert.Single(await storage.Get<Outbox>().ListAsync(null, null, 10), m => m.Kind == OutboxKind.SecurityEvent);
        Assert.Equal((await Events(storage).ListAsync(pushed.StreamId, Now, 1))[0].EventId, message.SessionId);
    }

    [Fact]
    public async Task What_happens_to_an_account_is_told_to_those_who_met_its_person()
    {
        await using var storage = await StartAsync();
        var (alice, stranger) = (await PersonAsync(storage, "alice"), await PersonAsync(storage, "stranger"));
        var stream = await AddAsync(storage);
        await AddAsync(storage, Stream("other"));
        await Streams(storage).MeetAsync("shop", alice.Id);
        await Streams(storage).MeetAsync("shop", alice.Id);

        foreach (var person in new[] { alice, stranger })
        {
            await ChangeAsync(storage, person.Id, user => user.PasswordHash = "new", ends: true);
            await ChangeAsync(storage, person.Id, user => user.DisabledAt = Now, ends: true);
            await ChangeAsync(storage, person.Id, user => user.DisabledAt = null, ends: false);
            await storage.Get<SecondFactors>().AddAuthenticatorAsync(person.Id, "key", ["a"], $"app-{person.Id}", Now);
            await storage.Get<Passkeys>().AddAsync(person.Id, PasskeysContract.Registered(person == alice ? 1 : 2));
            await storage.Get<SecondFactors>().RemoveAuthenticatorAsync(person.Id, $"no-app-{person.Id}", Now);
            await storage.Families.MarkStaleAsync(person.Id, Now);
            await ResetAsync(storage, person.Id);
            Assert.True(await storage.Get<AccountDeletion>().DeleteAsync(person.Id, null, Now));
        }

        Assert.Equal(
            [
                (SignalKind.CredentialChange, "password create"), (SignalKind.AccountDisabled, null), (SignalKind.AccountEnabled, null),
                (SignalKind.CredentialChange, "app create"), (SignalKind.CredentialChange, "fido2-platform create"), (SignalKind.CredentialChange, "app delete"),
                (SignalKind.TokenClaimsChange, null), (SignalKind.CredentialChange, "fido2-platform delete"), (SignalKind.AccountPurged, null),
            ],
            (await Events(storage).ListAsync(stream.StreamId, Now, 20)).Select(told => (told.Kind, told.Detail)));
        Assert.Equal(9, await storage.AskAsync(db => db.SignalEvents.CountAsync(e => e.UserId == alice.Id)));
        Assert.Equal(0, await storage.AskAsync(db => db.SignalPeople.CountAsync()));
    }

    [Fact]
    public async Task With_its_first_stream_a_client_knows_whom_it_has_tokens_of_and_without_its_last_nobody()
    {
        await using var storage = await StartAsync();
        var alice = await PersonAsync(storage, "alice");
        await storage.Families.AddAsync(Given.Family(Given.Session() with { UserId = alice.Id }) with { SessionId = null }, null);
        var (first, second) = (await AddAsync(storage), await AddAsync(storage));
        await storage.AskAsync(db => db.TokenFamilies.ExecuteDeleteAsync());

        await ChangeAsync(storage, alice.Id, user => user.DisabledAt = Now, ends: true);
        Assert.Equal(1, await Events(storage).CountAsync(second.StreamId));
        Assert.True(await Streams(storage).DeleteAsync(first.StreamId));
        Assert.False(await Streams(storage).DeleteAsync(first.StreamId));
        Assert.Equal((0, 1), (await Events(storage).CountAsync(first.StreamId), await Events(storage).CountAsync(second.StreamId)));
        Assert.Equal(1, await storage.AskAsync(db => db.SignalPeople.CountAsync()));
        Assert.True(await Streams(storage).DeleteAsync(second.StreamId));
        Assert.Equal(0, await storage.AskAsync(db => db.SignalPeople.CountAsync()));
        Assert.Empty(await storage.Get<Outbox>().ListAsync(null, null, 10));
    }

    [Fact]
    public async Task A_client_takes_its_streams_along_and_what_waits_in_them()
    {
        await using var storage = await StartAsync();
        var alice = await PersonAsync(storage, "alice");
        var stream = await AddAsync(storage);
        await Streams(storage).MeetAsync("shop", alice.Id);
        await Streams(storage).RemoveSubjectAsync(stream.StreamId, "somebody");
        await ChangeAsync(storage, alice.Id, user => user.DisabledAt = Now, ends: true);

        Assert.True(await storage.Get<Clients>().DeleteAsync("shop", Now));
        Assert.Equal(0, await storage.AskAsync(async db => await db.SignalStreams.CountAsync() + await db.SignalEvents.CountAsync() + await db.SignalPeople.CountAsync() + await db.RemovedSubjects.CountAsync()));
        Assert.Empty(await storage.Get<Outbox>().ListAsync(null, null, 10));
    }

    [Fact]
    public async Task A_verification_comes_once_in_its_time()
    {
        await using var storage = await StartAsync();
        var stream = await AddAsync(storage);
        var outcomes = await RaceAsync(storage, i => Streams(storage).VerifyAsync(stream.StreamId, $"state-{i}", Now), runners: 8);
        Assert.Single(outcomes, VerificationOutcome.Sent);
        Assert.Equal(VerificationOutcome.TooSoon, await Streams(storage).VerifyAsync(stream.StreamId, null, Now + SignalStream.VerificationInterval - TimeSpan.FromSeconds(1)));
        Assert.Equal(VerificationOutcome.Sent, await Streams(storage).VerifyAsync(stream.StreamId, null, Now + SignalStream.VerificationInterval));
        await Streams(storage).SetStatusAsync(stream.StreamId, StreamStatus.Disabled, null, Now);
        Assert.Equal(VerificationOutcome.Disabled, await Streams(storage).VerifyAsync(stream.StreamId, null, Now.AddDays(1)));
        Assert.Equal(0, await Events(storage).CountAsync(stream.StreamId));
    }

    [Fact]
    public async Task What_waits_goes_along_when_a_stream_is_delivered_otherwise()
    {
        await using var storage = await StartAsync();
        var stream = await AddAsync(storage);
        await Streams(storage).VerifyAsync(stream.StreamId, "one", Now);
        Assert.Single(await storage.Get<Outbox>().ListAsync(null, null, 10));

        Assert.Equal(Replaced.Done, await Streams(storage).ReplaceAsync(stream with { EndpointUrl = null }, keeps: false, null, Now));
        Assert.Empty(await storage.Get<Outbox>().ListAsync(null, null, 10));
        Assert.Equal(1, await Events(storage).CountAsync(stream.StreamId));

        Assert.Equal(Replaced.Done, await Streams(storage).ReplaceAsync(stream with { Version = 1 }, keeps: false, "other"u8.ToArray(), Now));
        Assert.Single(await storage.Get<Outbox>().ListAsync(null, null, 10));
        Assert.Equal("other"u8.ToArray(), await Streams(storage).FindAuthorizationAsync(stream.StreamId));
    }

    [Fact]
    public async Task What_was_being_written_while_a_stream_changed_is_settled()
    {
        await using var storage = await StartAsync();
        var (streams, outbox) = (Streams(storage), storage.Get<Outbox>());
        var (polled, stopped, gone) = (await AddAsync(storage, Stream() with { EndpointUrl = null }), await AddAsync(storage), await AddAsync(storage));
        foreach (var stream in new[] { polled, stopped, gone })
            await streams.VerifyAsync(stream.StreamId, "under way", Now);

        // As if each had been written by what the stream was before: by who polls, by who is stopped, by who is there.
        await storage.AskAsync(db => db.SignalStreams.Where(s => s.StreamId == polled.StreamId).ExecuteUpdateAsync(set => set.SetProperty(s => s.EndpointUrl, "https://shop.example/events")));
        await storage.AskAsync(db => db.SignalStreams.Where(s => s.StreamId == stopped.StreamId).ExecuteUpdateAsync(set => set.SetProperty(s => s.Status, StreamStatus.Disabled)));
        await storage.AskAsync(db => db.SignalStreams.Where(s => s.StreamId == gone.StreamId).ExecuteDeleteAsync());

        await RaceAsync(storage, _ => streams.SettleAsync(Now), runners: 4);
        var told = Assert.Single(await outbox.ListAsync(null, null, 10));
        Assert.Equal((await Events(storage).ListAsync(polled.StreamId, Now, 10))[0].EventId, told.SessionId);
        Assert.Equal(1, await storage.AskAsync(db => db.SignalEvents.CountAsync()));
        Assert.Equal(0, await streams.SettleAsync(Now));
    }

    [Fact]
    public async Task What_is_put_off_counts_as_no_attempt()
    {
        await using var storage = await StartAsync();
        var (stream, outbox) = (await AddAsync(storage), storage.Get<Outbox>());
        await Streams(storage).VerifyAsync(stream.StreamId, "one", Now);
        var claimed = (await outbox.ClaimAsync("shop", Now, TimeSpan.FromSeconds(30)))!;
        await outbox.PostponedAsync(claimed, "the stream is paused", Now.AddMinutes(5));

        Assert.Null(await outbox.ClaimAsync("shop", Now, TimeSpan.FromSeconds(30)));
        Assert.Equal((0, "the stream is paused"), Assert.Single(await outbox.ListAsync(null, null, 10)) is var put ? (put.Attempts, put.LastError) : default);
        Assert.Equal(1, (await outbox.ClaimAsync("shop", Now.AddMinutes(5), TimeSpan.FromSeconds(30)))!.Attempts);
    }

    [Fact]
    public async Task All_clients_together_have_no_more_streams_than_there_is_room_for()
    {
        await using var storage = await StartAsync();
        var one = await AddAsync(storage);
        await storage.AskAsync(async db =>
        {
            for (var i = 1; i < SignalStream.Most; i++)
                db.SignalStreams.Add(new SignalStreamRow { StreamId = Stream().StreamId, ClientId = "shop", EventsRequested = "", Delivered = 0, Status = StreamStatus.Enabled, CreatedAt = Now });
            return await db.SaveChangesAsync();
        });
        Assert.Equal(StreamAddition.NoRoom, await Streams(storage).AddAsync(Stream("other"), null));
        Assert.True(await Streams(storage).DeleteAsync(one.StreamId));
        Assert.Equal(StreamAddition.Added, await Streams(storage).AddAsync(Stream("other"), null));
    }

    [Fact]
    public async Task What_an_operator_discarded_is_told_by_no_way()
    {
        await using var storage = await StartAsync();
        var (stream, outbox) = (await AddAsync(storage), storage.Get<Outbox>());
        await Streams(storage).VerifyAsync(stream.StreamId, "one", Now);
        await Streams(storage).VerifyAsync(stream.StreamId, "two", Now + SignalStream.VerificationInterval);
        var discarded = (await outbox.ListAsync(null, null, 10))[^1];
        Assert.True(await outbox.DiscardAsync(discarded.Id));
        Assert.False(await outbox.DiscardAsync(discarded.Id));

        Assert.Equal(Replaced.Done, await Streams(storage).ReplaceAsync(stream, keeps: true, null, Now));
        Assert.Equal("two", Assert.Single(await Events(storage).ListAsync(stream.StreamId, Now, 10)).Detail);
        Assert.Single(await outbox.ListAsync(null, null, 10));
    }

    [Fact]
    public async Task Of_a_person_one_event_after_the_other_is_pushed_and_of_several_side_by_side()
    {
        await using var storage = await StartAsync();
        var (outbox, lease) = (storage.Get<Outbox>(), TimeSpan.FromSeconds(30));
        var (alice, bob) = (await PersonAsync(storage, "alice"), await PersonAsync(storage, "bob"));
        await AddAsync(storage);
        foreach (var person in new[] { alice, bob })
        {
            await Streams(storage).MeetAsync("shop", person.Id);
            await ChangeAsync(storage, person.Id, user => user.DisabledAt = Now, ends: false);
            await ChangeAsync(storage, person.Id, user => user.DisabledAt = null, ends: false);
        }

        var claimed = (await RaceAsync(storage, _ => outbox.ClaimAsync("shop", Now, lease), runners: 8)).OfType<OutboxMessage>().OrderBy(m => m.Id).ToList();
        Assert.Equal([alice.Id, bob.Id], claimed.Select(m => m.UserId));
        await outbox.DeliveredAsync(claimed[0], Now);
        Assert.Equal(alice.Id, (await outbox.ClaimAsync("shop", Now, lease))!.UserId);

        // What failed and is tried much later holds nothing up; what comes again soon does.
        await outbox.FailedAsync(claimed[1], "answered 503", Now + (1.5 * lease), Now);
        Assert.Null(await outbox.ClaimAsync("shop", Now, lease));
        await outbox.FailedAsync(claimed[1], "answered 503", Now + (3 * lease), Now);
        Assert.Equal(bob.Id, (await outbox.ClaimAsync("shop", Now, lease))!.UserId);
    }

    [Fact]
    public async Task Only_its_own_events_are_let_go_of_and_once()
    {
        await using var storage = await StartAsync();
        var (one, other) = (await AddAsync(storage), await AddAsync(storage));
        await Streams(storage).VerifyAsync(one.StreamId, null, Now);
        var eventId = (await Events(storage).ListAsync(one.StreamId, Now, 1))[0].EventId;
        Assert.Equal(0, await Events(storage).RemoveAsync(other.StreamId, [eventId]));
        var removed = await RaceAsync(storage, _ => Events(storage).RemoveAsync(one.StreamId, [eventId]), runners: 8);
        Assert.Equal(1, removed.Sum());
    }

    [Fact]
    public async Task Somebody_whom_a_receiver_doesnt_want_to_hear_of_is_noted_once()
    {
        await using var storage = await StartAsync();
        var stream = await AddAsync(storage);
        Assert.All(await RaceAsync(storage, _ => Streams(storage).RemoveSubjectAsync(stream.StreamId, "sub"), runners: 8), Assert.True);
        Assert.Equal(["sub"], await Streams(storage).RemovedAmongAsync(stream.StreamId, ["other", "sub", "SUB"]));
        Assert.Empty(await Streams(storage).RemovedAmongAsync(stream.StreamId, ["SUB"]));
        Assert.Empty(await Streams(storage).RemovedAmongAsync(stream.StreamId, []));
        Assert.Empty(await Streams(storage).RemovedAmongAsync(Given.NewId(), ["sub"]));
        await Streams(storage).AddSubjectAsync(stream.StreamId, "sub");
        Assert.Empty(await Streams(storage).RemovedAmongAsync(stream.StreamId, ["sub"]));
        Assert.False(await Streams(storage).RemoveSubjectAsync(Guid.Empty, "sub"));
    }

    [Fact]
    public async Task What_nobody_came_for_goes_and_so_does_the_oldest_of_too_much()
    {
        await using var storage = await StartAsync();
        var stream = await AddAsync(storage);
        await Streams(storage).VerifyAsync(stream.StreamId, "old", Now);
        await Streams(storage).VerifyAsync(stream.StreamId, "new", Now.AddDays(1));
        Assert.Equal(1, (await storage.Get<ExpiredRows>().PruneAsync(Now + SignalStream.EventsKept + TimeSpan.FromMinutes(1))).SignalEvents);
        Assert.Equal("new", Assert.Single(await Events(storage).ListAsync(stream.StreamId, Now, 10)).Detail);

        await storage.AskAsync(async db =>
        {
            db.SignalEvents.AddRange(Enumerable.Range(0, SignalStream.MostWaiting).Select(_ => new SignalEventRow { StreamId = stream.StreamId, Kind = SignalKind.Verification, CreatedAt = Now, ExpiresAt = Now.AddDays(30) }));
            return await db.SaveChangesAsync();
        });
        Assert.Equal(1, (await storage.Get<ExpiredRows>().PruneAsync(Now.AddDays(1))).SignalEvents);
        Assert.Equal(SignalStream.MostWaiting, await storage.AskAsync(db => db.SignalEvents.CountAsync()));
        Assert.Null((await Events(storage).ListAsync(stream.StreamId, Now, 1))[0].Detail);
    }

    private static SignalStreams Streams(TestStorage storage) => storage.Get<SignalStreams>();

    private static SignalEvents Events(TestStorage storage) => storage.Get<SignalEvents>();

    private async Task<TestStorage> StartAsync()
    {
        var storage = await NewAsync();
        foreach (var name in new[] { "shop", "other" })
            await storage.Get<Clients>().AddAsync(Given.Client(name));
        return storage;
    }

    private static SignalStream Stream(string clientId = "shop") => new()
    {
        StreamId = Given.NewId(),
        ClientId = clientId,
        EndpointUrl = "https://receiver.example/events",
        EventsRequested = ["https://other.example/type"],
        Delivered = SignalKinds.Supported,
        CreatedAt = Now,
    };

    private static async Task<SignalStream> AddAsync(TestStorage storage, SignalStream? stream = null)
    {
        stream ??= Stream();
        Assert.Equal(StreamAddition.Added, await Streams(storage).AddAsync(stream, null));
        return stream;
    }

    private static async Task<Protocol.Sessions.Session> SignInAsync(TestStorage storage)
    {
        var session = Given.Session();
        await storage.Sessions.AddAsync(session, Hash(session.SessionId.GetHashCode()));
        await storage.AskAsync(db =>
        {
            db.SessionClients.Add(new SessionClientRow { SessionId = session.SessionId, ClientId = "shop" });
            return db.SaveChangesAsync();
        });
        return session;
    }

    private static async Task<User> PersonAsync(TestStorage storage, string name)
    {
        var user = new User { Id = Given.NewId(), UserName = name, NormalizedUserName = name.ToUpperInvariant(), CreatedAt = Now, ConcurrencyStamp = "1" };
        await storage.AskAsync(db =>
        {
            db.Users.Add(user);
            return db.SaveChangesAsync();
        });
        return user;
    }

    private static async Task ChangeAsync(TestStorage storage, Guid userId, Action<User> change, bool ends)
    {
        var user = await storage.AskAsync(db => db.Users.AsNoTracking().SingleAsync(u => u.Id == userId));
        change(user);
        var stamp = Given.NewId().ToString("D");
        Assert.True(ends
            ? await storage.Get<Users>().ChangeAndEndAsync(user, stamp, kept: null, FamilyEnd.EndedByOperator, Now)
            : await storage.Get<Users>().ChangeAsync(user, stamp, Now));
        Assert.False(await storage.Get<Users>().ChangeAsync(user, "too late", Now));
    }

    private static async Task ResetAsync(TestStorage storage, Guid userId)
    {
        var user = await storage.AskAsync(db => db.Users.AsNoTracking().SingleAsync(u => u.Id == userId));
        Assert.True(await storage.Get<SecondFactors>().ResetAsync(user, Given.NewId().ToString("D"), FamilyEnd.EndedByOperator, Now));
    }
}
