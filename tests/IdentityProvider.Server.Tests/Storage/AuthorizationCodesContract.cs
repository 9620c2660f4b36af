using IdentityProvider.Protocol.Tokens;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Storage;

public abstract class AuthorizationCodesContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;

    [Fact]
    public async Task Of_32_codes_for_one_agreement_one_is_there()
    {
        await using var storage = await NewAsync();
        var agreement = Given.NewId();

        var won = await RaceAsync(storage, i => storage.Codes.AddAgreedAsync(Hash(i), Given.Code(Given.Session()), agreement, Given.Now.AddHours(1)));

        Assert.Single(won, w => w);
        for (var i = 0; i < Runners; i++)
            Assert.Equal(won[i], await storage.Codes.FindAsync(Hash(i)) is not null);
        Assert.True(await storage.Codes.AddAgreedAsync(Hash(100), Given.Code(Given.Session()), Given.NewId(), Given.Now.AddHours(1)));
    }

    [Fact]
    public async Task Gives_back_the_code_that_was_put_in()
    {
        await using var storage = await NewAsync();
        var code = Given.Code(Given.Session());
        await storage.Codes.AddAsync(Hash(1), code);

        var found = await storage.Codes.FindAsync(Hash(1));

        Assert.Equivalent(code with { AuthTime = Given.Kept(code.AuthTime), ExpiresAt = Given.Kept(code.ExpiresAt) }, found, strict: true);
        Assert.Null(await storage.Codes.FindAsync(Hash(2)));
    }

    [Fact]
    public async Task Keeps_what_was_absent_absent()
    {
        await using var storage = await NewAsync();
        var code = Given.Code(Given.Session()) with { RedirectUri = null, Resources = [], CodeChallenge = null, Nonce = null, Amr = [], Acr = null, Terms = GrantTerms.None };
        await storage.Codes.AddAsync(Hash(1), code);

        var found = await storage.Codes.FindAsync(Hash(1));

        Assert.Equivalent(code with { AuthTime = Given.Kept(code.AuthTime), ExpiresAt = Given.Kept(code.ExpiresAt) }, found, strict: true);
    }

    [Fact]
    public async Task Refuses_a_second_code_of_the_same_hash()
    {
        await using var storage = await NewAsync();
        await storage.Codes.AddAsync(Hash(1), Given.Code(Given.Session()));

        await Assert.ThrowsAsync<DbUpdateException>(() => storage.Codes.AddAsync(Hash(1), Given.Code(Given.Session())));
    }

    [Fact]
    public async Task Spending_a_code_makes_its_family_and_notes_both()
    {
        await using var storage = await NewAsync();
        var (_, family) = await storage.SignInAsync();

        var code = await storage.Codes.FindAsync(Given.Bytes(1, 2));
        Assert.Equal(family.FamilyId, code!.FamilyId);
        Assert.Equal(Given.Kept(Now), code.RedeemedAt);
        Assert.Equivalent(
            family with
            {
                AuthTime = Given.Kept(family.AuthTime),
                RotatedAt = Given.Kept(family.RotatedAt),
                CreatedAt = Given.Kept(family.CreatedAt),
                ExpiresAt = Given.Kept(family.ExpiresAt),
            },
            await storage.Families.FindAsync(family.FamilyId),
            strict: true);
    }

    [Fact]
    public async Task Makes_a_family_without_a_session_for_offline_access()
    {
        await using var storage = await NewAsync();
        var (_, family) = await storage.SignInAsync(change: f => f with { SessionId = null, Acr = null, Amr = [], Resources = [] });

        var found = await storage.Families.FindAsync(family.FamilyId);
        Assert.Null(found!.SessionId);
        Assert.Null(found.Acr);
        Assert.Empty(found.Resources);
    }

    [Fact]
    public async Task Of_32_redemptions_at_once_one_wins_and_one_family_is_made()
    {
        await using var storage = await NewAsync();
        for (var round = 0; round < 5; round++)
        {
            var (session, hash) = (Given.Session(), Hash(round));
            await storage.Sessions.AddAsync(session, hash);
            await storage.Codes.AddAsync(hash, Given.Code(session));
            var families = Enumerable.Range(0, Runners).Select(_ => Given.Family(session)).ToList();

            var won = await RaceAsync(storage, i => storage.Codes.RedeemAsync(hash, families[i], null, Now));

            Assert.Single(won, w => w);
            var winner = families[Array.IndexOf(won, true)];
            Assert.Equal(winner.FamilyId, (await storage.Codes.FindAsync(hash))!.FamilyId);
            var made = await storage.AskAsync(db => db.TokenFamilies.Where(f => f.UserId == session.UserId).Select(f => f.FamilyId).ToListAsync());
            Assert.Equal([winner.FamilyId], made);
        }
    }

    [Fact]
    public async Task A_retry_knows_its_own_redemption_and_nobody_elses()
    {
        await using var storage = await NewAsync();
        var (session, family) = await storage.SignInAsync();

        Assert.True(await storage.Codes.RedeemAsync(Given.Bytes(1, 2), family, null, Now));
        Assert.False(await storage.Codes.RedeemAsync(Given.Bytes(1, 2), Given.Family(session), null, Now));
        Assert.Equal(1, await storage.AskAsync(db => db.TokenFamilies.CountAsync()));
    }

    [Fact]
    public async Task Refuses_an_expired_code_to_the_moment()
    {
        await using var storage = await NewAsync();
        var session = Given.Session();
        await storage.Sessions.AddAsync(session, Hash(1));
        var code = Given.Code(session) with { ExpiresAt = new DateTimeOffset(2026, 3, 1, 12, 1, 0, TimeSpan.FromHours(2)) };
        await storage.Codes.AddAsync(Hash(1), code);

        Assert.False(await storage.Codes.RedeemAsync(Hash(1), Given.Family(session), null, code.ExpiresAt));
        Assert.Null((await storage.Codes.FindAsync(Hash(1)))!.RedeemedAt);
        Assert.Equal(0, await storage.AskAsync(db => db.TokenFamilies.CountAsync()));
        Assert.True(await storage.Codes.RedeemAsync(Hash(1), Given.Family(session), null, code.ExpiresAt.AddMilliseconds(-1)));
    }

    [Fact]
    public async Task Refuses_an_unknown_code() =>
        Assert.False(await RedeemAsync(stored: false, end: false));

    [Fact]
    public async Task Refuses_a_code_whose_session_ended() =>
        Assert.False(await RedeemAsync(stored: true, end: true));

    [Fact]
    public async Task Refuses_a_code_whose_session_is_gone()
    {
        await using var storage = await NewAsync();
        var session = Given.Session();
        await storage.Codes.AddAsync(Hash(1), Given.Code(session));

        Assert.False(await storage.Codes.RedeemAsync(Hash(1), Given.Family(session), null, Now));
    }

    private async Task<bool> RedeemAsync(bool stored, bool end)
    {
        await using var storage = await NewAsync();
        var session = Given.Session();
        await storage.Sessions.AddAsync(session, Hash(1));
        if (stored)
            await storage.Codes.AddAsync(Hash(1), Given.Code(session));
        if (end)
            Assert.True(await storage.Sessions.EndAsync(session.SessionId, Now));
        return await storage.Codes.RedeemAsync(Hash(1), Given.Family(session), null, Now);
    }
}
