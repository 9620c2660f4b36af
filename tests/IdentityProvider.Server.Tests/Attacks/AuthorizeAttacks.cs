using System.Net;
using IdentityProvider.Server.Tests.Pages;

namespace IdentityProvider.Server.Tests.Attacks;

/// <summary>RFC 9700 §4 at the authorization endpoint and the pages: one attack after the other, as an attacker would try it.</summary>
public sealed class AuthorizeAttacks(PagesServer fixture) : IClassFixture<PagesServer>
{
    private TestServer Server => fixture.Server;

    /// <summary>§4.1: a redirect URI that is almost the registered one.</summary>
    [Theory]
    [InlineData("https://app.example/cb/")]
    [InlineData("https://app.example/CB")]
    [InlineData("https://APP.example/cb")]
    [InlineData("HTTPS://app.example/cb")]
    [InlineData("http://app.example/cb")]
    [InlineData("https://app.example:443/cb")]
    [InlineData("https://app.example:8443/cb")]
    [InlineData("https://app.example./cb")]
    [InlineData("https://app.example/cb?x=1")]
    [InlineData("https://app.example/cb#x")]
    [InlineData("https://app.example/cb%2f")]
    [InlineData("https://app.example/%63b")]
    [InlineData("https://app.example/./cb")]
    [InlineData("https://app.example/x/../cb")]
    [InlineData("https://app.example/cb/..")]
    [InlineData("https://app.example//cb")]
    [InlineData("https://app.example\\cb")]
    [InlineData("https://app.example/cb\\@evil.example")]
    [InlineData("https://app.example@evil.example/cb")]
    [InlineData("https://evil.example/https://app.example/cb")]
    [InlineData("https://app.example.evil.example/cb")]
    [InlineData("https://evilapp.example/cb")]
    [InlineData("https://аpp.example/cb")] // the first letter is Cyrillic
    [InlineData("https://app。example/cb")]
    [InlineData("https://xn--pp-7kc.example/cb")]
    [InlineData("https://app.example/cb ")]
    [InlineData("https://app.example/cb\t")]
    [InlineData("https://app.example/cb\r\nLocation: https://evil.example")]
    [InlineData("//app.example/cb")]
    [InlineData("/cb")]
    public async Task A_redirect_uri_that_is_almost_right_gets_no_redirect(string redirectUri)
    {
        var client = await Server.AddClientAsync();
        using var browser = new Browser(Server);
        foreach (var more in new[] { "", "&prompt=none", "&response_type=" })
        {
            var page = await browser.OpenAsync(client.Request($"redirect_uri={Uri.EscapeDataString(redirectUri)}{more}"));
            Assert.Equal(HttpStatusCode.BadRequest, page.Status);
            Assert.Null(page.Location);
        }
    }

    /// <summary>§4.1.2: the browser that carries a fragment on to where it is sent.</summary>
    [Fact]
    public async Task Nothing_is_ever_answered_in_a_fragment()
    {
        var client = await Server.AddClientAsync();
        using var browser = new Browser(Server);
        foreach (var mode in new[] { "fragment", "fragment.jwt", "web_message" })
        {
            var answer = await browser.OpenAsync(client.Request($"response_mode={mode}&prompt=none"));
            Assert.DoesNotContain("#", answer.Location ?? "", StringComparison.Ordinal);
            Assert.DoesNotContain("code=", answer.Location ?? "", StringComparison.Ordinal);
        }
    }

    /// <summary>§4.2, §4.3: no page of ours tells another site where it came from, and none is kept; a code is in no page at all.</summary>
    [Fact]
    public async Task No_page_on_the_way_leaks_by_its_referrer_or_by_the_history()
    {
        var username = await Server.AddPersonAsync();
        var client = await Server.AddClientAsync(c => c with { LogoUri = "https://app.example/logo.png", PolicyUri = "https://app.example/policy" });
        using var browser = new Browser(Server);

        var login = await browser.OpenAsync(client.Request());
        var consent = await browser.SignInAsync(login, username);
        var answer = await browser.SubmitAsync(consent, ("decision", "allow"));
        var posted = await browser.OpenAsync(client.Request("response_mode=form_post"));

        Assert.All([login, consent, posted], page =>
        {
            Assert.Contains(page.Header("Referrer-Policy"), new[] { "no-referrer", "strict-origin" });
            Assert.Equal("no-store", page.Header("Cache-Control"));
        });
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.Equal("no-referrer", answer.Header("Referrer-Policy"));
    }

