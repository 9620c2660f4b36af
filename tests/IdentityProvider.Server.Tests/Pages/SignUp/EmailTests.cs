using System.Net;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Server.Tests.Mail;

namespace IdentityProvider.Server.Tests.Pages.SignUp;

/// <summary><c>/account/email</c>, <c>/confirm-email</c>, and signing in by an address.</summary>
public sealed class EmailTests(OpenServer fixture) : IClassFixture<OpenServer>
{
    private TestServer Server => fixture.Server;

    [Fact]
    public async Task A_new_address_counts_when_its_link_was_opened_and_the_old_one_is_told()
    {
        var (before, after) = (Correspondent.NewAddress(), Correspondent.NewAddress());
        using var browser = await SignUpAsync(before);
        var sent = await ChangeAsync(browser, after);
        Assert.Contains(after, sent.Text, StringComparison.Ordinal);
        Assert.Equal(before, (await Server.FindAsync(before))!.Email);

        var confirm = await browser.OpenAsync((await Server.NewestMailToAsync(after)).Link);
        Assert.Equal("Confirm the address", confirm.Heading);
        Assert.Equal(before, (await Server.FindAsync(before))!.Email);
        Assert.Contains("Your e-mail address is confirmed", (await browser.SubmitAsync(confirm)).Text, StringComparison.Ordinal);

        // The user name was the old address.
        var user = (await Server.FindAsync(after))!;
        Assert.Equal((after, true), (user.Email, user.EmailConfirmed));
        Assert.Equal((after, true), ((string?)JsonNode.Parse(user.Claims)!["email"], (bool)JsonNode.Parse(user.Claims)!["email_verified"]!));
        var notice = await Server.NewestMailToAsync(before);
        Assert.Equal("Your e-mail address at localhost:8080 was changed", notice.Subject);
        Assert.DoesNotContain(after, notice.Text, StringComparison.Ordinal);
        using var later = new Browser(Server);
        Assert.Equal("Sign in", (await later.SignInAsync(await later.OpenAsync("/login"), before, Correspondent.NewPassword)).Heading);
        Assert.NotEqual("Sign in", (await later.SignInAsync(await later.OpenAsync("/login"), after, Correspondent.NewPassword)).Heading);
    }

    [Fact]
    public async Task Links_to_the_old_address_die_with_the_change()
    {
        var (before, after) = (Correspondent.NewAddress(), Correspondent.NewAddress());
        using var browser = await SignUpAsync(before);
        using var thief = new Browser(Server);
        var reset = await thief.OpenLinkAsync(Server, "/forgot", before);
        await ChangeAsync(browser, after);
        await browser.SubmitAsync(await browser.OpenAsync((await Server.NewestMailToAsync(after)).Link));
        Assert.Equal("This link does not work any more", (await thief.ChooseAsync(reset)).Heading);
    }

    [Fact]
    public async Task Nobody_confirms_for_another_and_a_forwarded_link_gives_its_finder_nothing()
    {
        var (mine, wanted) = (Correspondent.NewAddress(), Correspondent.NewAddress());
        using var attacker = await SignUpAsync(mine);
        await ChangeAsync(attacker, wanted);
        var link = (await Server.NewestMailToAsync(wanted)).Link;

        // Whose mailbox it is has an account of their own, or none.
        using var victim = new Browser(Server);
        Assert.Equal("Sign in", (await victim.OpenAsync(link)).Heading);
        await victim.SignInAsync(await victim.OpenAsync("/login"), await Server.AddPersonAsync());
        var refused = await victim.OpenAsync(link);
        Assert.Equal(((HttpStatusCode)Refusals.Of(Refusal.AccountLinkOfAnother).Status, "This link is for another account"), (refused.Status, refused.Heading));

        // The account's own person may sign in first, and comes back to it.
        using var phone = new Browser(Server);
        var confirm = await phone.SignInAsync(await phone.OpenAsync(link), mine, Correspondent.NewPassword);
        Assert.Equal("Confirm the address", confirm.Heading);
    }

