using System.Security.Cryptography;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Storage;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Storage;

public abstract class AuditContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;
    private static readonly byte[] Key = SHA256.HashData("the key of seals"u8);

    [Fact]
    public async Task A_line_says_what_it_said_and_waits_for_its_number()
    {
        await using var storage = await NewAsync();
        var entry = Event() with { Actor = new(AuditActorKind.Command, "größe\0\ud83d\ude00r"), Address = new string('9', 500) };
        await storage.Get<AuditEvents>().AddAsync(entry);

        var line = await storage.Get<AuditEvents>().FindAsync(entry.EventId);
        Assert.Equivalent(
            new AuditLine(entry with { At = Given.Kept(Now), Actor = new(AuditActorKind.Command, "größer"), Address = new string('9', Longest.Address) }, null, null), line, strict: true);
        Assert.Null(await storage.Get<AuditEvents>().FindAsync(Given.NewId()));

        var chained = Assert.Single(await storage.Get<AuditLedger>().ChainAsync(Key));
        Assert.Equal(1, chained.Sequence);
        Assert.Equal(1, (await storage.Get<AuditEvents>().FindAsync(entry.EventId))!.Sequence);
        Assert.Empty(await storage.Get<AuditLedger>().ChainAsync(Key));
        Assert.Null((await VerifyAsync(storage)).Fault);
    }

    [Fact]
    public async Task Of_nodes_that_number_at_once_while_others_write_every_line_gets_one_number()
    {
        await using var storage = await NewAsync();
        var ledger = storage.Get<AuditLedger>();
        await RaceAsync(
            storage,
            async i =>
            {
                for (var round = 0; round < 5; round++)
                {
                    if (i % 2 == 0)
                        await storage.Get<AuditEvents>().AddAsync([Event(), Event()]);
                    else
                        await ledger.ChainAsync(Key);
                }

                return 0;
            },
            runners: 16);
        await ledger.ChainAsync(Key);

        Assert.Equal(0, await ledger.CountWaitingAsync(10));
        Assert.Equal(80, (await VerifyAsync(storage)).Sequence);
        Assert.Null((await VerifyAsync(storage)).Fault);
    }

    [Fact]
    public async Task More_than_a_batch_is_numbered_by_and_by()
    {
        await using var storage = await NewAsync();
        await storage.Get<AuditEvents>().AddAsync([.. Enumerable.Range(0, AuditLedger.Batch + 1).Select(_ => Event())]);
        Assert.Equal(AuditLedger.Batch, (await storage.Get<AuditLedger>().ChainAsync(Key)).Count);
        Assert.Single(await storage.Get<AuditLedger>().ChainAsync(Key));
        Assert.Null((await VerifyAsync(storage)).Fault);
    }

    [Fact]
    public async Task Nothing_is_put_to_a_chain_that_somebody_else_sealed()
    {
        await using var storage = await ChainedAsync(2);
        await storage.Get<AuditEvents>().AddAsync(Event());
        await Assert.ThrowsAsync<AuditSealException>(() => storage.Get<AuditLedger>().ChainAsync(SHA256.HashData("another"u8)));
        await storage.AskAsync(db => db.Set<AuditHeadRow>().ExecuteUpdateAsync(set => set.SetProperty(h => h.Sequence, 1)));
        await Assert.ThrowsAsync<AuditSealException>(() => storage.Get<AuditLedger>().ChainAsync(Key));
        await Assert.ThrowsAsync<AuditSealException>(() => storage.Get<AuditLedger>().PruneAsync(Now.AddYears(1), Key));
        Assert.Equal(1, await storage.Get<AuditLedger>().CountWaitingAsync(10));
    }

    [Fact]
    public async Task Retention_removes_from_the_beginning_up_to_what_is_younger_and_the_rest_verifies()
    {
        await using var storage = await NewAsync();
        var ledger = storage.Get<AuditLedger>();
        for (var i = 0; i < 6; i++)
        {
            await storage.Get<AuditEvents>().AddAsync(Event() with { At = Now.AddDays(i == 2 ? 9 : i) });
            await ledger.ChainAsync(Key);
        }

        Assert.Equal((0, 0), await ledger.PruneAsync(Now.AddHours(-1), Key));
        Assert.Equal((2, 2), await ledger.PruneAsync(Now.AddDays(5), Key)); // the third is younger, and what comes after it stays as well
        Assert.Equal(3, await ledger.FindFirstAsync());
        Assert.Equal((null, 6L), await VerifyAsync(storage));

        Assert.Equal((4, 6), await ledger.PruneAsync(Now.AddDays(10), Key));
        Assert.Null(await ledger.FindFirstAsync());
        await storage.Get<AuditEvents>().AddAsync(Event());
        Assert.Equal(7, Assert.Single(await ledger.ChainAsync(Key)).Sequence);
        Assert.Equal((null, 7L), await VerifyAsync(storage));
    }

    [Fact]
    public async Task What_waits_for_its_number_is_never_removed()
    {
        await using var storage = await NewAsync();
        await storage.Get<AuditEvents>().AddAsync(Event());
        Assert.Equal((0, 0), await storage.Get<AuditLedger>().PruneAsync(Now.AddYears(9), Key));
        Assert.Equal(1, await storage.Get<AuditLedger>().CountWaitingAsync(10));
    }

    [Fact]
    public async Task Finds_by_each_of_what_is_asked_for_newest_first()
    {
        await using var storage = await NewAsync();
        var events = storage.Get<AuditEvents>();
        var a = Event() with { Action = "a.a", Actor = new(AuditActorKind.Person, "alice"), Target = AuditTarget.Client("shop") };
        var b = Event() with { Action = "b.b", Actor = new(AuditActorKind.Person, "bob"), Target = AuditTarget.Client("Shop"), At = Now.AddMinutes(1) };
        var c = Event() with { Action = "c.c", Actor = new(AuditActorKind.Person, "alice"), Target = AuditTarget.Client("till"), At = Now.AddMinutes(2) };
        await events.AddAsync([a, b, c]);

        async Task<IEnumerable<string>> FindAsync(AuditSearch search) => (await events.SearchAsync(search, null, 10)).Select(line => line.Event.Action);
        Assert.Equal(["c.c", "b.b", "a.a"], await FindAsync(new()));
        Assert.Equal(["b.b"], await FindAsync(new() { Actions = ["b.b"] }));
        Assert.Equal(["c.c", "b.b"], await FindAsync(new() { Actions = ["b.b", "c.c", "d.d"] }));
        Assert.Empty(await FindAsync(new() { Actions = [] }));
        Assert.Equal(["c.c", "a.a"], await FindAsync(new() { Actor = "alice" }));
        Assert.Equal(["a.a"], await FindAsync(new() { Actor = "alice", Target = "shop" }));
        Assert.Equal(["c.c", "b.b"], await FindAsync(new() { From = Now.AddMinutes(1) }));
        Assert.Equal(["a.a"], await FindAsync(new() { To = Now.AddMinutes(1) }));
    }

    [Fact]
    public async Task Goes_on_after_a_line_also_among_those_of_one_moment()
    {
        await using var storage = await NewAsync();
        var events = storage.Get<AuditEvents>();
        await events.AddAsync([.. Enumerable.Range(0, 7).Select(i => Event() with { At = Now.AddMinutes(i / 4) })]);

        var seen = new List<Guid>();
        AuditPlace? place = null;
        while (await events.SearchAsync(new(), place, 2) is { Count: > 0 } page)
        {
            seen.AddRange(page.Select(line => line.Event.EventId));
            place = new AuditPlace(page[^1].Event.At, page[^1].Event.EventId);
        }

        Assert.Equal((await events.SearchAsync(new(), null, 10)).Select(line => line.Event.EventId), seen);
    }

    /// <summary>A database with so many lines in its chain.</summary>
    protected async Task<TestStorage> ChainedAsync(int count)
    {
        var storage = await NewAsync();
        await storage.Get<AuditEvents>().AddAsync([.. Enumerable.Range(0, count).Select(_ => Event())]);
        await storage.Get<AuditLedger>().ChainAsync(Key);
        return storage;
    }

    protected static async Task<(AuditFault? Fault, long Sequence)> VerifyAsync(TestStorage storage)
    {
        var (head, seal) = await storage.Get<AuditLedger>().FindHeadAsync();
        var verification = AuditVerification.Begin(head, seal, Key);
        foreach (var row in await storage.Get<AuditLedger>().ListAsync(0, 10_000))
            verification.See(row);
        return (verification.End(), verification.Sequence);
    }

    protected static AuditEvent Event() => new()
    {
        EventId = Given.NewId(),
        At = Now,
        Action = AuditActions.NameOf(AuditAction.ClientCreated),
        Actor = new AuditActor(AuditActorKind.Command, "root"),
        Target = AuditTarget.Client("shop"),
        Address = "192.0.2.7",
        Device = "Firefox on Linux",
        RequestId = "0HN:1",
        Before = "{}",
        After = """{"client_name":"The shop"}""",
        Detail = """{"a":1}""",
        Count = 3,
    };
}
