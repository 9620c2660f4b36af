using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.Tests.Endpoints.Logout;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Endpoints.SessionManagement;

/// <summary>OpenID Connect Session Management 1.0. That the script computes what the server did is tried in a browser (tests/interop).</summary>
public sealed class SessionManagementTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private TestServer Server => fixture.Server;

    [Fact]
    public async Task The_page_may_be_framed_and_runs_its_one_script_and_nothing_else()
    {
        using var http = Server.NewBrowser();
        var metadata = JsonDocument.Parse(await http.GetStringAsync("/.well-known/openid-configuration", TestContext.Current.CancellationToken)).RootElement;
        var path = new Uri(metadata.GetProperty("check_session_iframe").GetString()!).AbsolutePath;
        using var answer = await http.GetAsync(path, TestContext.Current.CancellationToken);
        var html = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.False(answer.Headers.Contains("X-Frame-Options"));
        var script = Regex.Match(html, "<script>(.*)</script>", RegexOptions.Singleline).Groups[1].Value;
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        Assert.Equal($"default-src 'none'; script-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'", answer.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Contains("\"idp-state=\"", script, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_carries_the_state_that_the_browsers_cookie_explains()
    {
        using var person = await SignedInApp.NewAsync(Server);
        var app = await SignedInApp.AddClientAsync(Server, c => c);
        await person.SignInAsync(app);
        var browserState = State(person.Browser);

        var states = new[] { await AskAsync(person.Browser, app), await AskAsync(person.Browser, app) };

        Assert.NotEqual(states[0], states[1]);
        Assert.All(states, state => Assert.Equal(SessionState.Compute(app.ClientId, app.RedirectUris[0], browserState, state!.Split('.')[1]), state));
        Assert.Matches("^idp-state=[A-Za-z0-9_-]{22}; path=/; samesite=lax$", person.Browser.SetCookies["idp-state"]);
        Assert.DoesNotContain(browserState, person.Browser.SetCookies["idp-session"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_https_the_cookie_comes_along_in_other_sites_pages()
    {
        await using var server = await TestServer.StartAsync(change: s => s with { Issuer = "https://login.example.com" });
        using var browser = new Browser(server, keepsCookies: false);
        var login = await browser.OpenAsync("/login");
        var fields = login.Fields;
        (fields["username"], fields["password"]) = (await server.AddPersonAsync(), Person.Password);
        await browser.SendAsync(HttpMethod.Post, "/login", fields, browser.SetCookies["__Host-idp-form"].Split(';')[0]);
        Assert.Matches("^__Host-idp-state=[A-Za-z0-9_-]{22}; path=/; secure; samesite=none$", browser.SetCookies["__Host-idp-state"]);
    }

    [Fact]
    public async Task Who_signs_in_again_keeps_the_state_and_another_session_has_another()
    {
        using var person = await SignedInApp.NewAsync(Server);
        var app = await SignedInApp.AddClientAsync(Server, c => c);
        var hint = await person.SignInAsync(app);
        var first = State(person.Browser);
        await person.Browser.SignInAsync(await person.Browser.OpenAsync(app.Request("prompt=login")), person.Username);
        Assert.Equal(first, State(person.Browser));

        await person.Browser.OpenAsync("/logout?id_token_hint=" + hint);
        Assert.Contains("expires=Thu, 01 Jan 1970", person.Browser.SetCookies["idp-state"], StringComparison.Ordinal);
        await person.SignInAsync(app);
        Assert.NotEqual(first, State(person.Browser));
    }

    [Fact]
    public async Task A_session_that_ended_elsewhere_is_forgotten_when_the_app_asks()
    {
        using var person = await SignedInApp.NewAsync(Server);
        var app = await SignedInApp.AddClientAsync(Server, c => c);
        var hint = SignedInApp.Claims(await person.SignInAsync(app));
        await Server.Get<Sessions>().EndAsync(Guid.ParseExact(hint.GetProperty("sid").GetString()!, "N"), Server.Clock.GetUtcNow(), TestContext.Current.CancellationToken);

        var refused = await person.Browser.OpenAsync(app.Request("prompt=none"));

        Assert.Equal("login_required", refused.Answer["error"]);
        Assert.False(refused.Answer.ContainsKey("session_state"));
        Assert.Contains("expires=Thu, 01 Jan 1970", person.Browser.SetCookies["idp-state"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_signs_nobody_in_and_one_that_no_page_gets_have_none()
    {
        using var person = await SignedInApp.NewAsync(Server);
        await person.SignInAsync(await SignedInApp.AddClientAsync(Server, c => c));
        var plain = await SignedInApp.AddClientAsync(Server, c => c);
        Assert.Null(await AskAsync(person.Browser, plain, "scope=notes.read"));
        var native = await Server.AddClientAsync(c => c with { RequireConsent = false, ApplicationType = ApplicationType.Native, RedirectUris = ["com.example.app:/cb"] });
        Assert.Null(await AskAsync(person.Browser, native));
    }

    private static async Task<string?> AskAsync(Browser browser, Client client, string edits = "") =>
        (await browser.OpenAsync(client.Request(edits))).Answer.GetValueOrDefault("session_state");

    private static string State(Browser browser) => browser.SetCookies["idp-state"].Split(';')[0].Split('=')[1];
}
