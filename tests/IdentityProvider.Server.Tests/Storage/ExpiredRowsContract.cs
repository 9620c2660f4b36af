using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Storage;

public abstract class ExpiredRowsContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;

    [Fact]
    public async Task Keeps_everything_as_long_as_a_token_of_it_could_be_used()
    {
        await using var storage = await NewAsync();
        await storage.SignInAsync();
        await storage.Get<RevokedTokens>().AddAsync("jti", Now, null);

        Assert.Equal(new PrunedRows(), await storage.Get<ExpiredRows>().PruneAsync(Now + ExpiredRows.Kept));

        Assert.NotNull(await storage.Codes.FindAsync(Given.Bytes(1, 2)));
    }

    [Fact]
    public async Task Removes_what_expired_or_ended_long_enough_ago()
    {
        await using var storage = await NewAsync();
        var (session, _) = await storage.SignInAsync(1);
        var (_, alone) = await storage.SignInAsync(2);
        var (_, stays) = await storage.SignInAsync(3);
        await storage.Get<RevokedTokens>().AddAsync("jti", Now, null);
        await storage.Sessions.EndAsync(session.SessionId, Now);
        await storage.Families.EndAsync(alone.FamilyId, FamilyEnd.CodeReused, Now);

        var soon = Now + ExpiredRows.Kept + TimeSpan.FromMinutes(2);
        Assert.Equal(new PrunedRows { AuthorizationCodes = 3, TokenFamilies = 2, Sessions = 1, RevokedTokens = 1 }, await storage.Get<ExpiredRows>().PruneAsync(soon));
        Assert.NotNull(await storage.Families.FindAsync(stays.FamilyId));

        Assert.Equal(new PrunedRows { TokenFamilies = 1, Sessions = 2 }, await storage.Get<ExpiredRows>().PruneAsync(Now.AddDays(31)));
    }

    [Fact]
    public async Task Works_in_batches_and_not_without_end()
    {
        await using var storage = await NewAsync();
        var many = (ExpiredRows.Batch * ExpiredRows.MostBatches) + ExpiredRows.Batch + 1;
        await storage.AskAsync(db =>
        {
            db.AddRange(Enumerable.Range(0, many).Select(i => new RevokedTokenRow { Jti = $"{i}", ExpiresAt = Now }));
            return db.SaveChangesAsync();
        });
        var expired = storage.Get<ExpiredRows>();

        Assert.Equal(ExpiredRows.Batch * ExpiredRows.MostBatches, (await expired.PruneAsync(Now.AddDays(1))).RevokedTokens);
        Assert.Equal(ExpiredRows.Batch + 1, (await expired.PruneAsync(Now.AddDays(1))).RevokedTokens);
        Assert.Equal(0, (await expired.PruneAsync(Now.AddDays(1))).RevokedTokens);
    }

    [Fact]
    public async Task Nodes_that_prune_at_once_do_not_disturb_each_other()
    {
        await using var storage = await NewAsync();
        await storage.AskAsync(db =>
        {
            db.AddRange(Enumerable.Range(0, 2000).Select(i => new RevokedTokenRow { Jti = $"{i}", ExpiresAt = Now }));
            return db.SaveChangesAsync();
        });

        var pruned = await RaceAsync(storage, _ => storage.Get<ExpiredRows>().PruneAsync(Now.AddDays(1)), runners: 4);

        Assert.Equal(2000, pruned.Sum(p => p.RevokedTokens));
        Assert.Equal(0, await storage.AskAsync(db => db.RevokedTokens.CountAsync()));
    }
}
