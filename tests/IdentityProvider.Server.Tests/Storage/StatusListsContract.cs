using IdentityProvider.Protocol.Status;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Storage;

public abstract class StatusListsContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;

    [Fact]
    public async Task Of_32_leases_at_once_none_shares_an_index()
    {
        await using var storage = await NewAsync();
        var lists = storage.Get<StatusLists>();

        var blocks = await RaceAsync(storage, i => lists.LeaseAsync(StatusBlockOwner.Client($"c{i}"), "kid", 100 + i, Now));

        var taken = blocks.OrderBy(b => b.List).ThenBy(b => b.First).ToList();
        Assert.All(taken.Zip(taken.Skip(1)), pair => Assert.True(pair.First.List < pair.Second.List || pair.First.First + pair.First.Count <= pair.Second.First));
        Assert.Equal(1, Assert.Single(await lists.ListAsync(Now)).List);
    }

    [Fact]
    public async Task A_full_list_is_followed_by_exactly_one_more()
    {
        await using var storage = await NewAsync();
        var lists = storage.Get<StatusLists>();
        await lists.LeaseAsync(StatusBlockOwner.Shared, "kid", StatusList.Size - 10, Now);

        var blocks = await RaceAsync(storage, _ => lists.LeaseAsync(StatusBlockOwner.Shared, "kid", 100, Now));

        Assert.All(blocks, block => Assert.Equal(2, block.List));
        Assert.Equal(blocks.Length, blocks.Select(block => block.First).Distinct().Count());
    }

    [Fact]
    public async Task After_a_restore_no_index_and_no_number_that_was_lost_comes_again_and_the_lost_indexes_are_invalid()
    {
        await using var storage = await NewAsync();
        var lists = storage.Get<StatusLists>();
        var before = await lists.LeaseAsync(StatusBlockOwner.Shared, "kid", 100, Now);
        await storage.Get<RevokedTokens>().AddAsync("jti", Now.AddMinutes(5), new StatusReference(1, 7));
        var number = Assert.Single(await lists.ChangesAsync(0)).Sequence;

        var next = await lists.LeapAsync(Now);

        var after = await RaceAsync(storage, _ => lists.LeaseAsync(StatusBlockOwner.Shared, "kid", 100, Now));
        Assert.Equal(1 + StatusLists.ListLeap, next);
        Assert.All(after, block => Assert.Equal(next, block.List));
        var (sequence, range) = Assert.Single(await lists.ChangesAsync(number));
        Assert.True(sequence > number + StatusLists.ChangeLeap);
        Assert.Equal(new StatusRange(1, before.First + before.Count, StatusList.Size - before.First - before.Count, StatusValue.Invalid), range);

        // The old list is asked for as long as a token can live that was lost with the rest.
        Assert.Equal([1, next], (await lists.ListAsync(Now + StatusBlock.UsableFor)).Select(list => list.List));
        Assert.NotEqual(next, await lists.LeapAsync(Now)); // again, because nobody knows that it was done
    }

    [Fact]
    public async Task A_database_without_a_list_leaps_too()
    {
        await using var storage = await NewAsync();
        await storage.Get<StatusLists>().LeapAsync(Now);
        Assert.Equal(StatusLists.ListLeap, (await storage.Get<StatusLists>().LeaseAsync(StatusBlockOwner.Shared, "kid", 100, Now)).List);
    }

    [Fact]
    public async Task A_list_is_closed_after_a_day_and_the_next_one_is_begun()
    {
        await using var storage = await NewAsync();
        var lists = storage.Get<StatusLists>();
        Assert.Equal(1, (await lists.LeaseAsync(StatusBlockOwner.Shared, "kid", 10, Now)).List);
        Assert.Equal(2, (await lists.LeaseAsync(StatusBlockOwner.Shared, "kid", 10, Now + StatusList.OpenFor)).List);
    }

    [Fact]
    public async Task Changes_of_32_transactions_at_once_are_numbered_and_a_reader_misses_none()
    {
        await using var storage = await NewAsync();
        var lists = storage.Get<StatusLists>();
        var read = new List<(long Sequence, StatusRange Range)>();

        var writing = RaceAsync(storage, i => storage.Get<RevokedTokens>().AddAsync($"jti-{i}", Now.AddMinutes(5), new StatusReference(1, i)));
        while (read.Count < Runners)
        {
            read.AddRange(await lists.ChangesAsync(read.Count == 0 ? 0 : read[^1].Sequence));
            if (writing.IsCompleted)
                read.AddRange(await lists.ChangesAsync(read.Count == 0 ? 0 : read[^1].Sequence));
        }

        await writing;
        Assert.Equal(Runners, read.Select(change => change.Sequence).Distinct().Count());
        Assert.Equal(Enumerable.Range(0, Runners), read.Select(change => change.Range.First).Order());
        Assert.Empty(await lists.ChangesAsync(read[^1].Sequence));
    }

    [Fact]
    public async Task An_end_sets_what_the_family_noted_and_its_blocks_and_nothing_that_has_expired()
    {
        await using var storage = await NewAsync();
        var (_, family) = await storage.SignInAsync();
        var lists = storage.Get<StatusLists>();
        var dead = new LiveStatus(new StatusReference(1, 5), Now);
        var live = new LiveStatus(new StatusReference(1, 6), Now.AddMinutes(10));
        Assert.True(await storage.Families.RotateAsync(family, dead, Now));
        var read = await storage.Families.FindAsync(family.FamilyId);
        Assert.True(await storage.Families.NoteAsync(read!, live, Now));
        var block = await lists.LeaseAsync(StatusBlockOwner.Family(family.FamilyId), "kid", 16, Now);

        Assert.True(await storage.Families.EndAsync(family.FamilyId, FamilyEnd.RevokedByClient, Now.AddSeconds(1)));
        Assert.False(await storage.Families.EndAsync(family.FamilyId, FamilyEnd.RevokedByClient, Now.AddSeconds(2)));

        var set = (await lists.ChangesAsync(0)).SelectMany(c => Enumerable.Range(c.Range.First, c.Range.Count)).Order();
        Assert.Equal(Enumerable.Range(block.First, 16).Append(6).Distinct().Order(), set);
        Assert.False(await storage.Families.NoteAsync(read!, live, Now.AddSeconds(3)));
    }

    [Fact]
    public async Task A_row_notes_no_more_than_it_has_room_for_and_a_rotation_forgets_the_dead()
    {
        await using var storage = await NewAsync();
        var (_, family) = await storage.SignInAsync();
        var noted = 0;
        while (await storage.Families.NoteAsync(family, new LiveStatus(new StatusReference(99, 1_000_000 + noted), Now.AddMinutes(1)), Now))
            noted++;
        Assert.InRange(noted, TokenFamily.MostStatusesOfItsOwn * 4, 1000);

        var full = await storage.Families.FindAsync(family.FamilyId);
        var added = new LiveStatus(new StatusReference(99, 7), Now.AddMinutes(20));
        Assert.True(await storage.Families.RotateAsync(full!, added, Now.AddMinutes(2)));

        Assert.Equal(7, Assert.Single((await storage.Families.FindAsync(family.FamilyId))!.Statuses).Reference.Index);
    }

    [Fact]
    public async Task A_list_goes_with_what_was_set_in_it_when_its_tokens_have_expired_and_the_newest_stays()
    {
        await using var storage = await NewAsync();
        var lists = storage.Get<StatusLists>();
        await lists.LeaseAsync(StatusBlockOwner.Shared, "kid", 10, Now);
        await storage.Get<RevokedTokens>().AddAsync("jti", Now.AddMinutes(5), new StatusReference(1, 3));
        var later = Now + StatusList.OpenFor;
        await lists.LeaseAsync(StatusBlockOwner.Shared, "kid", 10, later);

        Assert.Equal(2, Assert.Single(await lists.ListAsync(later)).List);
        await storage.Get<ExpiredRows>().PruneAsync(later);

        Assert.Empty(await lists.ChangesAsync(0));
        await storage.Get<ExpiredRows>().PruneAsync(later.AddYears(1));
        Assert.Equal(3, (await lists.LeaseAsync(StatusBlockOwner.Shared, "kid", 10, later.AddYears(1))).List);
    }
}
