using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Storage;

public abstract class PasskeysContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;

    [Fact]
    public async Task Keeps_what_a_person_knows_of_a_passkey_and_what_Identity_verifies_by()
    {
        await using var storage = await NewAsync();
        var (user, other) = (await AddUserAsync(storage), await AddUserAsync(storage));
        var passkeys = storage.Get<Passkeys>();
        Assert.Equal(PasskeyAddition.Added, await passkeys.AddAsync(user.Id, Registered(1, "Größe ☂")));
        Assert.Equal(PasskeyAddition.Added, await passkeys.AddAsync(user.Id, Registered(2, "Key", isSynced: false, at: Now.AddDays(1))));
        Assert.Equal(PasskeyAddition.Added, await passkeys.AddAsync(other.Id, Registered(3)));

        var listed = await passkeys.ListAsync(user.Id);
        Assert.Equal([("Größe ☂", true), ("Key", false)], listed.Select(p => (p.Name, p.IsSynced)));
        Assert.Equal(Id(1), listed[0].CredentialId);
        Assert.Null(listed[0].LastUsedAt);
        Assert.Equal(2, await passkeys.CountAsync(user.Id));

        using var scope = storage.Scope();
        var store = (IUserPasskeyStore<User>)scope.ServiceProvider.GetRequiredService<IUserStore<User>>();
        var found = await store.FindPasskeyAsync(user, Id(1), CancellationToken.None);
        Assert.Equal([9, 9, 1], found!.PublicKey);
        Assert.Equal(["internal"], found.Transports!);
        Assert.Null(await store.FindPasskeyAsync(other, Id(1), CancellationToken.None));
    }

    [Fact]
    public async Task A_credential_is_registered_once_whoever_asks()
    {
        await using var storage = await NewAsync();
        var (user, other) = (await AddUserAsync(storage), await AddUserAsync(storage));
        var passkeys = storage.Get<Passkeys>();
        await passkeys.AddAsync(user.Id, Registered(1));

        Assert.Equal(PasskeyAddition.Taken, await passkeys.AddAsync(other.Id, Registered(1)));
        Assert.Equal(PasskeyAddition.Taken, await passkeys.AddAsync(user.Id, Registered(1)));
        Assert.Equal(0, await passkeys.CountAsync(other.Id));
    }

    [Fact]
    public async Task Of_32_that_come_at_once_no_more_are_added_than_a_person_may_have()
    {
        await using var storage = await NewAsync();
        var user = await AddUserAsync(storage);
        var outcomes = await RaceAsync(storage, i => storage.Get<Passkeys>().AddAsync(user.Id, Registered(i)));

        Assert.Equal(Passkey.Most, outcomes.Count(o => o == PasskeyAddition.Added));
        Assert.Equal(Runners - Passkey.Most, outcomes.Count(o => o == PasskeyAddition.TooMany));
        Assert.Equal(Passkey.Most, await storage.Get<Passkeys>().CountAsync(user.Id));
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(0, 1, true)]
    [InlineData(5, 6, true)]
    [InlineData(5, uint.MaxValue, true)]
    [InlineData(5, 5, false)]
    [InlineData(5, 4, false)]
    [InlineData(5, 0, false)]
    [InlineData(uint.MaxValue, 0, false)]
    public async Task The_counter_only_goes_forward_or_never_counts(uint registered, uint used, bool isUsed)
    {
        await using var storage = await NewAsync();
        var user = await AddUserAsync(storage);
        var passkeys = storage.Get<Passkeys>();
        await passkeys.AddAsync(user.Id, Registered(1, signCount: registered));

        Assert.Equal(isUsed, await passkeys.UseAsync(user.Id, Id(1), used, Now.AddDays(1)));
        Assert.Equal(isUsed ? Given.Kept(Now.AddDays(1)) : null, Assert.Single(await passkeys.ListAsync(user.Id)).LastUsedAt);
    }

    [Fact]
    public async Task Of_32_uses_with_one_counter_one_wins()
    {
        await using var storage = await NewAsync();
        var user = await AddUserAsync(storage);
        await storage.Get<Passkeys>().AddAsync(user.Id, Registered(1, signCount: 3));

        Assert.Single(await RaceAsync(storage, i => storage.Get<Passkeys>().UseAsync(user.Id, Id(1), 4, Now.AddSeconds(i))), true);
    }

    [Fact]
    public async Task Nobody_uses_renames_or_removes_anothers()
    {
        await using var storage = await NewAsync();
        var (user, other) = (await AddUserAsync(storage), await AddUserAsync(storage));
        var passkeys = storage.Get<Passkeys>();
        await passkeys.AddAsync(user.Id, Registered(1, "Mine"));

        Assert.False(await passkeys.UseAsync(other.Id, Id(1), 9, Now));
        Assert.False(await passkeys.RenameAsync(other.Id, Id(1), "Theirs"));
        Assert.Equal(PasskeyRemoval.NotThere, await passkeys.RemoveAsync(other.Id, Id(1), "stamp", Now));
        Assert.Equal(("Mine", (DateTimeOffset?)null), Assert.Single((await passkeys.ListAsync(user.Id)).Select(p => (p.Name, p.LastUsedAt))));
    }

    [Fact]
    public async Task A_new_name_leaves_the_counter_and_the_last_use_where_they_are()
    {
        await using var storage = await NewAsync();
        var user = await AddUserAsync(storage);
        var passkeys = storage.Get<Passkeys>();
        await passkeys.AddAsync(user.Id, Registered(1));
        await passkeys.UseAsync(user.Id, Id(1), 7, Now.AddDays(1));

        Assert.True(await passkeys.RenameAsync(user.Id, Id(1), "Neu"));
        var passkey = Assert.Single(await passkeys.ListAsync(user.Id));
        Assert.Equal(("Neu", (DateTimeOffset?)Given.Kept(Now.AddDays(1))), (passkey.Name, passkey.LastUsedAt));
        Assert.False(await passkeys.UseAsync(user.Id, Id(1), 7, Now.AddDays(2)));
    }

    [Fact]
    public async Task Removing_one_gives_the_account_new_stamps_and_the_last_way_in_stays()
    {
        await using var storage = await NewAsync();
        var user = await AddUserAsync(storage);
        var passkeys = storage.Get<Passkeys>();
        await passkeys.AddAsync(user.Id, Registered(1));
        await passkeys.AddAsync(user.Id, Registered(2));

        Assert.Equal(PasskeyRemoval.Removed, await passkeys.RemoveAsync(user.Id, Id(1), "first", Now));
        Assert.Equal(PasskeyRemoval.NotThere, await passkeys.RemoveAsync(user.Id, Id(1), "again", Now));
        Assert.Equal(PasskeyRemoval.OnlyWayIn, await passkeys.RemoveAsync(user.Id, Id(2), "last", Now));
        Assert.Equal(("first", "first"), await storage.AskAsync(async db =>
        {
            var kept = await db.Users.SingleAsync(u => u.Id == user.Id);
            return (kept.SecurityStamp!, kept.ConcurrencyStamp!);
        }));

        await storage.AskAsync(db => db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.PasswordHash, "a hash")));
        Assert.Equal(PasskeyRemoval.Removed, await passkeys.RemoveAsync(user.Id, Id(2), "last", Now));
    }

    [Theory]
    [InlineData(true, true, PasskeyRemoval.Removed)]
    [InlineData(true, false, PasskeyRemoval.OnlyWayIn)]
    [InlineData(false, true, PasskeyRemoval.OnlyWayIn)]
    public async Task Another_provider_is_another_way_in_while_people_sign_in_by_it(bool isLinked, bool isOn, PasskeyRemoval outcome)
    {
        await using var storage = await NewAsync();
        var (user, other) = (await AddUserAsync(storage), await AddUserAsync(storage));
        var passkeys = storage.Get<Passkeys>();
        await passkeys.AddAsync(user.Id, Registered(1));
        await storage.Get<Upstreams>().AddAsync(new(UpstreamsContract.Upstream("elsewhere") with { Enabled = isOn }, SealedSecret: null));
        await storage.Get<UpstreamLinks>().AddAsync(isLinked ? user.Id : other.Id, new(UpstreamsContract.Upstream("elsewhere").Issuer, "ada", null));
        await storage.Get<UpstreamLinks>().AddAsync(user.Id, new("https://nobody.example", "ada", null));

        Assert.Equal(outcome, await passkeys.RemoveAsync(user.Id, Id(1), "stamp", Now));
    }

    [Fact]
    public async Task Of_a_passkey_and_a_link_that_go_at_once_one_stays()
    {
        await using var storage = await NewAsync();
        var user = await AddUserAsync(storage);
        var upstream = UpstreamsContract.Upstream("elsewhere");
        await storage.Get<Passkeys>().AddAsync(user.Id, Registered(1));
        await storage.Get<Upstreams>().AddAsync(new(upstream, SealedSecret: null));
        await storage.Get<UpstreamLinks>().AddAsync(user.Id, new(upstream.Issuer, "ada", null));

        var gone = await RaceAsync(
            storage,
            async i => i % 2 == 0
                ? await storage.Get<Passkeys>().RemoveAsync(user.Id, Id(1), $"stamp {i}", Now) == PasskeyRemoval.Removed
                : await storage.Get<UpstreamLinks>().RemoveAsync(user.Id, (upstream.Issuer, "ada"), $"stamp {i}") is null,
            runners: 2);
        Assert.Single(gone, true);
    }

    [Fact]
    public async Task With_the_last_second_factor_its_codes_go_and_with_any_the_remembering_of_browsers()
    {
        await using var storage = await NewAsync();
        var user = await AddUserAsync(storage);
        var (passkeys, factors) = (storage.Get<Passkeys>(), storage.Get<SecondFactors>());
        await storage.AskAsync(db => db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.PasswordHash, "a hash")));
        for (var i = 1; i <= 3; i++)
            await passkeys.AddAsync(user.Id, Registered(i));
        await factors.ReplaceRecoveryCodesAsync(user.Id, ["a", "b"], "codes");
        await storage.Get<KnownBrowsers>().SeenAsync(new byte[32], user.Id, null, null, Now);
        await storage.Get<KnownBrowsers>().TrustAsync(new byte[32], user.Id, Now.AddDays(30));

        await passkeys.RemoveAsync(user.Id, Id(1), "first", Now);
        Assert.Null((await storage.Get<KnownBrowsers>().FindAsync(new byte[32], user.Id))!.TrustedUntil);
        Assert.Equal(new AccountFactors { Passkeys = 2, RecoveryCodes = 2 }, await factors.FindAsync(user.Id));

        // An app is one that the codes stand in for, too.
        await factors.AddAuthenticatorAsync(user.Id, "key", ["c"], "app", Now);
        await passkeys.RemoveAsync(user.Id, Id(2), "second", Now);
        await passkeys.RemoveAsync(user.Id, Id(3), "third", Now);
        Assert.Equal(new AccountFactors { HasAuthenticator = true, RecoveryCodes = 1 }, await factors.FindAsync(user.Id));

        await passkeys.AddAsync(user.Id, Registered(4));
        await factors.RemoveAuthenticatorAsync(user.Id, "no app", Now);
        Assert.Equal(1, (await factors.FindAsync(user.Id)).RecoveryCodes);
        await passkeys.RemoveAsync(user.Id, Id(4), "fourth", Now);
        Assert.Equal(AccountFactors.None, await factors.FindAsync(user.Id));
    }

    [Fact]
    public async Task Of_those_that_are_made_at_once_as_the_first_one_is_with_its_codes()
    {
        await using var storage = await NewAsync();
        var user = await AddUserAsync(storage);
        var (passkeys, factors) = (storage.Get<Passkeys>(), storage.Get<SecondFactors>());
        var outcomes = await RaceAsync(storage, i => passkeys.AddFirstAsync(user.Id, Registered(i), [$"code-{i}"], $"stamp {i}", read: "s"));

        Assert.Single(outcomes, PasskeyAddition.Added);
        Assert.Equal(Runners - 1, outcomes.Count(o => o == PasskeyAddition.NotFirst));
        Assert.Equal(new AccountFactors { Passkeys = 1, RecoveryCodes = 1 }, await factors.FindAsync(user.Id));
        var winner = Array.IndexOf([.. outcomes], PasskeyAddition.Added);
        Assert.True(await factors.SpendRecoveryCodeAsync(user.Id, $"code-{winner}"));
        Assert.Equal($"stamp {winner}", await StampAsync(storage, user));
    }

    [Fact]
    public async Task The_first_one_is_added_to_the_account_as_it_was_read_and_where_there_is_no_other_factor()
    {
        await using var storage = await NewAsync();
        var (user, withApp, withPasskey) = (await AddUserAsync(storage), await AddUserAsync(storage), await AddUserAsync(storage));
        var passkeys = storage.Get<Passkeys>();
        await passkeys.AddAsync(withPasskey.Id, Registered(1));
        await storage.Get<SecondFactors>().AddAuthenticatorAsync(withApp.Id, "key", ["a"], "app", Now);

        Assert.Equal(PasskeyAddition.NotFirst, await passkeys.AddFirstAsync(user.Id, Registered(2), ["c"], "stamp", read: "another"));
        Assert.Equal(PasskeyAddition.NotFirst, await passkeys.AddFirstAsync(withApp.Id, Registered(2), ["c"], "stamp", read: "app"));
        Assert.Equal(PasskeyAddition.NotFirst, await passkeys.AddFirstAsync(withPasskey.Id, Registered(2), ["c"], "stamp", read: "s"));
        Assert.Equal(PasskeyAddition.Taken, await passkeys.AddFirstAsync(user.Id, Registered(1), ["c"], "stamp", read: "s"));
        Assert.Equal(("s", "app", "s"), (await StampAsync(storage, user), await StampAsync(storage, withApp), await StampAsync(storage, withPasskey)));
        Assert.Equal(AccountFactors.None, await storage.Get<SecondFactors>().FindAsync(user.Id));
    }

    [Fact]
    public async Task Of_several_removals_at_once_one_passkey_stays()
    {
        await using var storage = await NewAsync();
        var user = await AddUserAsync(storage);
        for (var i = 0; i < 8; i++)
            await storage.Get<Passkeys>().AddAsync(user.Id, Registered(i));

        var outcomes = await RaceAsync(storage, i => storage.Get<Passkeys>().RemoveAsync(user.Id, Id(i), $"stamp {i}", Now), runners: 8);
        Assert.Equal((7, 1), (outcomes.Count(o => o == PasskeyRemoval.Removed), outcomes.Count(o => o == PasskeyRemoval.OnlyWayIn)));
        Assert.Equal(1, await storage.Get<Passkeys>().CountAsync(user.Id));
    }

    private static Task<string?> StampAsync(TestStorage storage, User user) => storage.AskAsync(db => db.Users.Where(u => u.Id == user.Id).Select(u => u.SecurityStamp).SingleAsync());

    private static byte[] Id(int seed) => [.. Enumerable.Repeat((byte)7, 500), .. BitConverter.GetBytes(seed)];

    internal static UserPasskeyInfo Registered(int seed, string? name = null, bool isSynced = true, uint signCount = 0, DateTimeOffset? at = null) =>
        new(Id(seed), [9, 9, (byte)seed], at ?? Now, signCount, ["internal"], isUserVerified: true, isBackupEligible: isSynced, isBackedUp: isSynced, [1], [2]) { Name = name };

    private static async Task<User> AddUserAsync(TestStorage storage)
    {
        var id = Given.NewId();
        var user = new User { Id = id, UserName = $"user-{id}", NormalizedUserName = $"USER-{id}", SecurityStamp = "s", ConcurrencyStamp = "c", CreatedAt = Now };
        await storage.AskAsync(db =>
        {
            db.Users.Add(user);
            return db.SaveChangesAsync();
        });
        return user;
    }
}
