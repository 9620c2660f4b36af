using System.Net;
using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Mail;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary>Authenticator apps, recovery codes and remembered browsers, by the pages that people see.</summary>
public sealed class SecondFactorTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private TestServer Server => fixture.Server;

    [Fact]
    public async Task Whoever_sets_an_app_up_is_asked_for_its_code_from_then_on()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        var setup = await browser.OpenAsync("/account/security/authenticator");
        Assert.Contains("<img src=\"data:image/svg+xml;base64,", WebUtility.HtmlDecode(setup.Html), StringComparison.Ordinal);
        Assert.Equal(Totp.KeyLength, AuthenticatorApp.KeyOf(setup).Length);

        // A wrong first code changes nothing, and the key stays what the app has by now.
        var again = await browser.SubmitAsync(setup, ("code", "12345"));
        Assert.Equal((HttpStatusCode)Refusals.Of(Refusal.AuthenticatorNotConfirmed).Status, again.Status);
        Assert.Equal(AuthenticatorApp.KeyOf(setup), AuthenticatorApp.KeyOf(again));
        var app = await AuthenticatorApp.ConfirmAsync(Server, browser, again);
        Assert.Equal(RecoveryCode.Count, app.RecoveryCodes.Distinct().Count());

        using var elsewhere = new Browser(Server);
        var second = await elsewhere.SignInAsync(await elsewhere.OpenAsync("/login"), username);
        Assert.Equal("One more step", second.Heading);
        Assert.DoesNotContain("idp-session", elsewhere.SetCookies.Keys);
        var wrong = await elsewhere.SubmitAsync(second, ("code", app.WrongCode));
        Assert.Equal(((HttpStatusCode)Refusals.Of(Refusal.SecondFactorWrong).Status, "One more step"), (wrong.Status, wrong.Heading));
        Assert.Contains("role=\"alert\"", wrong.Html, StringComparison.Ordinal);
        Assert.Equal("Your sign-in for every app", (await elsewhere.SubmitAsync(wrong, ("code", app.NextCode()))).Heading);
        var session = await SessionOfAsync(elsewhere);
        Assert.Equal(("pwd otp mfa", AcrRules.TwoFactors, false), (string.Join(' ', session.Amr), session.Acr, session.SecondFactorRemembered));

        // The history tells of each.
        var history = await Server.Get<SignInEvents>().ListAsync(session.UserId, Server.Clock.GetUtcNow(), 10, TestContext.Current.CancellationToken);
        Assert.Equal(
            new[] { SignInOutcome.SignedIn, SignInOutcome.SignedInNewBrowser, SignInOutcome.SecondFactorAdded, SignInOutcome.WrongSecondFactor }.Order(), history.Select(e => e.Outcome).Order());
    }

    [Fact]
    public async Task The_session_in_which_an_app_was_set_up_is_one_of_two_factors()
    {
        using var browser = new Browser(Server);
        await AuthenticatorApp.SetUpAsync(Server, browser, await Server.AddPersonAsync());
        Assert.Equal(["pwd", "otp", "mfa"], (await SessionOfAsync(browser)).Amr);
    }

    [Fact]
    public async Task Nothing_of_a_key_or_a_recovery_code_can_be_read_in_the_database()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        var app = await AuthenticatorApp.SetUpAsync(Server, browser, username);
        foreach (var secret in app.RecoveryCodes.Append(app.KeyText).Append(app.RecoveryCodes[0].Replace("-", "", StringComparison.Ordinal)))
            Assert.Equal("0", await ClusterFolder.AskAsync(Server.ConnectionString, $"""SELECT count(*) FROM "UserTokens" t WHERE t::text ILIKE '%{secret}%'"""));
        Assert.Equal((1 + RecoveryCode.Count).ToString(System.Globalization.CultureInfo.InvariantCulture), await ClusterFolder.AskAsync(Server.ConnectionString, $"""SELECT count(*) FROM "UserTokens" WHERE "UserId" = '{await Server.UserIdAsync(username)}'"""));
    }

    [Fact]
    public async Task A_recovery_code_stands_in_for_the_app_once_and_new_ones_end_the_old()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        var app = await AuthenticatorApp.SetUpAsync(Server, browser, username);

        using var elsewhere = new Browser(Server);
        var second = (await elsewhere.SignInAsync(await elsewhere.OpenAsync("/login"), username)).FormWith("recovery_code");
        Assert.Equal("Your sign-in for every app", (await elsewhere.SubmitAsync(second, ("recovery_code", app.RecoveryCodes[3].ToLowerInvariant()))).Heading);
        Assert.Equal(["pwd", "otp", "mfa"], (await SessionOfAsync(elsewhere)).Amr);
        Assert.Contains("Codes left: 9", (await elsewhere.OpenAsync("/account/security")).Text, StringComparison.Ordinal);
        Assert.Contains((await HistoryAsync(username)), e => e.Outcome == SignInOutcome.RecoveryCodeUsed);

        using var third = new Browser(Server);
        second = (await third.SignInAsync(await third.OpenAsync("/login"), username)).FormWith("recovery_code");
        Assert.Equal((HttpStatusCode)Refusals.Of(Refusal.SecondFactorWrong).Status, (await third.SubmitAsync(second, ("recovery_code", app.RecoveryCodes[3]))).Status);

        var fresh = await elsewhere.SubmitAsync((await elsewhere.OpenAsync("/account/security")).FormWith("Make new codes"));
        Assert.Equal("Keep your recovery codes", fresh.Heading);
        Assert.Equal((HttpStatusCode)Refusals.Of(Refusal.SecondFactorWrong).Status, (await third.SubmitAsync(
            (await third.SignInAsync(await third.OpenAsync("/login"), username)).FormWith("recovery_code"), ("recovery_code", app.RecoveryCodes[4]))).Status);
        Assert.Contains("Codes left: 10", (await elsewhere.OpenAsync("/account/security")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_remembered_browser_is_not_asked_until_it_is_forgotten_or_thirty_days_are_over()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        var app = await AuthenticatorApp.SetUpAsync(Server, browser, username);
        var planted = browser.SetCookies["idp-browser"];
        await RememberAsync(browser, username, app);

        // Its secret is new since, so that nobody who planted the old one is remembered too.
        Assert.NotEqual(planted.Split(';')[0], browser.SetCookies["idp-browser"].Split(';')[0]);
        Assert.Matches("^idp-browser=[A-Za-z0-9_-]{43}; max-age=34560000; path=/; samesite=lax; httponly$", browser.SetCookies["idp-browser"]);
        Assert.Equal("Your sign-in for every app", (await AgainAsync(browser, username)).Heading);
        var session = await SessionOfAsync(browser);
        Assert.Equal(("pwd", AcrRules.OneFactor, true), (string.Join(' ', session.Amr), session.Acr, session.SecondFactorRemembered));
        using var elsewhere = new Browser(Server);
        Assert.Equal("One more step", (await AgainAsync(elsewhere, username)).Heading);

        var security = await browser.OpenAsync("/account/security");
        Assert.Contains("No second step until", security.Text, StringComparison.Ordinal);
        var forgotten = await browser.SubmitAsync(security.FormWith("/account/security/browsers/forget"));
        Assert.Contains("That browser is forgotten.", forgotten.Text, StringComparison.Ordinal);
        Assert.Equal("One more step", (await AgainAsync(browser, username)).Heading);

        await RememberAsync(browser, username, app);
        Server.Clock.Advance(SignInRules.RememberedFor - TimeSpan.FromMinutes(1));
        Assert.Equal("Your sign-in for every app", (await AgainAsync(browser, username)).Heading);
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("One more step", (await AgainAsync(browser, username)).Heading);
    }

    [Fact]
    public async Task A_new_password_ends_the_remembering()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        var app = await AuthenticatorApp.SetUpAsync(Server, browser, username);
        await RememberAsync(browser, username, app);
        var change = await browser.OpenAsync("/account/password");
        await browser.SubmitAsync(change, ("current_password", Person.Password), ("new_password", "another horse battery"), ("repeated_password", "another horse battery"));

        // The session goes on as one of two factors; the next asks.
        Assert.Equal(["pwd", "otp", "mfa"], (await SessionOfAsync(browser)).Amr);
        Assert.Equal("One more step", (await browser.SignInAsync(await browser.OpenAsync("/login"), username, "another horse battery")).Heading);
    }

    [Fact]
    public async Task Taking_the_app_away_needs_a_sign_in_of_now_and_leaves_the_password()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        var app = await AuthenticatorApp.SetUpAsync(Server, browser, username);
        Server.Clock.Advance(Session.FreshFor + TimeSpan.FromMinutes(1));
        var security = await browser.OpenAsync("/account/security");
        Assert.Equal("Sign in", (await browser.SubmitAsync(security.FormWith("authenticator/remove"))).Heading);
        Assert.Equal("Sign in", (await browser.SubmitAsync(security.FormWith("recovery-codes"))).Heading);

        var second = await browser.SignInAsync(await browser.OpenAsync("/login?return_to=security"), username);
        var back = await browser.SubmitAsync(second, ("code", app.NextCode()));
        Assert.Equal("Sign-in and security", back.Heading);
        var done = await browser.SubmitAsync(back.FormWith("authenticator/remove"));
        Assert.Contains("The authenticator app is removed.", done.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Recovery codes", done.Text, StringComparison.Ordinal);
        Assert.Equal("Your sign-in for every app", (await AgainAsync(browser, username)).Heading);
        Assert.Contains(await HistoryAsync(username), e => e.Outcome == SignInOutcome.SecondFactorRemoved);
    }

    [Fact]
    public async Task Nobody_replaces_an_app_in_passing()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        await AuthenticatorApp.SetUpAsync(Server, browser, username);
        Assert.Contains("You have an authenticator app already.", (await browser.OpenAsync("/account/security/authenticator")).Text, StringComparison.Ordinal);
        Assert.Equal("One more step", (await browser.OpenAsync("/login/enroll")).Heading);
    }

    private static async Task RememberAsync(Browser browser, string username, AuthenticatorApp app) =>
        Assert.Equal("Your sign-in for every app", (await browser.SubmitAsync(await AgainAsync(browser, username), ("code", app.NextCode()), ("remember", "yes"))).Heading);

    private static async Task<Page> AgainAsync(Browser browser, string username) => await browser.SignInAsync(await browser.OpenAsync("/login"), username);

    [Fact]
    public async Task The_person_is_told_by_mail_when_a_second_factor_is_added_and_when_it_is_removed()
    {
        var address = $"{Server.Get<Entropy>().NewId():N}@example.com";
        var username = await Server.AddPersonAsync(user => user.SetEmail(address, isVerified: true, Server.Clock.GetUtcNow()));
        using var browser = new Browser(Server);
        await AuthenticatorApp.SetUpAsync(Server, browser, username);
        await browser.SubmitAsync((await browser.OpenAsync("/account/security")).FormWith("authenticator/remove"));
        var subjects = (await Server.MailsToAsync(address)).Select(m => m.Subject).ToList();
        Assert.Contains(subjects, s => s.StartsWith("A second step was added", StringComparison.Ordinal));
        Assert.Contains(subjects, s => s.StartsWith("A second step was removed", StringComparison.Ordinal));
    }

    private async Task<IReadOnlyList<SignInEvent>> HistoryAsync(string username) =>
        await Server.Get<SignInEvents>().ListAsync(await Server.UserIdAsync(username), Server.Clock.GetUtcNow(), 50, TestContext.Current.CancellationToken);

    private async Task<Session> SessionOfAsync(Browser browser)
    {
        var secret = browser.SetCookies["idp-session"].Split(';')[0].Split('=', 2)[1];
        return (await Server.Get<Sessions>().FindStandingAsync(SHA256.HashData(Encoding.ASCII.GetBytes(secret)), TestContext.Current.CancellationToken))!.Session;
    }
}
