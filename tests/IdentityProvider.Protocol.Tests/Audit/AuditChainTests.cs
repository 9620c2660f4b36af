using System.Security.Cryptography;
using IdentityProvider.Protocol.Audit;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Audit;

/// <summary>Whoever writes to the rows is found out, and the first wrong row is named.</summary>
public sealed class AuditChainTests
{
    private static readonly byte[] Key = SHA256.HashData("the key of seals"u8);

    [Fact]
    public void What_was_appended_verifies()
    {
        var chain = Given(5);
        Assert.Equal((null, 5L), Verify(chain));
        Assert.Equal([1, 2, 3, 4, 5], chain.Rows.Select(r => r.Sequence));
        var (next, more) = chain.Head.Append([Event(6)]);
        Assert.Equal((null, 6L), Verify(new Chain(next, next.Seal(Key), [.. chain.Rows, .. more])));
    }

    [Fact]
    public void An_empty_chain_verifies_without_a_seal_and_with_one() =>
        Assert.Equal([null, null], new[] { Array.Empty<byte>(), AuditHead.None.Seal(Key) }.Select(seal => Verify(new Chain(AuditHead.None, seal, [])).Fault));

    public static TheoryData<string, Func<AuditEvent, AuditEvent>> Changes => new()
    {
        { "id", e => e with { EventId = Guid.Empty } },
        { "at", e => e with { At = e.At.AddMicroseconds(1) } },
        { "action", e => e with { Action = "client.changed" } },
        { "actor's kind", e => e with { Actor = e.Actor with { Kind = AuditActorKind.System } } },
        { "actor's name", e => e with { Actor = e.Actor with { Name = "mallory" } } },
        { "actor's client", e => e with { Actor = e.Actor with { ClientId = null } } },
        { "target", e => e with { Target = AuditTarget.Client("other") } },
        { "target's kind", e => e with { Target = AuditTarget.Resource("shop") } },
        { "no target", e => e with { Target = AuditTarget.NoClient } },
        { "address", e => e with { Address = null } },
        { "device", e => e with { Device = "" } },
        { "request", e => e with { RequestId = "x" } },
        { "before", e => e with { Before = e.After, After = null } },
        { "after", e => e with { After = "{}" } },
        { "detail", e => e with { Detail = "{}" } },
        { "count", e => e with { Count = 2 } },
        { "what moved over a boundary", e => e with { Address = e.Address + "F", Device = e.Device![1..] } },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_changed_member_shows(string what, Func<AuditEvent, AuditEvent> change)
    {
        var chain = Given(5);
        chain.Rows[2] = chain.Rows[2] with { Event = change(chain.Rows[2].Event) };
        Assert.Equal((what, new AuditFault(AuditFaultKind.RowChanged, 3)), (what, Verify(chain).Fault));
    }

    [Fact]
    public void A_changed_row_whose_hash_was_made_anew_shows_in_the_one_after_it()
    {
        var chain = Given(5);
        chain.Rows[2] = Rehashed(chain.Rows[2] with { Event = Event(99) }, chain.Rows[1].Hash);
        Assert.Equal(new AuditFault(AuditFaultKind.RowChanged, 4), Verify(chain).Fault);
    }

    [Fact]
    public void A_chain_that_was_written_anew_from_a_row_on_shows_at_its_end()
    {
        var chain = Given(5);
        chain.Rows[2] = chain.Rows[2] with { Event = Event(99) };
        for (var i = 2; i < 5; i++)
            chain.Rows[i] = Rehashed(chain.Rows[i], chain.Rows[i - 1].Hash);
        Assert.Equal(new AuditFault(AuditFaultKind.EndChanged, 5), Verify(chain).Fault);

        // With the head too, but not under our key.
        var head = chain.Head with { Hash = chain.Rows[4].Hash };
        Assert.Equal(new AuditFault(AuditFaultKind.SealBroken, 5), Verify(chain with { Head = head }).Fault);
        Assert.Equal(new AuditFault(AuditFaultKind.SealBroken, 5), Verify(chain with { Head = head, Seal = head.Seal(SHA256.HashData("another"u8)) }).Fault);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 3)]
    [InlineData(4, 5)]
    public void A_removed_row_shows(int index, long sequence)
    {
        var chain = Given(5);
        chain.Rows.RemoveAt(index);
        Assert.Equal(new AuditFault(AuditFaultKind.RowMissing, sequence), Verify(chain).Fault);
    }

    [Fact]
    public void A_removed_row_whose_followers_moved_up_shows()
    {
        var chain = Given(5);
        chain.Rows.RemoveAt(2);
        for (var i = 2; i < 4; i++)
            chain.Rows[i] = Rehashed(chain.Rows[i] with { Sequence = i + 1 }, chain.Rows[i - 1].Hash);
        Assert.Equal(new AuditFault(AuditFaultKind.RowMissing, 5), Verify(chain).Fault);
    }

