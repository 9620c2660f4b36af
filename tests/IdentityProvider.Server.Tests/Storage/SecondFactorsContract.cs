using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Storage;

public abstract class SecondFactorsContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;

    [Fact]
    public async Task Of_authenticators_that_are_set_up_at_once_one_is_kept_with_its_codes()
    {
        await using var storage = await NewAsync();
        var factors = storage.Get<SecondFactors>();
        var alice = await PersonAsync(storage);
        var added = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => factors.AddAuthenticatorAsync(alice.Id, $"key-{i}", [$"code-{i}"], $"stamp-{i}", Now))));
        var winner = Array.IndexOf(added, true);
        Assert.Single(added, done => done);
        Assert.Equal($"key-{winner}", await factors.FindAuthenticatorAsync(alice.Id));
        Assert.Equal(new AccountFactors { HasAuthenticator = true, RecoveryCodes = 1 }, await factors.FindAsync(alice.Id));
        Assert.True(await factors.SpendRecoveryCodeAsync(alice.Id, $"code-{winner}"));
    }

    [Fact]
    public async Task A_recovery_code_is_spent_by_one()
    {
        await using var storage = await NewAsync();
        var factors = storage.Get<SecondFactors>();
        var (alice, bob) = (await PersonAsync(storage), await PersonAsync(storage));
        await factors.AddAuthenticatorAsync(alice.Id, "key", ["a", "b"], "stamp", Now);
        Assert.False(await factors.SpendRecoveryCodeAsync(bob.Id, "a"));
        Assert.Single(await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => factors.SpendRecoveryCodeAsync(alice.Id, "a")))), won => won);
        Assert.Equal(1, (await factors.FindAsync(alice.Id)).RecoveryCodes);
    }

    [Fact]
    public async Task New_codes_stand_in_for_the_old_where_there_is_something_to_stand_in_for()
    {
        await using var storage = await NewAsync();
        var factors = storage.Get<SecondFactors>();
        var alice = await PersonAsync(storage);
        Assert.False(await factors.ReplaceRecoveryCodesAsync(alice.Id, ["c"], "stamp-1"));
        await factors.AddAuthenticatorAsync(alice.Id, "key", ["a", "b"], "stamp-2", Now);
        Assert.True(await factors.ReplaceRecoveryCodesAsync(alice.Id, ["b", "c", "d"], "stamp-3"));
        Assert.False(await factors.SpendRecoveryCodeAsync(alice.Id, "a"));
        Assert.True(await factors.SpendRecoveryCodeAsync(alice.Id, "b"));
        Assert.Equal(2, (await factors.FindAsync(alice.Id)).RecoveryCodes);
    }

    [Fact]
    public async Task Removing_takes_the_codes_and_the_remembering_of_browsers_and_changes_the_stamps()
    {
        await using var storage = await NewAsync();
        var factors = storage.Get<SecondFactors>();
        var alice = await PersonAsync(storage);
        Assert.False(await factors.RemoveAuthenticatorAsync(alice.Id, "stamp-0", Now));
        await factors.AddAuthenticatorAsync(alice.Id, "key", ["a"], "stamp-1", Now);
        await RememberAsync(storage, alice);
        Assert.True(await factors.RemoveAuthenticatorAsync(alice.Id, "stamp-2", Now));
        Assert.Equal(AccountFactors.None, await factors.FindAsync(alice.Id));
        Assert.Null(await factors.FindAuthenticatorAsync(alice.Id));
        Assert.Null((await storage.Get<KnownBrowsers>().FindAsync(new byte[32], alice.Id))!.TrustedUntil);
        Assert.Equal("stamp-2", await storage.AskAsync(db => db.Users.Where(u => u.Id == alice.Id).Select(u => u.SecurityStamp).SingleAsync()));
    }

    [Fact]
    public async Task A_reset_takes_all_and_ends_every_session_and_gives_way_to_who_was_first()
    {
        await using var storage = await NewAsync();
        var factors = storage.Get<SecondFactors>();
        var alice = await PersonAsync(storage, "a hash");
        await factors.AddAuthenticatorAsync(alice.Id, "key", ["a"], "stamp-1", Now);
        await RememberAsync(storage, alice);
        var session = Given.Session() with { UserId = alice.Id };
        await storage.Sessions.AddAsync(session, new byte[32]);

        Assert.False(await factors.ResetAsync(alice, "stamp-2", FamilyEnd.EndedByOperator, Now));
        var read = await storage.AskAsync(db => db.Users.AsNoTracking().SingleAsync(u => u.Id == alice.Id));
        Assert.True(await factors.ResetAsync(read, "stamp-3", FamilyEnd.EndedByOperator, Now));
        Assert.Equal(AccountFactors.None, await factors.FindAsync(alice.Id));
        Assert.NotNull((await storage.Sessions.FindAsync(session.SessionId))!.EndedAt);
        Assert.Null((await storage.Get<KnownBrowsers>().FindAsync(new byte[32], alice.Id))!.TrustedUntil);
    }

    [Theory]
    [InlineData(null, false, 1)]
    [InlineData(null, true, 0)]
    [InlineData("a hash", false, 0)]
    public async Task A_reset_leaves_passkeys_only_where_nothing_else_signs_in(string? passwordHash, bool isLinked, int left)
    {
        await using var storage = await NewAsync();
        var alice = await PersonAsync(storage, passwordHash);
        var upstream = UpstreamsContract.Upstream("elsewhere");
        await storage.Get<Upstreams>().AddAsync(new(upstream, SealedSecret: null));
        if (isLinked)
            await storage.Get<UpstreamLinks>().AddAsync(alice.Id, new(upstream.Issuer, "alice", null));
        await storage.Get<Passkeys>().AddAsync(alice.Id, new([1], [2], Now, 0, [], isUserVerified: true, isBackupEligible: true, isBackedUp: true, [], []));

        Assert.True(await storage.Get<SecondFactors>().ResetAsync(alice, "stamp", FamilyEnd.EndedByOperator, Now));
        Assert.Equal(left, await storage.Get<Passkeys>().CountAsync(alice.Id));
    }

    [Fact]
    public async Task Of_tries_that_race_no_more_are_allowed_than_are_free_and_one_at_the_end_of_each_wait()
    {
        await using var storage = await NewAsync();
        var tries = storage.Get<SecondFactorTries>();
        var alice = await PersonAsync(storage);
        var taken = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => tries.TakeAsync(alice.Id, browser: null, Now))));
        Assert.Equal(AttemptLimit.OfSecondFactor.Free, taken.Count(t => t));

        Assert.False(await tries.TakeAsync(alice.Id, null, Now + AttemptLimit.OfSecondFactor.FirstDelay - TimeSpan.FromSeconds(1)));
        Assert.True(await tries.TakeAsync(alice.Id, null, Now + AttemptLimit.OfSecondFactor.FirstDelay));
        Assert.False(await tries.TakeAsync(alice.Id, null, Now + AttemptLimit.OfSecondFactor.FirstDelay));

        await tries.ForgetAsync(alice.Id, null);
        Assert.True(await tries.TakeAsync(alice.Id, null, Now));
        Assert.False(await tries.TakeAsync(Given.NewId(), null, Now));
    }

    [Fact]
    public async Task Who_guesses_elsewhere_takes_no_tries_from_a_browser_that_the_person_is_known_in_nor_the_other_way()
    {
        await using var storage = await NewAsync();
        var tries = storage.Get<SecondFactorTries>();
        var alice = await PersonAsync(storage);
        await storage.Get<KnownBrowsers>().SeenAsync(new byte[32], alice.Id, null, null, Now);
        for (var i = 0; i < AttemptLimit.OfSecondFactor.Free; i++)
            Assert.True(await tries.TakeAsync(alice.Id, [.. Enumerable.Repeat((byte)9, 32)], Now));
        Assert.False(await tries.TakeAsync(alice.Id, null, Now));
        for (var i = 0; i < AttemptLimit.OfSecondFactor.Free; i++)
            Assert.True(await tries.TakeAsync(alice.Id, new byte[32], Now));
        Assert.False(await tries.TakeAsync(alice.Id, new byte[32], Now));

        await tries.ForgetAsync(alice.Id, new byte[32]);
        Assert.True(await tries.TakeAsync(alice.Id, new byte[32], Now));
    }

    [Fact]
    public async Task Tries_elsewhere_are_forgotten_with_the_factors_or_the_password_that_they_were_at_and_with_nothing_that_was_refused()
    {
        await using var storage = await NewAsync();
        var (factors, tries) = (storage.Get<SecondFactors>(), storage.Get<SecondFactorTries>());
        var alice = await PersonAsync(storage, "a hash");
        await CloseAsync();
        Assert.False(await factors.AddAuthenticatorAsync(alice.Id, "key", ["a"], "stamp-0", Now, read: "another"));
        Assert.False(await tries.TakeAsync(alice.Id, null, Now));
        Assert.True(await factors.AddAuthenticatorAsync(alice.Id, "key", ["a"], "stamp-1", Now));
        await CloseAsync();
        Assert.True(await factors.ResetAsync(await ReadAsync(), "stamp-2", FamilyEnd.EndedByOperator, Now));
        await CloseAsync();
        Assert.True(await storage.Get<Users>().ChangeAndEndAsync(await ReadAsync(), "stamp-3", kept: null, FamilyEnd.GrantRevoked, Now));
        await CloseAsync();

        Task<User> ReadAsync() => storage.AskAsync(db => db.Users.AsNoTracking().SingleAsync(u => u.Id == alice.Id));
        async Task CloseAsync()
        {
            for (var i = 0; i < AttemptLimit.OfSecondFactor.Free; i++)
                Assert.True(await tries.TakeAsync(alice.Id, null, Now));
            Assert.False(await tries.TakeAsync(alice.Id, null, Now));
        }
    }

    private static async Task RememberAsync(TestStorage storage, User user)
    {
        await storage.Get<KnownBrowsers>().SeenAsync(new byte[32], user.Id, null, null, Now);
        await storage.Get<KnownBrowsers>().TrustAsync(new byte[32], user.Id, Now.AddDays(30));
    }

    private static async Task<User> PersonAsync(TestStorage storage, string? passwordHash = null)
    {
        var id = Given.NewId();
        var user = new User { Id = id, UserName = $"person-{id:N}", CreatedAt = Now, ConcurrencyStamp = "1", PasswordHash = passwordHash };
        await storage.AskAsync(db =>
        {
            db.Users.Add(user);
            return db.SaveChangesAsync();
        });
        return user;
    }
}
