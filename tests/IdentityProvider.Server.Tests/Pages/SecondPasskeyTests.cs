using System.Net;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary>A passkey as the second factor, and where an app asks for two factors by name: whoever has only touched it has not proven who they are.</summary>
public sealed class SecondPasskeyTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private const string Second = "/login/second/passkey";

    private TestServer Server => fixture.Server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, "pwd swk user mfa")]
    [InlineData(false, "pwd swk mfa")]
    public async Task After_the_password_an_app_that_requires_two_factors_takes_a_passkey_that_was_touched(bool isUserVerified, string amr)
    {
        var (username, passkey) = await Server.AddPersonWithPasskeyAsync();
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false, RequireMfa = true });
        using var browser = new Browser(Server);
        var second = await browser.SignInAsync(await browser.OpenAsync(client.Request()), username);
        var (options, challenge) = await browser.AskAsync(second, Second);
        Assert.Equal("preferred", options.GetProperty("userVerification").GetString());
        Assert.Equal(
            System.Buffers.Text.Base64Url.EncodeToString(passkey.CredentialId), Assert.Single(options.GetProperty("allowCredentials").EnumerateArray()).GetProperty("id").GetString());

        var goesOn = await browser.AnswerAsync(second, Second, challenge, (passkey with { IsUserVerified = isUserVerified }).Get(options));
        Assert.Contains("code", (await browser.OpenAsync(goesOn.Location!)).Answer.Keys);
        Assert.Equal((amr, "urn:idp:2fa"), await SessionAsync(username));
    }

    [Fact]
    public async Task Where_two_factors_are_asked_for_by_name_the_authenticator_must_verify_its_person()
    {
        var (username, passkey) = await Server.AddPersonWithPasskeyAsync();
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false });
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync(client.Request(Person.TwoFactors));
        var (options, challenge) = await browser.AskAsync(login, "/login/passkey");
        Assert.Equal("required", options.GetProperty("userVerification").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.AnswerAsync(login, "/login/passkey", challenge, (passkey with { IsUserVerified = false }).Get(options))).Status);

        // Nor does what was asked for another sign-in, which needed less, count here.
        var lesser = await browser.AskAsync(await browser.OpenAsync("/login"), "/login/passkey");
        Assert.Equal("preferred", lesser.Options.GetProperty("userVerification").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.AnswerAsync(login, "/login/passkey", lesser.Challenge, (passkey with { IsUserVerified = false }).Get(lesser.Options))).Status);

        var second = await browser.SignInAsync(login, username);
        Assert.Equal("required", (await browser.AskAsync(second, Second)).Options.GetProperty("userVerification").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.UsePasskeyAsync(second, passkey with { IsUserVerified = false }, Second)).Status);
        var goesOn = await browser.UsePasskeyAsync(second, passkey, Second);
        Assert.Contains("code", (await browser.OpenAsync(goesOn.Location!)).Answer.Keys);
        Assert.Equal(("pwd swk user mfa", "urn:idp:2fa"), await SessionAsync(username));
    }

    [Fact]
    public async Task Who_is_signed_in_by_a_touch_proves_the_rest_and_nothing_more()
    {
        var (username, passkey) = await Server.AddPersonWithPasskeyAsync();
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false });
        using var browser = new Browser(Server);
        Assert.Equal("/", (await browser.UsePasskeyAsync(await browser.OpenAsync("/login"), passkey with { IsUserVerified = false })).Location);
        Assert.Equal(("swk", "urn:idp:1fa"), await SessionAsync(username));

        var second = await browser.OpenAsync(client.Request(Person.TwoFactors));
        Assert.Equal("required", (await browser.AskAsync(second, Second)).Options.GetProperty("userVerification").GetString());
        var goesOn = await browser.UsePasskeyAsync(second, passkey, Second);
        Assert.Contains("code", (await browser.OpenAsync(goesOn.Location!)).Answer.Keys);
        Assert.Equal(("swk user mfa", "urn:idp:2fa"), await SessionAsync(username));
    }

    [Fact]
    public async Task Anothers_passkey_is_no_second_factor_nor_is_a_challenge_for_anyone()
    {
        var (username, passkey) = await Server.AddPersonWithPasskeyAsync();
        var (_, anothers) = await Server.AddPersonWithPasskeyAsync();
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false, RequireMfa = true });
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync(client.Request());
        var second = await browser.SignInAsync(login, username);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.UsePasskeyAsync(second, anothers, Second)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.UsePasskeyAsync(second, anothers with { UserHandle = null }, Second)).Status);
        var forAnyone = await browser.AskAsync(login, "/login/passkey");
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.AnswerAsync(second, Second, forAnyone.Challenge, passkey.Get(forAnyone.Options))).Status);

        // A key that keeps no name of its person says none.
        Assert.StartsWith("/authorize?resume=", (await browser.UsePasskeyAsync(second, passkey with { UserHandle = null }, Second)).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sign_in_that_was_half_done_ends_with_the_passkey_that_began_it()
    {
        var (username, passkey) = await Server.AddPersonWithPasskeyAsync();
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false, RequireMfa = true });
        using var thief = new Browser(Server);
        var login = await thief.OpenAsync(client.Request());
        var (options, challenge) = await thief.AskAsync(login, "/login/passkey");
        Assert.Equal("required", options.GetProperty("userVerification").GetString());
        var half = await thief.SignInAsync(login, username);
        using var owner = new Browser(Server);
        await owner.SignInAsync(await owner.OpenAsync("/login"), username);
        await owner.AddPasskeyAsync(new SoftAuthenticator { UserHandle = passkey.UserHandle });
        await owner.SubmitAsync((await owner.OpenAsync(PasskeyPeople.Section)) is var page ? page with { Html = page.Html[page.Html.IndexOf("<form method=\"post\" action=\"/account/passkeys/remove\"", StringComparison.Ordinal)..] } : page);

        Assert.StartsWith("/login?resume=", (await thief.SendAsync(HttpMethod.Post, Second, PasskeyPeople.Form(half, Second))).Location, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await thief.AnswerAsync(login, "/login/passkey", challenge, passkey.Get(options))).Status);
    }

    private async Task<(string Amr, string? Acr)> SessionAsync(string username)
    {
        var sessions = await Server.Get<Sessions>().ListAsync(await Server.UserIdAsync(username), alsoEnded: false, 10, Cancellation);
        var last = sessions.OrderByDescending(s => s.AuthTime).First();
        return (string.Join(' ', last.Amr), last.Acr);
    }
}
