using IdentityProvider.Protocol.Status;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Storage;

public abstract class TokenFamiliesContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;

    [Fact]
    public async Task Moves_the_generation_on_and_notes_when()
    {
        await using var storage = await NewAsync();
        var (_, family) = await storage.SignInAsync();

        Assert.True(await storage.Families.RotateAsync(family with { Generation = 0 }, null, Now.AddMinutes(1)));

        var found = await storage.Families.FindAsync(family.FamilyId);
        Assert.Equal(1, found!.Generation);
        Assert.Equal(Given.Kept(Now.AddMinutes(1)), found.RotatedAt);
        Assert.Equal(Given.Kept(Now), found.CreatedAt);
    }

    [Fact]
    public async Task Refuses_to_rotate_from_a_generation_that_is_not_the_current_one()
    {
        await using var storage = await NewAsync();
        var (_, family) = await storage.SignInAsync();
        Assert.True(await storage.Families.RotateAsync(family with { Generation = 0 }, null, Now));

        Assert.False(await storage.Families.RotateAsync(family with { Generation = 0 }, null, Now));
        Assert.False(await storage.Families.RotateAsync(family with { Generation = 2 }, null, Now));
        Assert.False(await storage.Families.RotateAsync(family with { FamilyId = Given.NewId() }, null, Now));
        Assert.Equal(1, (await storage.Families.FindAsync(family.FamilyId))!.Generation);
    }

    [Fact]
    public async Task Of_32_rotations_at_once_one_wins_each_generation()
    {
        await using var storage = await NewAsync();
        var (_, family) = await storage.SignInAsync();
        for (var generation = 0; generation < 5; generation++)
        {
            var from = generation;
            var won = await RaceAsync(storage, i => storage.Families.RotateAsync(family with { Generation = from }, null, Now.AddSeconds(i)));
            Assert.Single(won, w => w);
            Assert.Equal(generation + 1, (await storage.Families.FindAsync(family.FamilyId))!.Generation);
        }
    }

    [Fact]
    public async Task A_family_that_never_moves_on_notes_statuses_without_end_and_keeps_those_that_live()
    {
        await using var storage = await NewAsync();
        var (_, family) = await storage.SignInAsync();
        var lifetime = TimeSpan.FromMinutes(15);
        var now = Now;
        for (var i = 0; i < 400; i++, now += lifetime / 2)
        {
            var read = await storage.Families.FindAsync(family.FamilyId);
            Assert.True(await storage.Families.NoteAsync(read!, new LiveStatus(new StatusReference(1, i), now + lifetime), now));
        }

        var noted = (await storage.Families.FindAsync(family.FamilyId))!.Statuses;
        Assert.Equal([398, 399], noted.TakeLast(2).Select(status => status.Reference.Index));
        Assert.True(noted.Count <= 3);
    }

    [Fact]
    public async Task Refuses_to_rotate_an_expired_or_an_ended_family()
    {
        await using var storage = await NewAsync();
        var (_, expired) = await storage.SignInAsync(1);
        var (_, ended) = await storage.SignInAsync(2);

        Assert.False(await storage.Families.RotateAsync(expired with { Generation = 0 }, null, expired.ExpiresAt));
        Assert.True(await storage.Families.EndAsync(ended.FamilyId, FamilyEnd.RefreshTokenReused, Now));
        Assert.False(await storage.Families.RotateAsync(ended with { Generation = 0 }, null, Now));
    }

    [Fact]
    public async Task Ends_once_and_keeps_the_first_reason()
    {
        await using var storage = await NewAsync();
        var (_, family) = await storage.SignInAsync();

        var won = await RaceAsync(storage, _ => storage.Families.EndAsync(family.FamilyId, FamilyEnd.RevokedByClient, Now));
        Assert.Single(won, w => w);
        Assert.False(await storage.Families.EndAsync(family.FamilyId, FamilyEnd.CodeReused, Now.AddSeconds(1)));

        var found = await storage.Families.FindAsync(family.FamilyId);
        Assert.Equal(FamilyEnd.RevokedByClient, found!.EndReason);
        Assert.Equal(Given.Kept(Now), found.EndedAt);
    }

    [Fact]
    public async Task After_an_end_that_raced_with_rotations_no_rotation_wins()
    {
        await using var storage = await NewAsync();
        var (_, family) = await storage.SignInAsync();

        await RaceAsync(storage, i => i == 7
            ? storage.Families.EndAsync(family.FamilyId, FamilyEnd.RevokedByClient, Now)
            : storage.Families.RotateAsync(family with { Generation = 0 }, null, Now));

        var found = await storage.Families.FindAsync(family.FamilyId);
        Assert.NotNull(found!.EndedAt);
        Assert.False(await storage.Families.RotateAsync(family with { Generation = found.Generation }, null, Now));
    }

    [Fact]
    public async Task Ends_all_that_a_person_has_with_a_client_or_with_all_of_them()
    {
        await using var storage = await NewAsync();
        var user = Given.NewId();
        var (_, shop) = await storage.SignInAsync(1, f => f with { UserId = user });
        var (_, offline) = await storage.SignInAsync(2, f => f with { UserId = user, ClientId = "mail", SessionId = null });
        var (_, other) = await storage.SignInAsync(3);

        Assert.Equal(1, await storage.Families.EndAllAsync(user, "shop", FamilyEnd.GrantRevoked, Now));
        Assert.Null((await storage.Families.FindAsync(offline.FamilyId))!.EndedAt);
        Assert.Equal(1, await storage.Families.EndAllAsync(user, null, FamilyEnd.EndedByOperator, Now));

        Assert.Equal(FamilyEnd.GrantRevoked, (await storage.Families.FindAsync(shop.FamilyId))!.EndReason);
        Assert.Equal(FamilyEnd.EndedByOperator, (await storage.Families.FindAsync(offline.FamilyId))!.EndReason);
        Assert.Null((await storage.Families.FindAsync(other.FamilyId))!.EndedAt);
    }

    [Fact]
    public async Task A_code_that_waits_is_no_way_around_an_end()
    {
        await using var storage = await NewAsync();
        var session = Given.Session();
        await storage.Sessions.AddAsync(session, Hash(1));
        await storage.Get<Clients>().AddAsync(Given.Client());
        Func<Task>[] ends =
        [
            () => storage.Families.EndAllAsync(session.UserId, null, FamilyEnd.EndedByOperator, Now),
            () => storage.Families.EndAllAsync(session.UserId, "shop", FamilyEnd.EndedByOperator, Now),
            () => storage.Get<Clients>().RevokeTokensAsync("shop", Now),
        ];
        for (var i = 0; i < ends.Length; i++)
        {
            var code = Given.Code(session);
            await storage.Codes.AddAsync(Hash(10 + i), code);
            await ends[i]();
            Assert.False(await storage.Codes.RedeemAsync(Hash(10 + i), Given.Family(session), null, Now));
        }
    }
}