    [Fact]
    public async Task An_address_that_another_account_has_is_told_its_owner_alone()
    {
        var (mine, theirs) = (Correspondent.NewAddress(), Correspondent.NewAddress());
        await Server.AddReaderAsync(theirs);
        using var browser = await SignUpAsync(mine);
        var (taken, free) = (await ChangeAsync(browser, theirs), await ChangeAsync(browser, Correspondent.NewAddress()));
        Assert.Equal((taken.Status, taken.Heading), (free.Status, free.Heading));
        var mail = Assert.Single(await Server.MailsToAsync(theirs));
        Assert.Equal("You have an account at localhost:8080 already", mail.Subject);
        Assert.DoesNotContain("link=", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_accounts_that_confirm_one_address_the_first_has_it()
    {
        var wanted = Correspondent.NewAddress();
        using var first = await SignUpAsync(Correspondent.NewAddress());
        using var second = await SignUpAsync(Correspondent.NewAddress());
        await ChangeAsync(first, wanted);
        var one = await first.OpenAsync((await Server.NewestMailToAsync(wanted)).Link);
        await ChangeAsync(second, wanted.ToUpperInvariant());
        var two = await second.OpenAsync((await Server.NewestMailToAsync(wanted)).Link);
        var done = await Task.WhenAll(first.SubmitAsync(one), second.SubmitAsync(two));
        Assert.Single(done, page => page.Text.Contains("Your e-mail address is confirmed", StringComparison.Ordinal));
        Assert.Single(done, page => page.Heading == "This address has an account already");
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("a@example.com\r\nBcc: eve@example.com")]
    public async Task What_is_no_address_is_told(string typed)
    {
        using var browser = await SignUpAsync(Correspondent.NewAddress());
        var page = await ChangeAsync(browser, typed);
        Assert.Equal(((HttpStatusCode)Refusals.Of(Refusal.EmailAddressMalformed).Status, "E-mail address"), (page.Status, page.Heading));
    }

    [Fact]
    public async Task A_person_signs_in_by_an_address_that_is_theirs_and_by_none_that_was_only_said()
    {
        var (proved, said) = (Correspondent.NewAddress(), Correspondent.NewAddress());
        await Server.AddReaderAsync(proved);
        await Server.AddPersonAsync(user => user.SetEmail(said, isVerified: false, null));
        using var browser = new Browser(Server);
        Assert.Equal("Sign in", (await browser.SignInAsync(await browser.OpenAsync("/login"), said)).Heading);
        Assert.NotEqual("Sign in", (await browser.SignInAsync(await browser.OpenAsync("/login"), proved.ToUpperInvariant())).Heading);
    }

    [Fact]
    public async Task An_address_means_its_owner_even_where_it_is_anothers_name()
    {
        var address = Correspondent.NewAddress();
        await Server.AddPersonAsync(user => user.UserName = address);
        var owner = await Server.AddReaderAsync(address);
        using var browser = new Browser(Server);
        var account = await browser.SignInAsync(await browser.OpenAsync("/login?return_to=account"), address);
        Assert.Contains(owner, account.Text, StringComparison.Ordinal);

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => Server.AddPersonAsync(user => user.UserName = address.ToUpperInvariant()));
        Assert.Contains("DuplicateUserName", refused.Message, StringComparison.Ordinal);
    }

    private async Task<Browser> SignUpAsync(string address)
    {
        var browser = new Browser(Server);
        Assert.Equal("Your account", (await browser.FinishAsync(await browser.OpenLinkAsync(Server, "/signup", address))).Heading);
        return browser;
    }

    private static async Task<Page> ChangeAsync(Browser browser, string address) =>
        await browser.SubmitAsync(await browser.OpenAsync("/account/email"), ("email", address));
}
