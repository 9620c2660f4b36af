using System.Net;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Tests.Mail;
using IdentityProvider.Server.Tests.Upstream;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary>Passkeys: made, named and removed by their person, and how they sign in. What must not work is in <see cref="Attacks.PasskeyAttacks"/>.</summary>
public sealed class PasskeyTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private TestServer Server => fixture.Server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_options_name_the_issuers_host_and_ask_for_a_passkey_that_is_found_without_a_name()
    {
        var (username, passkey) = await Server.AddPersonWithPasskeyAsync();
        using var browser = await SignedInAsync(username);
        var (options, _) = await browser.AskAsync(await browser.OpenAsync(PasskeyPeople.Section), "/account/passkeys");

        Assert.Equal("localhost", options.GetProperty("rp").GetProperty("id").GetString());
        Assert.Equal(username, options.GetProperty("user").GetProperty("name").GetString());
        Assert.Equal([-7, -257], options.GetProperty("pubKeyCredParams").EnumerateArray().Select(p => p.GetProperty("alg").GetInt32()).OrderDescending());
        Assert.Equal("required", options.GetProperty("authenticatorSelection").GetProperty("residentKey").GetString());
        Assert.Equal("preferred", options.GetProperty("authenticatorSelection").GetProperty("userVerification").GetString());
        Assert.Equal("none", options.GetProperty("attestation").GetString());
        Assert.Equal(
            System.Buffers.Text.Base64Url.EncodeToString(passkey.CredentialId), Assert.Single(options.GetProperty("excludeCredentials").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(["hybrid", "internal"], options.GetProperty("excludeCredentials")[0].GetProperty("transports").EnumerateArray().Select(t => t.GetString()).Order());
    }

    [Fact]
    public async Task A_person_makes_several_names_them_sees_their_use_and_removes_one()
    {
        var (username, phone) = await Server.AddPersonWithPasskeyAsync();
        using var browser = await SignedInAsync(username, "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0");
        Assert.EndsWith("?passkey=added#passkeys", (await browser.AddPasskeyAsync(new SoftAuthenticator { IsSynced = false }, name: "")).Location, StringComparison.Ordinal);

        var page = await browser.OpenAsync(PasskeyPeople.Section);
        Assert.Matches("Phone Added .* Last used never Kept in a password manager, on all your devices .* Firefox on Linux Added .* Last used never Kept on one device only", page.Text);
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        using (var elsewhere = new Browser(Server))
            await elsewhere.UsePasskeyAsync(await elsewhere.OpenAsync("/login"), phone);

        page = await browser.OpenAsync(PasskeyPeople.Section);
        Assert.Matches("Phone Added [^K]* Last used 1 January 2026[^K]* Kept in a password manager", page.Text);
        var id = System.Buffers.Text.Base64Url.EncodeToString(phone.CredentialId);
        var renamed = await browser.SubmitAsync(FormOf(page, "/account/passkeys/rename", id), ("name", "Schlüssel <b>"));
        Assert.Contains("The passkey has its new name.", renamed.Text, StringComparison.Ordinal);
        Assert.Contains("<bdi>Schl&#xFC;ssel &lt;b&gt;</bdi>", renamed.Html, StringComparison.Ordinal);

        var removed = await browser.SubmitAsync(FormOf(renamed, "/account/passkeys/remove", id));
        Assert.Contains("The passkey is removed", removed.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Schlüssel", removed.Text, StringComparison.Ordinal);
        using var stranger = new Browser(Server);
        Assert.Equal(HttpStatusCode.BadRequest, (await stranger.UsePasskeyAsync(await stranger.OpenAsync("/login"), phone)).Status);
        Assert.Equal(
            [SignInOutcome.PasskeyRemoved, SignInOutcome.PasskeyAdded, SignInOutcome.PasskeyAdded],
            (await HistoryAsync(username)).Where(o => o is SignInOutcome.PasskeyAdded or SignInOutcome.PasskeyRemoved));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901")]
    public async Task A_name_that_cannot_be_seen_is_refused(string name)
    {
        var (username, _) = await Server.AddPersonWithPasskeyAsync();
        using var browser = await SignedInAsync(username);
        var page = await browser.SubmitAsync((await browser.OpenAsync(PasskeyPeople.Section)).FormWith("action=\"/account/passkeys/rename\""), ("name", name));
        Assert.Contains("That name can’t be used", page.Text, StringComparison.Ordinal);
        Assert.Contains("role=\"alert\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("Phone", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true, "swk user mfa", "urn:idp:2fa")]
    [InlineData(false, true, "hwk user mfa", "urn:idp:2fa")]
    [InlineData(true, false, "swk", "urn:idp:1fa")]
    [InlineData(false, false, "hwk", "urn:idp:1fa")]
    public async Task Signs_in_without_a_name_and_says_what_it_proved(bool isSynced, bool isUserVerified, string amr, string acr)
    {
        var (username, passkey) = await Server.AddPersonWithPasskeyAsync(new SoftAuthenticator { IsSynced = isSynced, IsUserVerified = isUserVerified });
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false });
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync(client.Request());
        var (options, challenge) = await browser.AskAsync(login, "/login/passkey");
        Assert.Equal("localhost", options.GetProperty("rpId").GetString());
        Assert.Equal("preferred", options.GetProperty("userVerification").GetString());
        Assert.Empty(options.GetProperty("allowCredentials").EnumerateArray());

        var goesOn = await browser.AnswerAsync(login, "/login/passkey", challenge, passkey.Get(options));
        Assert.StartsWith("/authorize?resume=", goesOn.Location, StringComparison.Ordinal);
        var answer = await browser.OpenAsync(goesOn.Location!);
        Assert.Contains("code", answer.Answer.Keys);
        var session = Assert.Single(await Server.Get<Sessions>().ListAsync(await Server.UserIdAsync(username), alsoEnded: false, 10, Cancellation), s => s.Amr[0] != "pwd");
        Assert.Equal((amr, acr), (string.Join(' ', session.Amr), session.Acr));
        Assert.Equal(SignInOutcome.SignedInNewBrowser, (await HistoryAsync(username))[0]);
    }

    [Fact]
    public async Task A_person_who_has_passkeys_alone_signs_in_and_keeps_the_last_one()
    {
        var (username, passkey) = await Server.AddPersonWithPasskeyAsync();
        await AskAsync(async db => await db.Users.Where(u => u.UserName == username).ExecuteUpdateAsync(set => set.SetProperty(u => u.PasswordHash, (string?)null), Cancellation));
        using var browser = new Browser(Server);
        Assert.Equal(PasskeyPeople.Section, (await browser.UsePasskeyAsync(await browser.OpenAsync("/login?return_to=security"), passkey)).Location);

        var page = await browser.SubmitAsync((await browser.OpenAsync(PasskeyPeople.Section)).FormWith("action=\"/account/passkeys/remove\""));
        Assert.Contains("This is your only way to sign in", page.Text, StringComparison.Ordinal);
        Assert.Contains("Phone", page.Text, StringComparison.Ordinal);

        // Another provider is another way in, while it is one.
        await using var upstream = await FakeUpstream.StartAsync(Server);
        Assert.Null(await Server.Get<UpstreamLinks>().AddAsync(await Server.UserIdAsync(username), new(upstream.Issuer, "ada", null), Cancellation));
        page = await browser.SubmitAsync(page.FormWith("action=\"/account/passkeys/remove\""));
        Assert.Contains("The passkey is removed", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "de", "Firefox auf Linux")]
    [InlineData(null, "fr", "Un appareil inconnu")]
    [InlineData("a-program-of-its-own/1.0-that-says-more-of-itself-than-there-is-room-for", "de", "a-program-of-its-own/1.0-that-says-more-of-itself-than-there")]
    public async Task One_that_gets_no_name_is_called_as_the_browser_is_in_its_readers_language(string? userAgent, string language, string name)
    {
        var username = await Server.AddPersonAsync();
        using var browser = await SignedInAsync(username, userAgent);
        await browser.OpenAsync("/?language=" + language);
        await browser.AddPasskeyAsync(new SoftAuthenticator(), name: " ");
        Assert.Equal(name, Assert.Single(await Server.Get<Passkeys>().ListAsync(await Server.UserIdAsync(username), Cancellation)).Name);
    }

    [Fact]
    public async Task Its_person_is_told_by_mail_which_one_was_added_and_which_was_removed_and_from_where()
    {
        var address = $"{Server.Get<Entropy>().NewId():N}@example.com";
        var username = await Server.AddPersonAsync(user =>
        {
            user.Claims = """{"locale":"de"}""";
            user.SetEmail(address, isVerified: true, Server.Clock.GetUtcNow());
        });
        using var browser = await SignedInAsync(username, "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0");
        await browser.AddPasskeyAsync(new SoftAuthenticator(), "Schlüssel <b>");
        await browser.SubmitAsync((await browser.OpenAsync(PasskeyPeople.Section)).FormWith("action=\"/account/passkeys/remove\""));

        var mails = (await Server.MailsToAsync(address)).Where(mail => mail.Subject.Contains("Passkey", StringComparison.Ordinal)).ToList();
        Assert.Equal(
            ["Aus Ihrem Konto bei localhost:8080 wurde ein Passkey entfernt", "Ihrem Konto bei localhost:8080 wurde ein Passkey hinzugefügt"], mails.Select(mail => mail.Subject).Order(StringComparer.Ordinal));
        foreach (var mail in mails)
        {
            Assert.Contains("Schlüssel <b>", mail.Text, StringComparison.Ordinal);
            Assert.Contains("Firefox auf Linux", mail.Text, StringComparison.Ordinal);
            Assert.Contains("127.0.0.1", mail.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("<b>", mail.Html, StringComparison.Ordinal);
        }

        // A new name is no news, nor is what wasn't done.
        await browser.AddPasskeyAsync(new SoftAuthenticator { Origin = "https://evil.example" }, "Never");
        Assert.Equal(2, (await Server.MailsToAsync(address)).Count(mail => mail.Subject.Contains("Passkey", StringComparison.Ordinal)));
        var history = await Server.Get<SignInEvents>().ListAsync(await Server.UserIdAsync(username), Server.Clock.GetUtcNow(), 50, Cancellation);
        Assert.Equal(["Schlüssel <b>", "Schlüssel <b>"], history.Where(e => e.Outcome is SignInOutcome.PasskeyAdded or SignInOutcome.PasskeyRemoved).Select(e => e.Detail));
    }

    [Fact]
    public async Task Twenty_are_the_most_and_the_form_for_another_goes()
    {
        var (username, _) = await Server.AddPersonWithPasskeyAsync();
        using var browser = await SignedInAsync(username);
        var before = await browser.OpenAsync(PasskeyPeople.Section);
        var (options, challenge) = await browser.AskAsync(before, "/account/passkeys");
        for (var i = 1; i < Passkey.Most; i++)
            await browser.AddPasskeyAsync(new SoftAuthenticator());

        var full = await browser.OpenAsync(PasskeyPeople.Section);
        Assert.DoesNotContain("data-passkey=\"create\"", full.Html, StringComparison.Ordinal);
        Assert.EndsWith("?passkey=many#passkeys", (await browser.AnswerAsync(before, "/account/passkeys", challenge, new SoftAuthenticator().Create(options))).Location, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.SendAsync(HttpMethod.Post, "/account/passkeys/options", PasskeyPeople.Form(before, "/account/passkeys"))).Status);
        Assert.Equal(Passkey.Most, await Server.Get<Passkeys>().CountAsync(await Server.UserIdAsync(username), Cancellation));
    }

    [Fact]
    public async Task What_adds_or_removes_one_needs_a_sign_in_of_the_last_minutes()
    {
        var (username, _) = await Server.AddPersonWithPasskeyAsync();
        using var browser = await SignedInAsync(username);
        var page = await browser.OpenAsync(PasskeyPeople.Section);
        Server.Clock.Advance(Session.FreshFor + TimeSpan.FromSeconds(1));
        foreach (var path in new[] { "/account/passkeys", "/account/passkeys/options", "/account/passkeys/remove" })
            Assert.Equal("/login?return_to=security", (await browser.SendAsync(HttpMethod.Post, path, PasskeyPeople.Form(page, "/account/passkeys"))).Location);
    }

    [Fact]
    public async Task The_one_script_is_ours_by_its_hash_and_only_where_it_is_needed()
    {
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync("/login");
        var script = System.Text.RegularExpressions.Regex.Match(login.Html, "<script type=\"module\" src=\"(/design/[0-9a-f]{12}/passkeys\\.js)\"></script>").Groups[1].Value;
        Assert.Contains("; script-src 'self'; connect-src 'self';", login.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Contains("autocomplete=\"username webauthn\"", login.Html, StringComparison.Ordinal);
        Assert.Contains("data-offered hidden>", login.Html, StringComparison.Ordinal);
        Assert.Contains("<noscript>", login.Html, StringComparison.Ordinal);
        var file = await browser.SendAsync(HttpMethod.Get, script, null);
        Assert.Equal((HttpStatusCode.OK, "nosniff"), (file.Status, file.Header("X-Content-Type-Options")));
        Assert.DoesNotContain("script-src", (await browser.OpenAsync("/")).Header("Content-Security-Policy"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_issuer_that_is_an_address_and_no_name_has_none()
    {
        await using var server = await TestServer.StartAsync(change: settings => settings with { Issuer = "http://127.0.0.1:8080" });
        using var browser = new Browser(server);
        Assert.DoesNotContain("data-passkey", (await browser.OpenAsync("/login")).Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.SendAsync(HttpMethod.Post, "/login/passkey", [])).Status);
    }

    private static Page FormOf(Page page, string action, string id) =>
        page with { Html = page.Html.Split("<form ").Skip(1).Select(f => "<form " + f.Split("</form>")[0]).Single(f => f.Contains($"action=\"{action}\"", StringComparison.Ordinal) && f.Contains(id, StringComparison.Ordinal)) };

    private async Task<Browser> SignedInAsync(string username, string? userAgent = null)
    {
        var browser = new Browser(Server, userAgent: userAgent);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        return browser;
    }

    private async Task<IReadOnlyList<SignInOutcome>> HistoryAsync(string username) =>
        [.. (await Server.Get<SignInEvents>().ListAsync(await Server.UserIdAsync(username), Server.Clock.GetUtcNow(), 50, Cancellation)).Select(e => e.Outcome)];

    private async Task<T> AskAsync<T>(Func<IdpDb, Task<T>> ask)
    {
        await using var db = await Server.Get<IDbContextFactory<IdpDb>>().CreateDbContextAsync(Cancellation);
        return await ask(db);
    }
}
