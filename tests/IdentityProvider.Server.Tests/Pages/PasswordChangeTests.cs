using System.Net;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary><c>/account/password</c>, and the history that sign-ins leave.</summary>
public sealed class PasswordChangeTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private const string NewPassword = "a lighthouse keeper's other tune";

    private TestServer Server => fixture.Server;

    [Fact]
    public async Task A_new_password_ends_every_other_device_and_offline_access_and_gives_this_session_a_new_secret()
    {
        var username = await Server.AddPersonAsync();
        using var here = await SignInAsync(username);
        using var phone = await SignInAsync(username);
        var appHere = await AppAccess.OpenAsync(Server, here);
        var appThere = await AppAccess.OpenAsync(Server, phone);
        var offline = await AppAccess.OpenAsync(Server, here, "scope=openid offline_access");
        var before = here.SetCookies["idp-session"].Split(';')[0];
        var session = (await here.OpenAsync("/account/password")).Fields["shown"];

        var done = await ChangeAsync(here, Person.Password, NewPassword);
        Assert.Equal("Your account", done.Heading);
        Assert.Contains("Your password is changed", done.Text, StringComparison.Ordinal);
        Assert.Equal(session, (await here.OpenAsync("/account/password")).Fields["shown"]);
        Assert.NotEqual(before, here.SetCookies["idp-session"].Split(';')[0]);
        using var thief = new Browser(Server, keepsCookies: false);
        Assert.Equal("/login?return_to=account", (await thief.SendAsync(HttpMethod.Get, "/account", null, before)).Location);

        Assert.Equal("Sign in", (await phone.OpenAsync("/account")).Heading);
        Assert.Equal((true, false, false), (await appHere.IsAliveAsync(), await appThere.IsAliveAsync(), await offline.IsAliveAsync()));
        using var later = new Browser(Server);
        Assert.Equal("Sign in", (await later.SignInAsync(await later.OpenAsync("/login"), username)).Heading);
        Assert.Equal("Your sign-in for every app", (await later.SignInAsync(await later.OpenAsync("/login"), username, NewPassword)).Heading);
    }

    [Theory]
    [InlineData("short", "short", Refusal.PasswordTooShort)]
    [InlineData(Person.Password, Person.Password, Refusal.PasswordUnchanged)]
    [InlineData(NewPassword, NewPassword + "!", Refusal.NewPasswordsDiffer)]
    [InlineData("", "", Refusal.NewPasswordsDiffer)]
    public async Task A_new_password_that_can_not_be_is_told_and_changes_nothing(string chosen, string repeated, Refusal reason)
    {
        var username = await Server.AddPersonAsync();
        using var here = await SignInAsync(username);
        using var phone = await SignInAsync(username);
        var page = await ChangeAsync(here, Person.Password, chosen, repeated);
        Assert.Equal(((HttpStatusCode)Refusals.Of(reason).Status, "Change password"), (page.Status, page.Heading));
        Assert.Contains("role=\"alert\"", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(Person.Password, page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(NewPassword, WebUtility.HtmlDecode(page.Html), StringComparison.Ordinal);
        Assert.Equal("Your account", (await phone.OpenAsync("/account")).Heading);
        Assert.Equal("Your sign-in for every app", (await here.SignInAsync(await here.OpenAsync("/login"), username)).Heading);
    }

    [Fact]
    public async Task A_password_without_end_is_one_that_can_not_be()
    {
        using var here = await SignInAsync(await Server.AddPersonAsync());
        Assert.Equal(HttpStatusCode.BadRequest, (await ChangeAsync(here, Person.Password, new string('p', PasswordRules.Longest + 1))).Status);
    }

    [Fact]
    public async Task A_wrong_current_password_counts_as_a_failed_sign_in()
    {
        var username = await Server.AddPersonAsync();
        using var here = await SignInAsync(username);
        for (var i = 0; i < 5; i++)
            Assert.Contains("current password isn’t right", (await ChangeAsync(here, "not it", NewPassword)).Text, StringComparison.Ordinal);

        // Locked, as by the sign-in itself: the right one is not heard either.
        Assert.Equal("Change password", (await ChangeAsync(here, Person.Password, NewPassword)).Heading);
        Assert.Equal((4, 1), ((await HistoryAsync(username)).Single(e => e.Outcome == SignInOutcome.WrongPassword).Count, (await HistoryAsync(username)).Single(e => e.Outcome == SignInOutcome.Locked).Count));
    }

    [Fact]
    public async Task The_history_tells_of_sign_ins_and_failures_and_of_nothing_that_was_typed()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server, userAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36");
        var login = await browser.OpenAsync("/login");
        await browser.SignInAsync(login, username, "a mistyped one");
        await browser.SignInAsync(login, username + "-unknown");
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        await browser.SignInAsync(login, username);

        var account = await browser.OpenAsync("/account");
        Assert.Matches("Recent sign-ins Signed in: password .* UTC Chrome on Windows ?, [0-9a-f.:]+ Wrong password .* UTC Chrome on Windows", account.Text);
        Assert.DoesNotContain("mistyped", account.Html, StringComparison.Ordinal);
        Assert.Equal([SignInOutcome.SignedIn, SignInOutcome.WrongPassword], (await HistoryAsync(username)).Select(e => e.Outcome));

        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        await ChangeAsync(browser, Person.Password, NewPassword);
        Assert.Contains("Recent sign-ins", (await browser.OpenAsync("/account")).Text, StringComparison.Ordinal);
        Assert.Contains(SignInOutcome.PasswordChanged, (await HistoryAsync(username)).Select(e => e.Outcome));
    }

    [Fact]
    public async Task A_flood_of_wrong_passwords_fills_no_history()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync("/login");
        for (var i = 0; i < 9; i++)
            await browser.SignInAsync(login, username, "not it");
        Assert.Equal([(SignInOutcome.Locked, 1), (SignInOutcome.WrongPassword, 4)], (await HistoryAsync(username)).OrderBy(e => e.Count).Select(e => (e.Outcome, e.Count)));
    }

    private async Task<Browser> SignInAsync(string username)
    {
        var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        return browser;
    }

    private static async Task<Page> ChangeAsync(Browser browser, string current, string chosen, string? repeated = null) => await browser.SubmitAsync(
        await browser.OpenAsync("/account/password"), ("current_password", current), ("new_password", chosen), ("repeated_password", repeated ?? chosen));

    private async Task<IReadOnlyList<SignInEvent>> HistoryAsync(string username) =>
        await Server.Get<SignInEvents>().ListAsync(await Server.UserIdAsync(username), Server.Clock.GetUtcNow(), 100, TestContext.Current.CancellationToken);
}
