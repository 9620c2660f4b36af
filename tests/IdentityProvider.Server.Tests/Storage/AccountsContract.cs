using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Storage;

/// <summary>Accounts through Identity's own stores, what the protocol reads of them, and consents.</summary>
public abstract class AccountsContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;

    [Fact]
    public async Task Reads_the_claims_of_an_account_and_whether_it_is_active()
    {
        await using var storage = await NewAsync();
        var user = new User
        {
            Id = Given.NewId(),
            UserName = "alice",
            NormalizedUserName = "ALICE",
            Claims = """{"name":"Alice Ä","address":{"country":"AT"}}""",
            CreatedAt = Now,
        };
        await ChangeUserAsync(storage, store => store.CreateAsync(user, default));

        var claims = await storage.Get<Users>().FindClaimsAsync(user.Id);
        Assert.Equal("alice", claims!.Username);
        Assert.True(claims.IsActive);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(user.Claims), claims.Claims));

        await ChangeUserAsync(storage, async store =>
        {
            var found = await store.FindByNameAsync("ALICE", default);
            found!.DisabledAt = Now;
            return await store.UpdateAsync(found, default);
        });
        Assert.False((await storage.Get<Users>().FindClaimsAsync(user.Id))!.IsActive);
        Assert.Null(await storage.Get<Users>().FindClaimsAsync(Given.NewId()));
    }

    [Fact]
    public async Task Keeps_a_passkey()
    {
        await using var storage = await NewAsync();
        var user = new User { Id = Given.NewId(), UserName = "alice", NormalizedUserName = "ALICE", CreatedAt = Now };
        await ChangeUserAsync(storage, store => store.CreateAsync(user, default));
        byte[] credential = [.. Enumerable.Repeat((byte)7, 1023)];

        await ChangeUserAsync(storage, async store =>
        {
            var found = await store.FindByIdAsync(user.Id.ToString(), default);
            var passkey = new UserPasskeyInfo(credential, [1], Now, 5, ["internal"], true, false, false, [2], [3]) { Name = "Phone" };
            await ((IUserPasskeyStore<User>)store).AddOrUpdatePasskeyAsync(found!, passkey, default);
            return await store.UpdateAsync(found!, default);
        });

        using var scope = storage.Scope();
        var passkeys = (IUserPasskeyStore<User>)scope.ServiceProvider.GetRequiredService<IUserStore<User>>();
        Assert.Equal(user.Id, (await passkeys.FindByPasskeyIdAsync(credential, default))!.Id);
        Assert.Equal(5u, (await passkeys.FindPasskeyAsync(user, credential, default))!.SignCount);
    }

    [Fact]
    public async Task Lists_accounts_a_page_at_a_time()
    {
        await using var storage = await NewAsync();
        foreach (var name in new[] { "carol", "alice", "bob" })
        {
            var user = new User { Id = Given.NewId(), UserName = name, NormalizedUserName = name.ToUpperInvariant() };
            await ChangeUserAsync(storage, store => store.CreateAsync(user, default));
        }

        Assert.Equal(["alice", "bob"], (await storage.Get<Users>().ListAsync(null, 2)).Select(u => u.UserName));
        Assert.Equal(["carol"], (await storage.Get<Users>().ListAsync("bob", 2)).Select(u => u.UserName));
    }

    [Fact]
    public async Task One_grant_stands_for_a_person_and_a_client_and_the_last_one_counts()
    {
        await using var storage = await NewAsync();
        var grants = storage.Get<Grants>();
        var grant = new Grant
        {
            UserId = Given.NewId(),
            ClientId = "shop",
            Scope = ScopeSet.Of(["openid"]),
            Resources = ["https://api.example"],
            Claims = ["given_name"],
            UpdatedAt = Given.Kept(Now),
        };

        await RaceAsync(storage, async _ =>
        {
            await grants.PutAsync(grant);
            return true;
        });
        Assert.Equivalent(grant, Assert.Single(await grants.ListAsync(grant.UserId, 10)), strict: true);

        var wider = grant with { Scope = ScopeSet.Of(["openid", "email"]), Resources = [], Claims = ["given_name", "locale"] };
        await grants.PutAsync(wider);
        Assert.Equivalent(wider, await grants.FindAsync(grant.UserId, "shop"), strict: true);

        Assert.True(await grants.DeleteAsync(grant.UserId, "shop"));
        Assert.False(await grants.DeleteAsync(grant.UserId, "shop"));
        Assert.Null(await grants.FindAsync(grant.UserId, "shop"));
    }

    [Fact]
    public async Task Taking_back_what_a_client_has_ends_its_families_and_its_waiting_codes_and_no_other_clients()
    {
        await using var storage = await NewAsync();
        var (session, family) = await storage.SignInAsync(1);
        var (user, grants) = (session.UserId, storage.Get<Grants>());
        foreach (var client in new[] { "shop", "other" })
            await grants.PutAsync(new Grant { UserId = user, ClientId = client, Scope = ScopeSet.Of(["openid"]), UpdatedAt = Now });
        var offline = Given.Family(session) with { SessionId = null };
        var others = Given.Family(session) with { ClientId = "other" };
        foreach (var (seed, added) in new[] { (2, offline), (3, others) })
        {
            await storage.Codes.AddAsync(Given.Bytes(seed, 2), Given.Code(session) with { ClientId = added.ClientId });
            Assert.True(await storage.Codes.RedeemAsync(Given.Bytes(seed, 2), added, null, Now));
        }

        await storage.Codes.AddAsync(Given.Bytes(4, 2), Given.Code(session));
        Assert.Equal(3, (await storage.Families.ListAsync(user, Now, 10)).Count);
        Assert.Empty(await storage.Families.ListAsync(user, family.ExpiresAt, 10));

        Assert.Equal(2, await grants.RevokeAsync(user, "shop", Now));

        Assert.Equal("other", Assert.Single(await grants.ListAsync(user, 10)).ClientId);
        Assert.Equal(others.FamilyId, Assert.Single(await storage.Families.ListAsync(user, Now, 10)).FamilyId);
        Assert.Equal(FamilyEnd.GrantRevoked, (await storage.Families.FindAsync(offline.FamilyId))!.EndReason);
        Assert.Equal(FamilyEnd.GrantRevoked, (await storage.Families.FindAsync(family.FamilyId))!.EndReason);
        Assert.False(await storage.Codes.RedeemAsync(Given.Bytes(4, 2), Given.Family(session), null, Now));
        Assert.NotNull(await storage.Codes.FindAsync(Given.Bytes(1, 2)));
        Assert.Equal(0, await grants.RevokeAsync(user, "shop", Now));
        Assert.Null((await storage.Sessions.FindAsync(session.SessionId))!.EndedAt);
    }

    [Fact]
    public async Task No_family_escapes_a_revocation_that_races_with_its_redemption()
    {
        await using var storage = await NewAsync();
        for (var round = 0; round < 40; round++)
        {
            var session = Given.Session();
            await storage.Sessions.AddAsync(session, Given.Bytes(round, 1));
            await storage.Codes.AddAsync(Given.Bytes(round, 2), Given.Code(session));
            var family = Given.Family(session);
            await RaceAsync(
                storage,
                async i => i == 0
                    ? await storage.Codes.RedeemAsync(Given.Bytes(round, 2), family, null, Now)
                    : await storage.Get<Grants>().RevokeAsync(session.UserId, "shop", Now) > 0,
                runners: 2);
            Assert.NotEqual(true, (await storage.Families.FindAsync(family.FamilyId))?.IsAlive(Now));
        }
    }

    [Fact]
    public async Task A_revoked_token_is_known_by_its_jti()
    {
        await using var storage = await NewAsync();
        var revoked = storage.Get<RevokedTokens>();

        Assert.Single(await RaceAsync(storage, _ => revoked.AddAsync("jti-1", Now, null)), w => w);

        Assert.True(await revoked.ContainsAsync("jti-1"));
        Assert.False(await revoked.ContainsAsync("JTI-1"));
        Assert.False(await revoked.ContainsAsync(new string('x', 5000)));
    }

    private static async Task ChangeUserAsync(TestStorage storage, Func<IUserStore<User>, Task<IdentityResult>> change)
    {
        using var scope = storage.Scope();
        Assert.True((await change(scope.ServiceProvider.GetRequiredService<IUserStore<User>>())).Succeeded);
    }
}
