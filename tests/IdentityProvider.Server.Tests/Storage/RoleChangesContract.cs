using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Storage;

/// <summary>What is made of roles that were read is kept only while they are the same.</summary>
public abstract class RoleChangesContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;

    [Fact]
    public async Task A_code_is_spent_with_the_roles_of_now_alone()
    {
        await using var storage = await NewAsync();
        var (session, family) = await GivenAsync(storage);
        await storage.Codes.AddAsync(Given.Bytes(1, 2), Given.Code(session));

        await storage.Families.MarkStaleAsync(session.UserId, Now);
        Assert.False(await storage.Codes.RedeemAsync(Given.Bytes(1, 2), family, 0, Now));
        Assert.Null((await storage.Codes.FindAsync(Given.Bytes(1, 2)))!.RedeemedAt);

        var read = (await storage.Get<Users>().FindClaimsAsync(session.UserId))!.RoleChanges;
        Assert.True(await storage.Codes.RedeemAsync(Given.Bytes(1, 2), family, read, Now));
    }

    [Fact]
    public async Task So_is_an_assertion_and_what_was_decided_elsewhere()
    {
        await using var storage = await NewAsync();
        var (session, family) = await GivenAsync(storage);
        family = family with { SessionId = null };

        await storage.Families.MarkStaleAsync(session.UserId, Now);
        Assert.False(await storage.Families.AddAsync(family, 0));
        Assert.True(await storage.Families.AddAsync(family, 1));
        Assert.False(await storage.AskAsync(db => db.HoldRolesAsync(session.UserId, 0, default)));
        Assert.True(await storage.AskAsync(db => db.HoldRolesAsync(session.UserId, 1, default)));
        Assert.True(await storage.AskAsync(db => db.HoldRolesAsync(session.UserId, null, default)));
    }

    [Fact]
    public async Task Whoever_saves_an_account_leaves_the_count_as_it_is()
    {
        await using var storage = await NewAsync();
        var (session, _) = await GivenAsync(storage);
        await storage.AskAsync(async db =>
        {
            var read = await db.Users.SingleAsync(u => u.Id == session.UserId);
            await storage.Families.MarkStaleAsync(session.UserId, Now);
            read.PhoneNumber = "+43 1 234";
            db.Update(read);
            return await db.SaveChangesAsync();
        });
        Assert.Equal(1, (await storage.Get<Users>().FindClaimsAsync(session.UserId))!.RoleChanges);
    }

    internal static async Task<(Protocol.Sessions.Session Session, TokenFamily Family)> GivenAsync(TestStorage storage)
    {
        var session = Given.Session();
        await storage.AskAsync(db =>
        {
            db.Users.Add(new User { Id = session.UserId, UserName = "alice", NormalizedUserName = "ALICE" });
            return db.SaveChangesAsync();
        });
        await storage.Sessions.AddAsync(session, Given.Bytes(1, 1));
        return (session, Given.Family(session));
    }
}