    [Fact]
    public void A_removed_end_shows_also_where_the_head_was_set_back()
    {
        var chain = Given(5);
        chain.Rows.RemoveRange(3, 2);
        Assert.Equal(new AuditFault(AuditFaultKind.RowMissing, 4), Verify(chain).Fault);
        var head = chain.Head with { Sequence = 3, Hash = chain.Rows[2].Hash };
        Assert.Equal(new AuditFault(AuditFaultKind.SealBroken, 3), Verify(chain with { Head = head }).Fault);
        Assert.Equal(new AuditFault(AuditFaultKind.SealBroken, 3), Verify(chain with { Head = head, Seal = [] }).Fault);
    }

    [Fact]
    public void A_removed_beginning_shows_also_where_the_anchor_was_moved()
    {
        var chain = Given(5);
        var anchor = chain.Rows[1];
        chain.Rows.RemoveRange(0, 2);
        Assert.Equal(new AuditFault(AuditFaultKind.RowMissing, 1), Verify(chain).Fault);
        var head = chain.Head with { AnchorSequence = 2, AnchorHash = anchor.Hash };
        Assert.Equal(new AuditFault(AuditFaultKind.SealBroken, 5), Verify(chain with { Head = head }).Fault);
    }

    [Fact]
    public void Retention_moves_the_anchor_and_the_rest_verifies()
    {
        var chain = Given(5);
        var head = chain.Head with { AnchorSequence = 2, AnchorHash = chain.Rows[1].Hash };
        chain.Rows.RemoveRange(0, 2);
        Assert.Equal((null, 5L), Verify(chain with { Head = head, Seal = head.Seal(Key) }));

        // And nothing may be put back.
        chain.Rows.Insert(0, Given(5).Rows[1]);
        Assert.Equal(new AuditFault(AuditFaultKind.RowForeign, 2), Verify(chain with { Head = head, Seal = head.Seal(Key) }).Fault);
    }

    [Fact]
    public void Rows_that_changed_places_show()
    {
        var chain = Given(5);
        (chain.Rows[1], chain.Rows[3]) = (chain.Rows[3] with { Sequence = 2 }, chain.Rows[1] with { Sequence = 4 });
        Assert.Equal(new AuditFault(AuditFaultKind.RowChanged, 2), Verify(chain).Fault);
    }

    [Fact]
    public void Swapped_hashes_show()
    {
        var chain = Given(5);
        (chain.Rows[1], chain.Rows[3]) = (chain.Rows[1] with { Hash = chain.Rows[3].Hash }, chain.Rows[3] with { Hash = chain.Rows[1].Hash });
        Assert.Equal(new AuditFault(AuditFaultKind.RowChanged, 2), Verify(chain).Fault);
    }

    [Fact]
    public void An_inserted_row_shows_in_between_beyond_the_end_and_twice()
    {
        var between = Given(5);
        between.Rows.Insert(2, Rehashed(new ChainedEvent(Event(99), 3, []), between.Rows[1].Hash));
        Assert.Equal(new AuditFault(AuditFaultKind.RowForeign, 3), Verify(between).Fault);

        var beyond = Given(5);
        beyond.Rows.Add(Rehashed(new ChainedEvent(Event(99), 6, []), beyond.Rows[4].Hash));
        Assert.Equal(new AuditFault(AuditFaultKind.RowForeign, 6), Verify(beyond).Fault);

        var twice = Given(5);
        twice.Rows.Insert(2, twice.Rows[1]);
        Assert.Equal(new AuditFault(AuditFaultKind.RowForeign, 2), Verify(twice).Fault);
    }

    private static (AuditFault? Fault, long Sequence) Verify(Chain chain)
    {
        var verification = AuditVerification.Begin(chain.Head, chain.Seal, Key);
        foreach (var row in chain.Rows)
            verification.See(row);
        return (verification.End(), verification.Sequence);
    }

    private static Chain Given(int count)
    {
        var (head, rows) = AuditHead.None.Append(Enumerable.Range(1, count).Select(Event));
        return new Chain(head, head.Seal(Key), [.. rows]);
    }

    private static ChainedEvent Rehashed(ChainedEvent row, byte[] before) => row with { Hash = AuditChain.HashOf(before, row.Sequence, row.Event) };

    private static AuditEvent Event(int number) => new()
    {
        EventId = new Guid(number, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]),
        At = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddSeconds(number),
        Action = AuditActions.NameOf(AuditAction.ClientCreated),
        Actor = new AuditActor(AuditActorKind.Person, "alice", "console"),
        Target = AuditTarget.Client("shop"),
        Address = "192.0.2.7",
        Device = "Firefox on Linux",
        RequestId = "0HN:1",
        After = """{"client_name":"The shop"}""",
    };

    private sealed record Chain(AuditHead Head, byte[] Seal, List<ChainedEvent> Rows);
}
