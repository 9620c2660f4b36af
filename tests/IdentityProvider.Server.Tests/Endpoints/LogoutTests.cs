using System.Net;
using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Endpoints;

public sealed class LogoutTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private TestServer Server => fixture.Server;

    [Fact]
    public async Task A_client_with_its_ID_token_signs_out_at_once_and_gets_the_browser_back()
    {
        var (browser, client, hint) = await SignedInAsync();
        using var _ = browser;
        var answer = await browser.OpenAsync($"/logout?id_token_hint={hint}&post_logout_redirect_uri=https://app.example/bye&state=a%26b");
        Assert.Equal((HttpStatusCode.SeeOther, "https://app.example/bye?state=a%26b"), (answer.Status, answer.Location));
        Assert.Contains("expires=Thu, 01 Jan 1970", browser.SetCookies["idp-session"], StringComparison.Ordinal);
        Assert.Equal("login_required", (await browser.OpenAsync(client.Request("prompt=none"))).Answer["error"]);
    }

    [Fact]
    public async Task Without_state_nothing_is_added_and_without_an_address_there_is_a_page()
    {
        var (browser, _, hint) = await SignedInAsync();
        using var one = browser;
        Assert.Equal("You are signed out", (await browser.OpenAsync("/logout?id_token_hint=" + hint)).Heading);
        Assert.Equal("https://app.example/bye", (await browser.OpenAsync($"/logout?id_token_hint={hint}&post_logout_redirect_uri=https://app.example/bye")).Location);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?state=x")]
    public async Task Without_a_hint_the_person_is_asked_and_then_really_signed_out(string query)
    {
        var (browser, client, _) = await SignedInAsync();
        using var one = browser;
        var secret = browser.SetCookies["idp-session"].Split(';')[0];
        var ask = await browser.OpenAsync("/logout" + query);
        Assert.Equal("Sign out?", ask.Heading);
        Assert.Contains("You are signed in", (await browser.OpenAsync("/")).Text, StringComparison.Ordinal);

        Assert.Equal("You are signed out", (await browser.SubmitAsync(ask)).Heading);
        Assert.Equal("login_required", (await browser.OpenAsync(client.Request("prompt=none"))).Answer["error"]);
        using var thief = new Browser(Server, keepsCookies: false);
        Assert.DoesNotContain("You are signed in", (await thief.SendAsync(HttpMethod.Get, "/", null, secret)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_without_hint_gets_the_browser_back_only_when_the_person_says_so()
    {
        var (browser, client, _) = await SignedInAsync();
        using var one = browser;
        var request = $"/logout?client_id={client.ClientId}&post_logout_redirect_uri=https://app.example/bye&state=s";
        var ask = await browser.OpenAsync(request);
        Assert.Equal("Sign out?", ask.Heading);
        Assert.Contains("The App asks to sign you out", ask.Text, StringComparison.Ordinal);
        Assert.Equal("https://app.example/bye?state=s", (await browser.SubmitAsync(ask)).Location);

        var signedOut = await browser.OpenAsync(request);
        Assert.Equal(("You are signed out", HttpStatusCode.OK), (signedOut.Heading, signedOut.Status));
        Assert.Contains("href=\"https://app.example/bye?state=s\"", signedOut.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_logout_may_be_posted_and_goes_on_by_GET_where_the_cookie_comes_along()
    {
        var (browser, _, hint) = await SignedInAsync();
        using var one = browser;
        var form = new Dictionary<string, string> { ["id_token_hint"] = hint, ["post_logout_redirect_uri"] = "https://app.example/bye" };
        var posted = await browser.SendAsync(HttpMethod.Post, "/logout", form);
        Assert.StartsWith("/logout?request=", posted.Location, StringComparison.Ordinal);
        Assert.DoesNotContain(hint.Split('.')[1], posted.Location, StringComparison.Ordinal);
        Assert.Contains("You are signed in", (await browser.OpenAsync("/")).Text, StringComparison.Ordinal);
        Assert.Equal("https://app.example/bye", (await browser.OpenAsync(posted.Location!)).Location);
        Assert.DoesNotContain("You are signed in", (await browser.OpenAsync("/")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("https://app.example/bye?foo=bar")]
    [InlineData("https://app.example/cb")]
    public async Task Never_returns_to_an_address_that_is_not_registered(string uri)
    {
        var (browser, _, hint) = await SignedInAsync();
        using var one = browser;
        await StaysAsync(browser, $"id_token_hint={hint}&post_logout_redirect_uri={Uri.EscapeDataString(uri)}");
    }

    [Fact]
    public async Task Never_returns_for_a_hint_that_we_did_not_sign_or_none()
    {
        var (browser, client, hint) = await SignedInAsync();
        using var one = browser;
        using var stranger = SigningKey.Generate(SignatureAlgorithm.ES256);
        var parts = hint.Split('.');
        var none = System.Buffers.Text.Base64Url.EncodeToString("""{"alg":"none","typ":"JWT"}"""u8);
        const string To = "&post_logout_redirect_uri=https://app.example/bye";
        await StaysAsync(browser, $"id_token_hint={none}.{parts[1]}.{To}");
        await StaysAsync(browser, $"id_token_hint={IdToken(stranger, client, Guid.Empty)}{To}");
        await StaysAsync(browser, "post_logout_redirect_uri=https://app.example/bye");
        await StaysAsync(browser, $"id_token_hint={hint}&client_id=other{To}");
    }

    [Fact]
    public async Task A_hint_at_another_person_asks()
    {
        var (browser, _, _) = await SignedInAsync();
        using var one = browser;
        var (other, _, hint) = await SignedInAsync();
        other.Dispose();
        Assert.Equal("Sign out?", (await browser.OpenAsync("/logout?id_token_hint=" + hint)).Heading);
    }

    [Fact]
    public async Task A_hint_of_another_session_of_the_same_person_asks_and_so_does_one_of_no_session()
    {
        var username = await Server.AddPersonAsync();
        var (elsewhere, _, ofAnother) = await SignedInAsync(username);
        using var one = elsewhere;
        var (browser, client, hint) = await SignedInAsync(username);
        using var two = browser;
        var key = await Server.Get<KeyRing>().ActiveAsync(SignatureAlgorithm.RS256, TestContext.Current.CancellationToken);
        var ofNone = IdToken(key, client, (await CodeOfAsync(await browser.OpenAsync(client.Request()))).UserId);
        foreach (var doubtful in new[] { ofAnother, ofNone })
            Assert.Equal("Sign out?", (await browser.OpenAsync($"/logout?id_token_hint={doubtful}&post_logout_redirect_uri=https://app.example/bye")).Heading);
        Assert.Contains("You are signed in", (await browser.OpenAsync("/")).Text, StringComparison.Ordinal);

        Assert.Equal("You are signed out", (await browser.OpenAsync("/logout?id_token_hint=" + hint)).Heading);
        Assert.Contains("You are signed in", (await elsewhere.OpenAsync("/")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hint_still_names_the_session_after_the_same_person_signed_in_again()
    {
        var username = await Server.AddPersonAsync();
        var (browser, client, hint) = await SignedInAsync(username);
        using var one = browser;
        await browser.SignInAsync(await browser.OpenAsync(client.Request("prompt=login")), username);
        Assert.Equal("https://app.example/bye", (await browser.OpenAsync($"/logout?id_token_hint={hint}&post_logout_redirect_uri=https://app.example/bye")).Location);
    }

    [Fact]
    public async Task Where_the_browser_has_no_session_the_one_that_the_hint_names_ends()
    {
        var username = await Server.AddPersonAsync();
        var (browser, _, hint) = await SignedInAsync(username);
        using var one = browser;
        var (elsewhere, _, _) = await SignedInAsync(username);
        using var two = elsewhere;
        using var empty = new Browser(Server);
        var answer = await empty.OpenAsync($"/logout?id_token_hint={hint}&post_logout_redirect_uri=https://app.example/bye&state=s");
        Assert.Equal("https://app.example/bye?state=s", answer.Location);
        Assert.DoesNotContain("You are signed in", (await browser.OpenAsync("/")).Text, StringComparison.Ordinal);
        Assert.Contains("You are signed in", (await elsewhere.OpenAsync("/")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_session_that_lay_idle_ends_too_with_what_refreshes_kept_alive(bool isAsked)
    {
        var (browser, client, hint) = await SignedInAsync();
        using var one = browser;
        var answer = await browser.OpenAsync(client.Request());
        var code = await CodeOfAsync(answer);
        var family = Family(code, code.SessionId);
        Assert.True(await RedeemAsync(answer, family));
        Server.Clock.Advance(Server.Get<Settings>().Sessions.IdleLimit);
        Assert.DoesNotContain("You are signed in", (await browser.OpenAsync("/")).Text, StringComparison.Ordinal);

        var page = await browser.OpenAsync(isAsked ? "/logout" : "/logout?id_token_hint=" + hint);
        if (isAsked)
        {
            Assert.Equal("Sign out?", page.Heading);
            page = await browser.SubmitAsync(page);
        }

        Assert.Equal("You are signed out", page.Heading);
        Assert.NotNull((await Server.Get<Sessions>().FindAsync(code.SessionId, TestContext.Current.CancellationToken))?.EndedAt);
        Assert.Equal(FamilyEnd.SessionEnded, (await FindAsync(family))?.EndReason);
    }

    [Fact]
    public async Task Past_its_absolute_limit_there_is_no_session_to_ask_about()
    {
        var (browser, _, _) = await SignedInAsync();
        using var one = browser;
        Server.Clock.Advance(Server.Get<Settings>().Sessions.AbsoluteLimit);
        Assert.Equal("You are signed out", (await browser.OpenAsync("/logout")).Heading);
    }

    [Fact]
    public async Task A_confirmation_is_for_a_request_of_ours()
    {
        var (browser, _, _) = await SignedInAsync();
        using var one = browser;
        var ask = await browser.OpenAsync("/logout");
        Assert.Equal("Please start again", (await browser.SubmitAsync(ask, ("request", "garbage"))).Heading);
        Assert.Equal("Please start again", (await browser.OpenAsync("/logout?request=garbage")).Heading);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.SendAsync(HttpMethod.Post, "/logout", [new("state", new string('s', 9000))])).Status);
    }

    [Fact]
    public async Task What_hangs_on_the_session_ends_with_it_and_offline_access_stays()
    {
        var (browser, client, hint) = await SignedInAsync();
        using var one = browser;
        var code = await CodeOfAsync(await browser.OpenAsync(client.Request()));
        var (bound, offline) = (Family(code, code.SessionId), Family(code, null));
        foreach (var family in new[] { bound, offline })
            Assert.True(await RedeemAsync(await browser.OpenAsync(client.Request()), family));

        await browser.OpenAsync("/logout?id_token_hint=" + hint);
        Assert.Equal(FamilyEnd.SessionEnded, (await FindAsync(bound))?.EndReason);
        Assert.Null((await FindAsync(offline))?.EndedAt);
    }

    private static async Task StaysAsync(Browser browser, string query)
    {
        var page = await browser.OpenAsync("/logout?" + query);
        Assert.Equal((HttpStatusCode.BadRequest, "You are not signed out yet"), (page.Status, page.Heading));
        Assert.Null(page.Location);
        Assert.DoesNotContain("evil.example", page.Html, StringComparison.Ordinal);
        Assert.Contains("You are signed in", (await browser.OpenAsync("/")).Text, StringComparison.Ordinal);
    }

    private async Task<(Browser Browser, Client Client, string Hint)> SignedInAsync(string? username = null)
    {
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false });
        var browser = new Browser(Server);
        var answer = await browser.SignInAsync(await browser.OpenAsync(client.Request()), username ?? await Server.AddPersonAsync());
        var key = await Server.Get<KeyRing>().ActiveAsync(SignatureAlgorithm.RS256, TestContext.Current.CancellationToken);
        var code = await CodeOfAsync(answer);
        return (browser, client, IdToken(key, client, code.UserId, code.SessionId));
    }

    private string IdToken(SigningKey key, Client client, Guid userId, Guid? sessionId = null) => JwtWriter.Sign(key, "JWT", claims =>
    {
        claims.WriteString("iss", TestServer.Issuer);
        claims.WriteString("sub", userId.ToString("D"));
        claims.WriteString("aud", client.ClientId);
        claims.WriteNumber("iat", NumericDate.From(Server.Clock.GetUtcNow() - TimeSpan.FromHours(2)));
        claims.WriteNumber("exp", NumericDate.From(Server.Clock.GetUtcNow() - TimeSpan.FromHours(1)));
        if (sessionId is { } id)
            claims.WriteString("sid", id.ToString("N"));
    });

    private TokenFamily Family(AuthorizationCode code, Guid? sessionId) => new()
    {
        FamilyId = Server.Get<Entropy>().NewId(),
        ClientId = code.ClientId,
        UserId = code.UserId,
        SessionId = sessionId,
        Scope = ScopeSet.Of(["openid"]),
        AuthTime = code.AuthTime,
        RotatedAt = Server.Clock.GetUtcNow(),
        CreatedAt = Server.Clock.GetUtcNow(),
        ExpiresAt = Server.Clock.GetUtcNow() + TokenFamily.Lifetime,
    };

    private static byte[] HashOf(Page answer) => SHA256.HashData(Encoding.ASCII.GetBytes(answer.Answer["code"]));

    private async Task<AuthorizationCode> CodeOfAsync(Page answer) =>
        (await Server.Get<AuthorizationCodes>().FindAsync(HashOf(answer), TestContext.Current.CancellationToken))!;

    private Task<bool> RedeemAsync(Page answer, TokenFamily family) =>
        Server.Get<AuthorizationCodes>().RedeemAsync(HashOf(answer), family, null, Server.Clock.GetUtcNow(), TestContext.Current.CancellationToken);

    private Task<TokenFamily?> FindAsync(TokenFamily family) => Server.Get<TokenFamilies>().FindAsync(family.FamilyId, TestContext.Current.CancellationToken);
}