    /// <summary>§4.4: an honest client that talks to several servers is told by <c>iss</c> which of them answered, also by an error.</summary>
    [Fact]
    public async Task Every_answer_names_the_server_that_gave_it()
    {
        var username = await Server.AddPersonAsync();
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false });
        using var browser = new Browser(Server);

        var refused = await browser.OpenAsync(client.Request("scope=openid nonsense"));
        var given = await browser.SignInAsync(await browser.OpenAsync(client.Request()), username);

        Assert.Equal(TestServer.Issuer, refused.Answer["iss"]);
        Assert.Equal((TestServer.Issuer, true), (given.Answer["iss"], given.Answer.ContainsKey("code")));
    }

    /// <summary>§4.7: a request that another site made the browser send signs nobody in, and a form of ours sent by another browser does nothing.</summary>
    [Fact]
    public async Task A_form_that_another_site_sends_is_refused()
    {
        var username = await Server.AddPersonAsync();
        var client = await Server.AddClientAsync();
        using var attacker = new Browser(Server);
        using var victim = new Browser(Server);
        var attackersForm = await attacker.OpenAsync(client.Request());

        // The attacker's own form with the attacker's account, sent by the victim's browser: login CSRF.
        await victim.OpenAsync(client.Request());
        var answer = await victim.SubmitAsync(attackersForm, ("username", username), ("password", Person.Password));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("Sign in", (await victim.OpenAsync(client.Request())).Heading);
    }

    /// <summary>§4.8: the challenge taken away, or its method, so that the code is bound to nothing.</summary>
    [Theory]
    [InlineData("code_challenge=&code_challenge_method=")]
    [InlineData("code_challenge=")]
    [InlineData("code_challenge_method=")]
    [InlineData("code_challenge_method=plain")]
    [InlineData("code_challenge_method=s256")]
    [InlineData("code_challenge=short")]
    public async Task A_challenge_can_be_neither_taken_away_nor_weakened(string edits)
    {
        var client = await Server.AddClientAsync();
        using var browser = new Browser(Server);
        var answer = await browser.OpenAsync(client.Request(edits));
        Assert.Equal("invalid_request", answer.Answer["error"]);
    }

    /// <summary>§4.11.2: an error is no free redirect for whoever registered a client: a person who isn't signed in sees our page first.</summary>
    [Fact]
    public async Task Pages_of_ours_redirect_to_no_address_that_came_with_a_request()
    {
        using var browser = new Browser(Server);
        foreach (var path in new[]
        {
            "/login?returnUrl=https://evil.example", "/login?resume=https://evil.example", "/logout?post_logout_redirect_uri=https://evil.example",
            "/consent?resume=//evil.example", "/account?returnUrl=//evil.example", "/%2fevil.example", "/%5cevil.example",
        })
        {
            var page = await browser.OpenAsync(path);
            Assert.DoesNotContain("evil.example", page.Location ?? "", StringComparison.Ordinal);
            Assert.DoesNotContain("href=\"https://evil.example", page.Html, StringComparison.Ordinal);
        }
    }

    /// <summary>§4.12: a redirect by 307 would post the password on to the client.</summary>
    [Fact]
    public async Task No_redirect_after_a_form_repeats_the_form()
    {
        var username = await Server.AddPersonAsync();
        var client = await Server.AddClientAsync();
        using var browser = new Browser(Server);

        var afterLogin = await browser.SubmitOnceAsync(await browser.OpenAsync(client.Request()), ("username", username), ("password", Person.Password));
        var consent = await browser.OpenAsync(client.Request());
        var afterConsent = await browser.SubmitAsync(consent, ("decision", "allow"));

        Assert.Equal(HttpStatusCode.SeeOther, afterLogin.Status);
        Assert.Equal(HttpStatusCode.SeeOther, afterConsent.Status);
    }

    /// <summary>§4.13: a header that a caller sends changes neither the issuer nor where anything leads.</summary>
    [Theory]
    [InlineData("X-Forwarded-Host", "evil.example")]
    [InlineData("X-Forwarded-Proto", "ftp")]
    [InlineData("X-Original-URL", "/account")]
    [InlineData("Forwarded", "host=evil.example;proto=https")]
    [InlineData("Host", "evil.example")]
    public async Task No_header_of_a_caller_moves_the_issuer(string name, string value)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/.well-known/openid-configuration");
        request.Headers.TryAddWithoutValidation(name, value);
        using var http = Server.NewBrowser();
        var document = await (await http.SendAsync(request, TestContext.Current.CancellationToken)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("evil.example", document, StringComparison.Ordinal);
    }

    /// <summary>§4.16, §4.17: no page may be framed but the two that are made for it, and none posts a code to a window.</summary>
    [Fact]
    public async Task No_page_that_asks_something_can_be_framed()
    {
        var username = await Server.AddPersonAsync();
        var client = await Server.AddClientAsync();
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync(client.Request());
        var consent = await browser.SignInAsync(login, username);
        Page[] pages = [login, consent, await browser.OpenAsync("/account"), await browser.OpenAsync("/account/password"), await browser.OpenAsync("/logout")];
        Assert.All(pages, page =>
        {
            Assert.Equal("DENY", page.Header("X-Frame-Options"));
            Assert.Contains("frame-ancestors 'none'", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
            Assert.DoesNotContain("postMessage", page.Html, StringComparison.Ordinal);
        });
    }
}
