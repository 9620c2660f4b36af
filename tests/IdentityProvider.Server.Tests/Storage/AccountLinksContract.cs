using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Storage;

/// <summary>Links in mails, who may use one, and whose an address is.</summary>
public abstract class AccountLinksContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;

    [Fact]
    public async Task Of_those_who_use_a_link_at_once_one_gives_the_password_and_every_older_link_dies()
    {
        await using var storage = await NewAsync();
        var user = await AddUserAsync(storage, "ada", "ada@example.com");
        var session = Given.Session() with { UserId = user.Id };
        await storage.Sessions.AddAsync(session, Hash(1));
        var (older, link) = (ResetOf(user), ResetOf(user));
        Assert.True(await storage.Get<AccountLinks>().AddAsync(older));
        Assert.True(await storage.Get<AccountLinks>().AddAsync(link));
        Assert.False(await storage.Get<AccountLinks>().AddAsync(link));
        Assert.NotNull(await storage.Get<Attempts>().TakeAsync(AttemptKey.OfAccount(user.Id), AttemptLimit.OfAccount, Now));

        var won = await RaceAsync(storage, i => storage.Get<AccountLinks>().ResetPasswordAsync(link, $"hash-{i}", $"stamp-{i}", Notice(user), Now));

        var winner = Array.IndexOf(won, true);
        Assert.Single(won, true);
        var after = await storage.AskAsync(db => db.Users.AsNoTracking().SingleAsync(u => u.Id == user.Id));
        Assert.Equal(($"hash-{winner}", $"stamp-{winner}"), (after.PasswordHash, after.SecurityStamp));
        Assert.Null(await storage.Get<Attempts>().FindAsync(AttemptKey.OfAccount(user.Id)));
        Assert.Single(await storage.ListAsync());
        Assert.NotNull((await storage.Sessions.FindAsync(session.SessionId))!.EndedAt);
        Assert.False(await storage.Get<AccountLinks>().ResetPasswordAsync(older, "other", "other", null, Now));
        var found = (await storage.Get<AccountLinks>().FindAsync(older.LinkId))!.Value;
        Assert.True(AccountLinkRules.Decide(found.Link, AccountLinkPurpose.PasswordReset, found.SecurityStamp, Now) is Protocol.Decision<StoredAccountLink>.Refused { Reason: Protocol.Refusal.AccountLinkSuperseded });
    }

    [Fact]
    public async Task A_link_does_nothing_after_its_time_nor_for_an_account_that_is_disabled_or_gone()
    {
        await using var storage = await NewAsync();
        var links = storage.Get<AccountLinks>();
        var user = await AddUserAsync(storage, "ada", "ada@example.com");
        var link = ResetOf(user);
        await links.AddAsync(link);
        Assert.False(await links.ResetPasswordAsync(link, "hash", "stamp", null, link.ExpiresAt));
        await storage.AskAsync(db => db.Users.ExecuteUpdateAsync(set => set.SetProperty(u => u.DisabledAt, Now)));
        Assert.False(await links.ResetPasswordAsync(link, "hash", "stamp", null, Now));
        Assert.Null((await links.FindAsync(link.LinkId))!.Value.SecurityStamp);
        await storage.AskAsync(db => db.Users.ExecuteDeleteAsync());
        Assert.False(await links.ResetPasswordAsync(link, "hash", "stamp", null, Now));
        Assert.Null(await links.FindAsync(Given.NewId()));
        Assert.Equal(0, (await storage.Get<ExpiredRows>().PruneAsync(link.ExpiresAt + ExpiredRows.Kept)).AccountLinks);
        Assert.Equal(1, (await storage.Get<ExpiredRows>().PruneAsync(link.ExpiresAt + ExpiredRows.Kept + TimeSpan.FromMinutes(1))).AccountLinks);
    }

    [Fact]
    public async Task Of_those_who_finish_a_sign_up_at_once_one_has_the_account_with_its_roles()
    {
        await using var storage = await NewAsync();
        await storage.AskAsync(async db =>
        {
            db.Roles.Add(new Role { Id = Given.NewId(), Name = "Kitchen help", NormalizedName = "KITCHEN HELP" });
            return await db.SaveChangesAsync();
        });
        var link = Link(AccountLinkPurpose.Invitation) with { Roles = ["Kitchen help"] };
        await storage.Get<AccountLinks>().AddAsync(link);

        var outcomes = await RaceAsync(storage, _ => storage.Get<AccountLinks>().CreateAccountAsync(link, User("ada@example.com", "ada@example.com"), Now));

        Assert.Single(outcomes, AccountLinkOutcome.Done);
        Assert.All(outcomes.Where(o => o != AccountLinkOutcome.Done), o => Assert.Equal(AccountLinkOutcome.LinkIsGone, o));
        var user = await storage.AskAsync(db => db.Users.AsNoTracking().SingleAsync());
        Assert.Equal(["Kitchen help"], await storage.Get<Users>().FindRolesAsync(user.Id) ?? []);
    }

    [Fact]
    public async Task An_address_that_was_proved_is_one_accounts_however_it_is_written_and_one_that_was_only_said_is_nobodys()
    {
        await using var storage = await NewAsync();
        var (links, mailboxes) = (storage.Get<AccountLinks>(), storage.Get<Mailboxes>());
        await AddUserAsync(storage, "said", "ada@example.com", isVerified: false);
        var second = await AddUserAsync(storage, "second", "second@example.com");
        Assert.Null((await mailboxes.FindNamedAsync("said"))!.Address);
        Assert.Null(await mailboxes.FindNamedAsync("ada@example.com"));

        var signUp = Link(AccountLinkPurpose.SignUp);
        await links.AddAsync(signUp);
        Assert.Equal(AccountLinkOutcome.Done, await links.CreateAccountAsync(signUp, User("ada@example.com", "ada@example.com"), Now));

        var taking = Link(AccountLinkPurpose.EmailChange) with { UserId = second.Id, SecurityStamp = second.SecurityStamp, Address = "ADA@example.com" };
        await links.AddAsync(taking);
        Assert.Equal(AccountLinkOutcome.AddressIsTaken, await links.ConfirmAddressAsync(taking, "stamp", null, Now));
        Assert.Null((await links.FindAsync(taking.LinkId))!.Value.Link.UsedAt);
        Assert.Equal("second@example.com", (await mailboxes.FindAsync(second.Id))!.Address);
        Assert.Equal("ada@example.com", (await mailboxes.FindNamedAsync(" Ada@EXAMPLE.com "))!.Address);
    }

    [Fact]
    public async Task A_change_of_address_is_one_for_columns_claims_and_a_user_name_that_was_the_old_one()
    {
        await using var storage = await NewAsync();
        var user = await AddUserAsync(storage, "old@example.com", "old@example.com");
        await storage.AskAsync(db => db.Users.ExecuteUpdateAsync(set => set.SetProperty(u => u.Claims, """{"name":"Ada","email":"old@example.com","email_verified":true}""")));
        var link = Link(AccountLinkPurpose.EmailChange) with { UserId = user.Id, SecurityStamp = user.SecurityStamp, Address = "New@example.com" };
        await storage.Get<AccountLinks>().AddAsync(link);

        Assert.Equal(AccountLinkOutcome.Done, await storage.Get<AccountLinks>().ConfirmAddressAsync(link, "stamp", Notice(user), Now));

        var after = await storage.AskAsync(db => db.Users.AsNoTracking().SingleAsync());
        Assert.Equal(("New@example.com", "NEW@EXAMPLE.COM", true, "New@example.com", "NEW@EXAMPLE.COM"), (after.Email, after.NormalizedEmail, after.EmailConfirmed, after.UserName, after.NormalizedUserName));
        var claims = JsonNode.Parse(after.Claims)!;
        Assert.Equal(("Ada", "New@example.com", true, Now.ToUnixTimeSeconds()), ((string?)claims["name"], (string?)claims["email"], (bool)claims["email_verified"]!, (long)claims["updated_at"]!));
        Assert.Equal("old@example.com", Assert.Single(await storage.ListAsync()).Mail!.Address);
        Assert.Equal(AccountLinkOutcome.LinkIsGone, await storage.Get<AccountLinks>().ConfirmAddressAsync(link, "again", Notice(user), Now));
    }

    [Fact]
    public async Task Mail_waits_in_a_lane_of_its_own()
    {
        await using var storage = await NewAsync();
        await storage.WithMessageAsync();
        var outbox = storage.Get<Outbox>();
        var mail = new OutgoingMail(Given.NewId(), new() { Kind = MailKind.Invitation, Address = "ada@example.com", Roles = ["cook"], Facts = new Dictionary<string, string> { ["a"] = "b" } }, null, Now.AddDays(7));
        Assert.True(await outbox.AddMailAsync(mail, Now));
        Assert.False(await outbox.AddMailAsync(mail, Now));
        Assert.Equal(["", "shop"], (await outbox.DueClientsAsync(Now, [], 10)).Order(StringComparer.Ordinal));
        var claimed = await outbox.ClaimAsync(OutboxMessage.NoClient, Now, TimeSpan.FromMinutes(1));
        Assert.Equal((OutboxKind.Mail, mail.MailId, Guid.Empty, "ada@example.com", "b", "cook", Given.Kept(Now.AddDays(7))), (claimed!.Kind, claimed.SessionId, claimed.UserId, claimed.Mail!.Address, claimed.Mail.Facts["a"], claimed.Mail.Roles[0], claimed.ExpiresAt));
        Assert.Null(await outbox.ClaimAsync(OutboxMessage.NoClient, Now, TimeSpan.FromMinutes(1)));
    }

    private static StoredAccountLink Link(AccountLinkPurpose purpose) =>
        new() { LinkId = Given.NewId(), Purpose = purpose, Address = "ada@example.com", CreatedAt = Now, ExpiresAt = Now + AccountLinkRules.LifetimeOf(purpose) };

    private static StoredAccountLink ResetOf(User user) => Link(AccountLinkPurpose.PasswordReset) with { UserId = user.Id, SecurityStamp = user.SecurityStamp };

    private static OutgoingMail Notice(User user) => new(Given.NewId(), new() { Kind = MailKind.Notice, Address = user.Email! }, user.Id, Now.AddDays(1));

    private static User User(string name, string email, bool isVerified = true)
    {
        var user = new User
        {
            Id = Given.NewId(), UserName = name, NormalizedUserName = name.ToUpperInvariant(), SecurityStamp = "first", CreatedAt = Now,
        };
        user.SetEmail(email, isVerified, Now);
        return user;
    }

    private static async Task<User> AddUserAsync(TestStorage storage, string name, string email, bool isVerified = true)
    {
        var user = User(name, email, isVerified);
        await storage.AskAsync(async db =>
        {
            db.Users.Add(user);
            return await db.SaveChangesAsync();
        });
        return user;
    }
}
