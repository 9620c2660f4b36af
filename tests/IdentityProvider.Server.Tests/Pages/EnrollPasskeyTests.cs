using System.Net;
using System.Text.RegularExpressions;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Tests.Mail;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary>Who needs a second factor and has none may make a passkey on the way in, beside the authenticator app that is offered there.</summary>
public sealed class EnrollPasskeyTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private const string Enroll = "/login/enroll/passkey";

    private TestServer Server => fixture.Server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, "pwd swk user mfa")]
    [InlineData(false, "pwd swk mfa")]
    public async Task A_passkey_that_is_made_on_the_way_in_is_the_second_factor_and_has_recovery_codes(bool isUserVerified, string amr)
    {
        var username = await AddPersonAsync();
        using var browser = new Browser(Server);
        var setup = await SetUpAsync(browser, username);
        var (options, challenge) = await browser.AskAsync(setup, Enroll);
        Assert.Equal(username, options.GetProperty("user").GetProperty("name").GetString());
        Assert.Equal("required", options.GetProperty("authenticatorSelection").GetProperty("residentKey").GetString());
        Assert.Equal("preferred", options.GetProperty("authenticatorSelection").GetProperty("userVerification").GetString());
        Assert.DoesNotContain("idp-session", browser.SetCookies.Keys);

        using var passkey = await AuthenticatorAsync(username);
        var codes = await browser.AnswerAsync(setup, Enroll, challenge, (passkey with { IsUserVerified = isUserVerified }).Create(options));
        Assert.Equal((HttpStatusCode.OK, "Keep your recovery codes"), (codes.Status, codes.Heading));
        Assert.Equal(RecoveryCode.Count, Regex.Count(codes.Html, "<li><code>[0-9A-Z]{5}-[0-9A-Z]{5}</code></li>"));
        Assert.Contains("code", (await browser.OpenAsync(NextOf(codes))).Answer.Keys);

        var userId = await Server.UserIdAsync(username);
        var session = Assert.Single(await Server.Get<Sessions>().ListAsync(userId, alsoEnded: false, 10, Cancellation));
        Assert.Equal((amr, AcrRules.TwoFactors), (string.Join(' ', session.Amr), session.Acr));
        Assert.Equal(new AccountFactors { Passkeys = 1, RecoveryCodes = RecoveryCode.Count }, await Server.Get<SecondFactors>().FindAsync(userId, Cancellation));
        var history = await Server.Get<SignInEvents>().ListAsync(userId, Server.Clock.GetUtcNow(), 10, Cancellation);
        Assert.Equal("An unknown device", Assert.Single(history, e => e.Outcome == SignInOutcome.PasskeyAdded).Detail);
        Assert.Single(await Server.MailsToAsync(username + "@example.com"), mail => mail.Subject.StartsWith("A passkey was added", StringComparison.Ordinal));

        // From now on it signs in, by itself or after the password.
        using var elsewhere = new Browser(Server);
        Assert.Equal("/", (await elsewhere.UsePasskeyAsync(await elsewhere.OpenAsync("/login"), passkey)).Location);
        using var third = new Browser(Server);
        Assert.Equal("One more step", (await SignInAtStrictAppAsync(third, username)).Heading);
    }

    [Fact]
    public async Task The_page_offers_both_and_without_a_script_the_app_alone()
    {
        using var browser = new Browser(Server);
        var setup = await SetUpAsync(browser, await Server.AddPersonAsync());
        Assert.Matches($"<form method=\"post\" action=\"{Enroll}\" class=\"stack\" data-passkey=\"create\" data-options=\"{Enroll}/options\" hidden>", setup.Html);
        Assert.Contains("<noscript><p class=\"lead\">To add a passkey, switch on JavaScript in this browser.</p></noscript>", setup.Html, StringComparison.Ordinal);
        Assert.Contains("; script-src 'self'; connect-src 'self';", setup.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Contains("form-action 'self' https:", setup.Header("Content-Security-Policy"), StringComparison.Ordinal);
        await AuthenticatorApp.ConfirmAsync(Server, browser, setup);
    }

    [Fact]
    public async Task Where_two_factors_are_asked_for_by_name_the_authenticator_must_verify_its_person()
    {
        var username = await Server.AddPersonAsync();
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false });
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        var setup = await browser.OpenAsync(client.Request(Person.TwoFactors));
        using var passkey = await AuthenticatorAsync(username);
        var (options, challenge) = await browser.AskAsync(setup, Enroll);
        Assert.Equal("required", options.GetProperty("authenticatorSelection").GetProperty("userVerification").GetString());
        AssertRefused(await browser.AnswerAsync(setup, Enroll, challenge, (passkey with { IsUserVerified = false }).Create(options)));

        // Nor does a challenge of the account's page, which needs less.
        var lesser = await browser.AskAsync(await browser.OpenAsync(PasskeyPeople.Section), "/account/passkeys");
        AssertRefused(await browser.AnswerAsync(setup, Enroll, lesser.Challenge, (passkey with { IsUserVerified = false }).Create(lesser.Options)));
        Assert.Equal(0, await Server.Get<Passkeys>().CountAsync(await Server.UserIdAsync(username), Cancellation));

        // What was asked for is still good, since nothing came of it.
        var codes = await browser.AnswerAsync(setup, Enroll, challenge, passkey.Create(options));
        Assert.Contains("code", (await browser.OpenAsync(NextOf(codes))).Answer.Keys);
    }

    [Fact]
    public async Task Whoever_set_a_second_factor_up_meanwhile_is_not_joined_by_who_has_the_password_alone()
    {
        var username = await Server.AddPersonAsync();
        using var thief = new Browser(Server);
        var setup = await SetUpAsync(thief, username);
        var (options, challenge) = await thief.AskAsync(setup, Enroll);
        using var owner = new Browser(Server);
        using var passkey = await AuthenticatorAsync(username);
        var theirs = await SetUpAsync(owner, username);
        var asked = await owner.AskAsync(theirs, Enroll);
        await owner.AnswerAsync(theirs, Enroll, asked.Challenge, passkey.Create(asked.Options));

        using var another = await AuthenticatorAsync(username);
        Assert.StartsWith("/login?resume=", (await thief.AnswerAsync(setup, Enroll, challenge, another.Create(options))).Location, StringComparison.Ordinal);
        Assert.StartsWith("/login?resume=", (await thief.SendAsync(HttpMethod.Post, Enroll + "/options", PasskeyPeople.Form(setup, Enroll))).Location, StringComparison.Ordinal);
        Assert.Equal(1, await Server.Get<Passkeys>().CountAsync(await Server.UserIdAsync(username), Cancellation));
        Assert.DoesNotContain("idp-session", thief.SetCookies.Keys);
    }

    [Fact]
    public async Task A_challenge_counts_for_its_person_alone_and_once()
    {
        var (victim, username) = (await Server.AddPersonAsync(), await Server.AddPersonAsync());
        using var browser = new Browser(Server);
        var ours = await browser.AskAsync(await SetUpAsync(browser, username), Enroll);
        var setup = await SetUpAsync(browser, victim);
        using var passkey = await AuthenticatorAsync(victim);
        AssertRefused(await browser.AnswerAsync(setup, Enroll, ours.Challenge, passkey.Create(ours.Options)));

        var (options, challenge) = await browser.AskAsync(setup, Enroll);
        AssertRefused(await browser.AnswerAsync(setup, Enroll, challenge, (passkey with { Origin = "https://evil.example" }).Create(options)));
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => browser.AnswerAsync(setup, Enroll, challenge, passkey.Create(options))));
        Assert.Single(answers, page => page.Heading == "Keep your recovery codes");
    }

    [Fact]
    public async Task Without_a_first_factor_or_with_an_old_one_a_person_signs_in_first()
    {
        var username = await Server.AddPersonAsync();
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false, RequireMfa = true });
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync(client.Request());
        foreach (var path in new[] { Enroll, Enroll + "/options" })
            Assert.StartsWith("/login?resume=", (await browser.SendAsync(HttpMethod.Post, path, login.Fields)).Location, StringComparison.Ordinal);

        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        var setup = await browser.OpenAsync(client.Request());
        Assert.Equal("Set up a second step", setup.Heading);
        Server.Clock.Advance(Session.FreshFor + TimeSpan.FromSeconds(1));
        Assert.StartsWith("/login?resume=", (await browser.SendAsync(HttpMethod.Post, Enroll, PasskeyPeople.Form(setup, Enroll))).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_issuer_that_is_an_address_offers_the_app_alone()
    {
        await using var server = await TestServer.StartAsync(change: settings => settings with { Issuer = "http://127.0.0.1:8080" });
        var client = await server.AddClientAsync(c => c with { RequireConsent = false, RequireMfa = true });
        using var browser = new Browser(server);
        var setup = await browser.SignInAsync(await browser.OpenAsync(client.Request()), await server.AddPersonAsync());
        Assert.Equal("Set up a second step", setup.Heading);
        Assert.DoesNotContain("asskey", setup.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.SendAsync(HttpMethod.Post, Enroll, [])).Status);
    }

    private static void AssertRefused(Page page)
    {
        Assert.Equal((HttpStatusCode.BadRequest, "Set up a second step"), (page.Status, page.Heading));
        Assert.Contains("That didn’t work. Try again.", page.Text, StringComparison.Ordinal);
    }

    private static string NextOf(Page codes) => WebUtility.HtmlDecode(Regex.Match(codes.Html, "class=\"button primary\" href=\"([^\"]+)\"").Groups[1].Value);

    private async Task<Page> SetUpAsync(Browser browser, string username)
    {
        var setup = await SignInAtStrictAppAsync(browser, username);
        Assert.Equal("Set up a second step", setup.Heading);
        return setup;
    }

    private async Task<Page> SignInAtStrictAppAsync(Browser browser, string username)
    {
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false, RequireMfa = true });
        return await browser.SignInAsync(await browser.OpenAsync(client.Request()), username);
    }

    private async Task<string> AddPersonAsync()
    {
        var name = $"{Server.Get<Entropy>().NewId():N}";
        return await Server.AddPersonAsync(user =>
        {
            user.UserName = name;
            user.SetEmail(name + "@example.com", isVerified: true, Server.Clock.GetUtcNow());
        });
    }

    private async Task<SoftAuthenticator> AuthenticatorAsync(string username) => new() { UserHandle = (await Server.UserIdAsync(username)).ToString() };
}
