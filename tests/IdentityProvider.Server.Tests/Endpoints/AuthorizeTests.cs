using System.Net;
using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Protocol;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Endpoints;

public sealed class AuthorizeTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private TestServer Server => fixture.Server;

    [Fact]
    public async Task Login_then_consent_then_a_code()
    {
        var username = await Server.AddPersonAsync();
        var client = await Server.AddClientAsync();
        using var browser = new Browser(Server);

        var login = await browser.OpenAsync(client.Request("scope=openid email notes.read offline_access"));
        Assert.Equal("Sign in", login.Heading);
        Assert.Contains("The App", login.Text, StringComparison.Ordinal);

        var consent = await browser.SignInAsync(login, username);
        Assert.Equal("The App asks for access", consent.Heading);
        Assert.Contains("E-mail address", consent.Text, StringComparison.Ordinal);
        Assert.Contains("Read your notes", consent.Text, StringComparison.Ordinal);
        Assert.Contains("app.example", consent.Text, StringComparison.Ordinal);
        Assert.Contains("while you are away", consent.Text, StringComparison.Ordinal);

        var answer = await browser.SubmitAsync(consent, ("decision", "allow"));
        Assert.Equal(HttpStatusCode.SeeOther, answer.Status);
        Assert.StartsWith("https://app.example/cb?code=", answer.Location, StringComparison.Ordinal);
        Assert.Equal(("the-state", TestServer.Issuer), (answer.Answer["state"], answer.Answer["iss"]));
        Assert.Equal("no-store", answer.Header("Cache-Control"));

        var code = await Server.Get<AuthorizationCodes>().FindAsync(SHA256.HashData(Encoding.ASCII.GetBytes(answer.Answer["code"])), TestContext.Current.CancellationToken);
        Assert.NotNull(code);
        Assert.Equal((client.ClientId, "the-nonce", Person.Challenge, "https://app.example/cb"), (code.ClientId, code.Nonce, code.CodeChallenge, code.RedirectUri));
        Assert.Equal("openid email notes.read offline_access", code.Scope.ToString());
        Assert.Equal(["https://notes.example"], code.Resources);
        Assert.Equal(["pwd"], code.Amr);
    }

    [Fact]
    public async Task Consent_is_asked_once_and_more_is_asked_about_again()
    {
        var (browser, client) = await SignedInAsync();
        using var _ = browser;
        Assert.True((await browser.OpenAsync(client.Request())).Answer.ContainsKey("code"));

        var more = await browser.OpenAsync(client.Request("scope=openid email"));
        Assert.Equal("The App asks for access", more.Heading);
        await browser.SubmitAsync(more, ("decision", "allow"));
        Assert.True((await browser.OpenAsync(client.Request())).Answer.ContainsKey("code"));
        Assert.True((await browser.OpenAsync(client.Request("scope=openid email"))).Answer.ContainsKey("code"));
    }

    [Fact]
    public async Task One_sign_in_serves_another_client_without_a_password()
    {
        var (browser, _) = await SignedInAsync();
        using var one = browser;
        var trusted = await Server.AddClientAsync(c => c with { RequireConsent = false });
        Assert.True((await browser.OpenAsync(trusted.Request())).Answer.ContainsKey("code"));
    }

    [Fact]
    public async Task Who_says_no_sends_the_client_away_and_may_say_yes_later()
    {
        var username = await Server.AddPersonAsync();
        var client = await Server.AddClientAsync();
        using var browser = new Browser(Server);
        var consent = await browser.SignInAsync(await browser.OpenAsync(client.Request()), username);

        var denied = await browser.SubmitAsync(consent, ("decision", "deny"));
        Assert.Equal(("access_denied", "the-state", TestServer.Issuer), (denied.Answer["error"], denied.Answer["state"], denied.Answer["iss"]));
        Assert.Equal("The App asks for access", (await browser.OpenAsync(client.Request())).Heading);
        Assert.True((await browser.SubmitAsync(consent, ("decision", "allow"))).Answer.ContainsKey("code"));
    }

    [Fact]
    public async Task A_consent_that_says_neither_yes_nor_no_is_asked_again()
    {
        var username = await Server.AddPersonAsync();
        var client = await Server.AddClientAsync();
        using var browser = new Browser(Server);
        var consent = await browser.SignInAsync(await browser.OpenAsync(client.Request()), username);
        Assert.Equal("The App asks for access", (await browser.SubmitAsync(consent)).Heading);
    }

    [Fact]
    public async Task A_consent_given_on_a_page_of_another_person_does_not_count()
    {
        var client = await Server.AddClientAsync();
        var (first, second) = (await Server.AddPersonAsync(), await Server.AddPersonAsync());
        using var browser = new Browser(Server);
        var consent = await browser.SignInAsync(await browser.OpenAsync(client.Request()), first);
        await browser.SignInAsync(await browser.OpenAsync("/login"), second);

        var again = await browser.SubmitAsync(consent, ("decision", "allow"));
        Assert.Equal("The App asks for access", again.Heading);
        Assert.Contains(second, again.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prompt=none", "login_required")]
    [InlineData("prompt=none login", "invalid_request")]
    [InlineData("response_type=token", "unsupported_response_type")]
    [InlineData("response_type=", "invalid_request")]
    [InlineData("scope=openid admin", "invalid_scope")]
    [InlineData("resource=https://other.example", "invalid_target")]
    [InlineData("code_challenge=", "invalid_request")]
    [InlineData("code_challenge_method=plain", "invalid_request")]
    [InlineData("request=eyJ", "invalid_request_object")]
    [InlineData("request=eyJhbGciOiJub25lIn0.eyJ4IjoxfQ.", "request_not_supported")]
    [InlineData("request_uri=https://app.example/r", "request_uri_not_supported")]
    [InlineData("registration={}", "registration_not_supported")]
    [InlineData("id_token_hint=garbage", "invalid_request")]
    [InlineData("max_age=soon", "invalid_request")]
    public async Task What_the_client_got_wrong_it_is_told(string edits, string error)
    {
        var client = await Server.AddClientAsync();
        using var browser = new Browser(Server);
        var answer = await browser.OpenAsync(client.Request(edits));
        Assert.Equal(HttpStatusCode.SeeOther, answer.Status);
        Assert.StartsWith("https://app.example/cb?error=", answer.Location, StringComparison.Ordinal);
        Assert.Equal((error, "the-state", TestServer.Issuer), (answer.Answer["error"], answer.Answer["state"], answer.Answer["iss"]));
    }

    [Theory]
    [InlineData("client_id=nobody")]
    [InlineData("client_id=")]
    [InlineData("redirect_uri=")]
    [InlineData("redirect_uri=https://evil.example/")]
    [InlineData("redirect_uri=https://app.example/cb/../evil")]
    [InlineData("redirect_uri=https://app.example@evil.example/cb")]
    [InlineData("redirect_uri=https://app.example/cb%23x")]
    [InlineData("redirect_uri=//evil.example")]
    [InlineData("redirect_uri=javascript:alert(1)")]
    [InlineData("redirect_uri=https://evil.example/&prompt=none")]
    [InlineData("redirect_uri=https://evil.example/&response_type=")]
    public async Task What_can_not_be_sent_back_safely_is_a_page(string edits)
    {
        var client = await Server.AddClientAsync();
        using var browser = new Browser(Server);
        var page = await browser.OpenAsync(client.Request(edits));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Null(page.Location);
        Assert.Contains(page.Heading, new[] { "This sign-in request isn’t right", "This app is not known here", "We stopped to keep you safe" });
        Assert.Contains(page.Header("X-Request-Id"), page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("evil.example", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parameter_given_twice_is_a_page()
    {
        var client = await Server.AddClientAsync();
        using var browser = new Browser(Server);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.OpenAsync(client.Request() + "&state=again")).Status);
    }

    [Fact]
    public async Task Prompt_none_answers_without_a_page()
    {
        var (browser, client) = await SignedInAsync();
        using var _ = browser;
        Assert.True((await browser.SendAsync(HttpMethod.Get, client.Request("prompt=none"), null)).Answer.ContainsKey("code"));
        Assert.Equal("consent_required", (await browser.SendAsync(HttpMethod.Get, client.Request("prompt=none&scope=openid email"), null)).Answer["error"]);
    }

    [Fact]
    public async Task Prompt_login_asks_again_and_once()
    {
        var username = await Server.AddPersonAsync();
        var (browser, client) = await SignedInAsync(username);
        using var _ = browser;
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        var login = await browser.OpenAsync(client.Request("prompt=login"));
        Assert.Equal("Sign in", login.Heading);
        Assert.True((await browser.SignInAsync(login, username)).Answer.ContainsKey("code"));
        Server.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("Sign in", (await browser.OpenAsync(client.Request("prompt=login"))).Heading);
    }

    [Fact]
    public async Task Signing_in_again_keeps_the_session_with_a_new_secret_and_a_later_auth_time()
    {
        var username = await Server.AddPersonAsync();
        var (browser, client) = await SignedInAsync(username);
        using var _ = browser;
        var before = await CodeOfAsync(await browser.OpenAsync(client.Request()));
        var secret = browser.SetCookies["idp-session"];
        Server.Clock.Advance(TimeSpan.FromMinutes(5));
        var after = await CodeOfAsync(await browser.SignInAsync(await browser.OpenAsync(client.Request("prompt=login")), username));
        Assert.Equal(before.SessionId, after.SessionId);
        Assert.Equal(TimeSpan.FromMinutes(5), after.AuthTime - before.AuthTime);
        Assert.NotEqual(secret, browser.SetCookies["idp-session"]);
    }

    [Fact]
    public async Task Max_age_asks_again_when_the_sign_in_is_older()
    {
        var username = await Server.AddPersonAsync();
        var (browser, client) = await SignedInAsync(username);
        using var _ = browser;
        Server.Clock.Advance(TimeSpan.FromSeconds(100));
        Assert.True((await browser.OpenAsync(client.Request("max_age=100"))).Answer.ContainsKey("code"));
        Assert.Equal("Sign in", (await browser.OpenAsync(client.Request("max_age=99"))).Heading);
        Assert.Equal("login_required", (await browser.OpenAsync(client.Request("max_age=99&prompt=none"))).Answer["error"]);
        var zero = await browser.OpenAsync(client.Request("max_age=0"));
        Assert.True((await browser.SignInAsync(zero, username)).Answer.ContainsKey("code"));
    }

    [Fact]
    public async Task Prompt_consent_asks_again_and_once()
    {
        var (browser, client) = await SignedInAsync();
        using var _ = browser;
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        var consent = await browser.OpenAsync(client.Request("prompt=consent"));
        Assert.Equal("The App asks for access", consent.Heading);
        Assert.True((await browser.SubmitAsync(consent, ("decision", "allow"))).Answer.ContainsKey("code"));
    }

    [Fact]
    public async Task Select_account_goes_on_as_this_person_or_asks_for_another()
    {
        var (username, other) = (await Server.AddPersonAsync(), await Server.AddPersonAsync());
        var (browser, client) = await SignedInAsync(username);
        using var _ = browser;
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        var choice = await browser.OpenAsync(client.Request("prompt=select_account"));
        Assert.Equal("Choose an account", choice.Heading);
        Assert.Contains(username, choice.Text, StringComparison.Ordinal);
        Assert.Equal("Choose an account", (await browser.SubmitAsync(choice)).Heading);
        Assert.True((await browser.SubmitAsync(choice, ("account", "this"))).Answer.ContainsKey("code"));

        var login = await browser.SubmitAsync(choice, ("account", "another"));
        Assert.Equal("Sign in", login.Heading);
        var consent = await browser.SignInAsync(login, other);
        Assert.Contains(other, consent.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_may_be_posted_and_goes_on_by_GET_where_the_cookie_comes_along()
    {
        var (browser, client) = await SignedInAsync();
        using var _ = browser;
        var form = client.Request("prompt=none")["/authorize?".Length..].Split('&').Select(p => p.Split('='))
            .Select(p => KeyValuePair.Create(p[0], Uri.UnescapeDataString(p[1])));
        var posted = await browser.SendAsync(HttpMethod.Post, "/authorize", form);
        Assert.Equal(HttpStatusCode.SeeOther, posted.Status);
        Assert.StartsWith("/authorize?resume=", posted.Location, StringComparison.Ordinal);
        Assert.True((await browser.OpenAsync(posted.Location!)).Answer.ContainsKey("code"));
    }

    [Theory]
    [InlineData("client_id=nobody", HttpStatusCode.BadRequest)]
    [InlineData("client_id=a&client_id=b", HttpStatusCode.BadRequest)]
    public async Task A_posted_request_that_is_wrong_is_a_page(string body, HttpStatusCode status)
    {
        using var browser = new Browser(Server);
        var form = body.Split('&').Select(p => p.Split('=')).Select(p => KeyValuePair.Create(p[0], p[1]));
        Assert.Equal(status, (await browser.SendAsync(HttpMethod.Post, "/authorize", form)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.SendAsync(HttpMethod.Post, "/authorize?client_id=a", form)).Status);
    }

    [Fact]
    public async Task A_posted_request_that_is_wrong_tells_the_client()
    {
        var client = await Server.AddClientAsync();
        using var browser = new Browser(Server);
        var form = new Dictionary<string, string> { ["client_id"] = client.ClientId, ["redirect_uri"] = "https://app.example/cb", ["state"] = "s" };
        Assert.Equal("invalid_request", (await browser.SendAsync(HttpMethod.Post, "/authorize", form)).Answer["error"]);
    }

    [Fact]
    public async Task Form_post_answers_by_a_form_that_needs_no_script()
    {
        var (browser, client) = await SignedInAsync();
        using var _ = browser;
        var page = await browser.OpenAsync(client.Request("response_mode=form_post&state=%3C%22%26%27%3E"));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Equal("https://app.example/cb", page.Action);
        Assert.Equal(("<\"&'>", TestServer.Issuer), (page.Fields["state"], page.Fields["iss"]));
        Assert.NotEmpty(page.Fields["code"]);
        Assert.Contains("<button type=\"submit\"", page.Html, StringComparison.Ordinal);
        var policy = page.Header("Content-Security-Policy");
        var nonce = policy.Split("'nonce-")[1].Split('\'')[0];
        Assert.Contains($"<script nonce=\"{nonce}\">", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);

        var error = await browser.OpenAsync(client.Request("response_mode=form_post&scope=admin"));
        Assert.Equal("invalid_scope", error.Fields["error"]);
    }

    [Fact]
    public async Task A_native_client_may_listen_on_any_port_of_loopback()
    {
        var client = await Server.AddClientAsync(c => c with { ApplicationType = Protocol.Clients.ApplicationType.Native, RedirectUris = ["http://127.0.0.1/cb"] });
        using var browser = new Browser(Server);
        var answer = await browser.OpenAsync(client.Request("prompt=none&redirect_uri=http://127.0.0.1:51004/cb"));
        Assert.StartsWith("http://127.0.0.1:51004/cb?error=login_required", answer.Location, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resume=garbage")]
    [InlineData("resume=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_resume_token_that_is_not_ours_is_a_page(string query)
    {
        using var browser = new Browser(Server);
        foreach (var path in new[] { "/authorize", "/login", "/consent", "/select-account" })
        {
            var page = await browser.OpenAsync($"{path}?{query}");
            Assert.Equal(((HttpStatusCode)Refusals.Of(Refusal.ResumeTokenInvalid).Status, "Please start again"), (page.Status, page.Heading));
        }
    }

    [Fact]
    public async Task A_resume_token_with_one_character_changed_is_not_ours()
    {
        var client = await Server.AddClientAsync();
        using var browser = new Browser(Server);
        var resume = (await browser.OpenAsync(client.Request())).Fields["resume"];
        foreach (var at in new[] { 0, 30, resume.Length / 2, resume.Length - 4 })
        {
            var changed = resume.Remove(at, 1).Insert(at, resume[at] == 'x' ? "y" : "x");
            Assert.Equal("Please start again", (await browser.OpenAsync("/authorize?resume=" + changed)).Heading);
        }
    }

    [Fact]
    public async Task A_resume_token_ends_after_an_hour()
    {
        var client = await Server.AddClientAsync();
        using var browser = new Browser(Server);
        var resume = (await browser.OpenAsync(client.Request())).Fields["resume"];
        Server.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal("Sign in", (await browser.OpenAsync("/authorize?resume=" + resume)).Heading);
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("Please start again", (await browser.OpenAsync("/authorize?resume=" + resume)).Heading);
    }

    [Fact]
    public async Task A_resume_token_lets_nobody_in()
    {
        var (browser, client) = await SignedInAsync();
        using var _ = browser;
        using var stranger = new Browser(Server);
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        var resume = (await browser.OpenAsync(client.Request("prompt=login"))).Fields["resume"];
        Assert.Equal("Sign in", (await stranger.OpenAsync("/authorize?resume=" + resume)).Heading);
        Assert.Equal("Sign in", (await stranger.OpenAsync("/consent?resume=" + resume)).Heading);
        Assert.Equal("Sign in", (await stranger.OpenAsync("/select-account?resume=" + resume)).Heading);
    }

    [Fact]
    public async Task The_longest_request_fits_through_every_page()
    {
        var username = await Server.AddPersonAsync();
        var client = await Server.AddClientAsync();
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync(client.Request($"state={new string('s', 4096)}&nonce={new string('n', 1024)}"));
        var consent = await browser.SignInAsync(login, username);
        Assert.Equal(4096, (await browser.SubmitAsync(consent, ("decision", "allow"))).Answer["state"].Length);
    }

    private async Task<(Browser Browser, Protocol.Clients.Client Client)> SignedInAsync(string? username = null)
    {
        username ??= await Server.AddPersonAsync();
        var client = await Server.AddClientAsync();
        var browser = new Browser(Server);
        var consent = await browser.SignInAsync(await browser.OpenAsync(client.Request()), username);
        Assert.True((await browser.SubmitAsync(consent, ("decision", "allow"))).Answer.ContainsKey("code"));
        return (browser, client);
    }

    private async Task<Protocol.Authorize.AuthorizationCode> CodeOfAsync(Page answer) =>
        (await Server.Get<AuthorizationCodes>().FindAsync(SHA256.HashData(Encoding.ASCII.GetBytes(answer.Answer["code"])), TestContext.Current.CancellationToken))!;
}
