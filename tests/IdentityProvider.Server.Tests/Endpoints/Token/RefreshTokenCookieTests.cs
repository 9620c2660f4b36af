using System.Net;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Endpoints.Token;

/// <summary>The refresh token that only the browser holds (<c>refresh_token_delivery: cookie</c>), and who would like to use it.</summary>
public sealed class RefreshTokenCookieTests : IAsyncLifetime
{
    private static readonly Client App = CookieBrowser.App;

    private SignedIn _signedIn = null!;
    private CookieBrowser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        _signedIn = await SignedIn.StartAsync();
        _browser = new CookieBrowser(_signedIn);
        foreach (var client in new[] { App, CookieBrowser.Other })
            Assert.True(await _signedIn.Server.Get<Clients>().AddAsync(client, SignedIn.Cancellation));
    }

    public ValueTask DisposeAsync()
    {
        _browser.Dispose();
        return _signedIn.DisposeAsync();
    }

    [Fact]
    public async Task The_exchange_of_a_code_sets_the_cookie_and_the_body_has_no_refresh_token()
    {
        var answer = await _browser.ExchangeAsync(App, await _signedIn.CodeAsync(App));

        var token = CookieBrowser.Kept(answer, App);
        Assert.Equal(71, token.Length);
        Assert.Equal(["access_token", "token_type", "expires_in", "scope", "id_token"], answer.Json.EnumerateObject().Select(member => member.Name));
        Assert.DoesNotContain(token, answer.Text, StringComparison.Ordinal);
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.Equal(
            ((string[])["/token", "/revoke"]).Select(path => $"{CookieBrowser.CookieName(App)}={token}; max-age=2592000; path={path}; samesite=strict; httponly"),
            CookieBrowser.SetCookies(answer));
    }

    [Fact]
    public async Task At_an_https_issuer_the_cookie_is_Secure_and_its_name_says_so()
    {
        await using var signedIn = await SignedIn.StartAsync(change: settings => settings with { Issuer = "https://idp.example" });
        await signedIn.Server.Get<Clients>().AddAsync(App, SignedIn.Cancellation);
        using var browser = new CookieBrowser(signedIn);

        var set = CookieBrowser.SetCookies(await browser.ExchangeAsync(App, await signedIn.CodeAsync(App)));

        var (name, token) = ("__Secure-" + CookieBrowser.CookieName(App), set[0].Split('=', 2)[1].Split(';')[0]);
        Assert.Equal(((string[])["/token", "/revoke"]).Select(path => $"{name}={token}; max-age=2592000; path={path}; secure; samesite=strict; httponly"), set);
        var next = await browser.PostAsync("/token", App, [("grant_type", "refresh_token")], cookie: $"{name}={token}");
        Assert.Equal(HttpStatusCode.OK, next.Status);
    }

    [Fact]
    public async Task Each_refresh_gives_the_browser_the_next_one_for_what_is_left_of_the_sign_in()
    {
        var first = await _browser.SignInAsync(App);
        _signedIn.Server.Clock.Advance(TimeSpan.FromMinutes(10));

        var answer = await _browser.RefreshAsync(App, first);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Null(answer["refresh_token"]);
        var second = CookieBrowser.Kept(answer, App);
        Assert.NotEqual(first, second);
        Assert.All(CookieBrowser.SetCookies(answer), line => Assert.Contains("; max-age=2591400;", line, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await _browser.RefreshAsync(App, second)).Status);
    }

    [Fact]
    public async Task A_second_tab_and_a_lost_answer_are_forgiven_and_theft_is_found_out()
    {
        var first = await _browser.SignInAsync(App);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _browser.RefreshAsync(App, first)));
        var second = Assert.Single(answers.Select(answer => CookieBrowser.Kept(answer, App)).Distinct());
        _signedIn.Server.Clock.Advance(RefreshTokenRules.Grace + RefreshTokenRules.ClockSkew);

        var late = await _browser.RefreshAsync(App, first);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (late.Status, late.Error));
        CookieBrowser.AssertForgotten(late, App);
        Assert.Equal("invalid_grant", (await _browser.RefreshAsync(App, second)).Error);
    }

    [Fact]
    public async Task The_end_of_the_session_takes_the_cookie_along()
    {
        var token = await _browser.SignInAsync(App);
        await _signedIn.EndSessionAsync();

        var answer = await _browser.RefreshAsync(App, token);

        Assert.Equal("invalid_grant", answer.Error);
        Assert.Equal(CookieBrowser.Origin, answer.Header("Access-Control-Allow-Origin"));
        CookieBrowser.AssertForgotten(answer, App);
    }

    [Theory]
    [InlineData(null, Refusal.OriginMissing)]
    [InlineData("null", Refusal.OriginNotAllowed)]
    [InlineData("https://evil.example", Refusal.OriginNotAllowed)]
    [InlineData("https://other.example", Refusal.OriginNotAllowed)]
    [InlineData("https://app.example:8443", Refusal.OriginNotAllowed)]
    [InlineData("https://sub.app.example", Refusal.OriginNotAllowed)]
    [InlineData("http://localhost:8080", Refusal.OriginNotAllowed)]
    public async Task A_request_that_another_site_made_the_browser_send_gets_nothing_and_changes_nothing(string? origin, Refusal reason)
    {
        var token = await _browser.SignInAsync(App);
        var code = await _signedIn.CodeAsync(App);
        var cookie = $"{CookieBrowser.CookieName(App)}={token}";

        AssertRefused(reason, await _browser.RefreshAsync(App, token, origin));
        AssertRefused(reason, await _browser.RefreshAsync(App, token, origin, fetchSite: "same-site"));
        AssertRefused(reason, await _browser.ExchangeAsync(App, code, origin));
        AssertRefused(reason, await _browser.PostAsync("/revoke", App, [], origin, cookie));
        AssertRefused(reason, await _browser.PostAsync("/token", App, [("grant_type", "nonsense")], origin, cookie));

        Assert.Equal(HttpStatusCode.OK, (await _browser.ExchangeAsync(App, code)).Status);
        Assert.Equal(HttpStatusCode.OK, (await _browser.RefreshAsync(App, token)).Status);
    }

    [Fact]
    public async Task What_counts_is_the_list_of_origins_and_no_other_word_of_the_browser()
    {
        var token = await _browser.SignInAsync(App);
        Assert.Equal(HttpStatusCode.OK, (await _browser.RefreshAsync(App, token, fetchSite: "cross-site")).Status);
    }

    [Fact]
    public async Task The_token_is_taken_from_the_cookie_and_from_nowhere_else()
    {
        var token = await _browser.SignInAsync(App);
        var cookie = $"{CookieBrowser.CookieName(App)}={token}";
        (string, string)[] form = [("grant_type", "refresh_token"), ("refresh_token", token)];

        AssertRefused(Refusal.RefreshTokenInBody, await _browser.PostAsync("/token", App, form), isReadable: true);
        AssertRefused(Refusal.RefreshTokenInBody, await _browser.PostAsync("/token", App, form, cookie: cookie), isReadable: true);
        AssertRefused(Refusal.RefreshTokenMissing, await _browser.PostAsync("/token", App, form[..1]), isReadable: true);
        Assert.Equal(HttpStatusCode.OK, (await _browser.RefreshAsync(App, token)).Status);
    }

    [Fact]
    public async Task A_client_of_the_body_gains_nothing_by_a_cookie()
    {
        var token = (await _signedIn.TokensAsync(SignedIn.Spa)).RefreshToken;
        var cookie = $"{CookieBrowser.CookieName(SignedIn.Spa)}={token}";

        AssertRefused(Refusal.RefreshTokenMissing, await _browser.PostAsync("/token", SignedIn.Spa, [("grant_type", "refresh_token")], cookie: cookie), isReadable: true, withCookies: false);
        AssertRefused(Refusal.RevocationTokenMissing, await _browser.PostAsync("/revoke", SignedIn.Spa, [], cookie: cookie), isReadable: true, withCookies: false);
        var answer = await _browser.PostAsync("/token", SignedIn.Spa, [("grant_type", "refresh_token"), ("refresh_token", token)], cookie: cookie);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Empty(CookieBrowser.SetCookies(answer));
        Assert.Equal("", answer.Header("Access-Control-Allow-Credentials"));
        Assert.NotEqual(token, answer.RefreshToken);
    }

    [Fact]
    public async Task The_cookie_of_another_client_is_of_no_use()
    {
        var others = await _browser.SignInAsync(CookieBrowser.Other);

        AssertRefused(
            Refusal.RefreshTokenMissing,
            await _browser.PostAsync("/token", App, [("grant_type", "refresh_token")], cookie: $"{CookieBrowser.CookieName(CookieBrowser.Other)}={others}"),
            isReadable: true);
        var renamed = await _browser.RefreshAsync(App, others);
        Assert.Equal("invalid_grant", renamed.Error);
        CookieBrowser.AssertForgotten(renamed, App);
        Assert.Equal("invalid_grant", (await _browser.PostAsync("/revoke", App, [], cookie: $"{CookieBrowser.CookieName(App)}={others}")).Error);
        Assert.Equal(HttpStatusCode.OK, (await _browser.RefreshAsync(CookieBrowser.Other, others, "https://other.example")).Status);
    }

    [Fact]
    public async Task A_cookie_that_a_neighbouring_host_or_path_put_beside_ours_stops_it_and_takes_nothing()
    {
        var (own, tossed) = (await _browser.SignInAsync(App), await _browser.SignInAsync(App));
        var name = CookieBrowser.CookieName(App);
        string[] crowds = [$"{name}={own}; {name}={tossed}", $"{name}={tossed}; a=b; {name}={own}", $"{name}={own};{name}={own}", $"{name}={own}; {name}="];
        foreach (var crowd in crowds)
        {
            AssertRefused(Refusal.RefreshTokenCookieRepeated, await _browser.PostAsync("/token", App, [("grant_type", "refresh_token")], cookie: crowd), isReadable: true);
            AssertRefused(Refusal.RefreshTokenCookieRepeated, await _browser.PostAsync("/revoke", App, [], cookie: crowd), isReadable: true);
        }

        var among = $"{name}x=1; x{name}=2; a={name}=3; {name.ToUpperInvariant()}=4; {name}={own}; b";
        Assert.Equal(HttpStatusCode.OK, (await _browser.PostAsync("/token", App, [("grant_type", "refresh_token")], cookie: among)).Status);
    }

    [Fact]
    public async Task Revoking_without_a_token_ends_the_sign_in_of_the_cookie_and_takes_it_away()
    {
        var token = await _browser.SignInAsync(App);
        var access = await _browser.RefreshAsync(App, token);
        var cookie = $"{CookieBrowser.CookieName(App)}={CookieBrowser.Kept(access, App)}";

        var answer = await _browser.PostAsync("/revoke", App, [], cookie: cookie);

        Assert.Equal((HttpStatusCode.OK, ""), (answer.Status, answer.Text));
        Assert.Equal("true", answer.Header("Access-Control-Allow-Credentials"));
        CookieBrowser.AssertForgotten(answer, App);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _signedIn.UserInfoAsync(access.AccessToken)).Status);
        Assert.Equal("invalid_grant", (await _browser.PostAsync("/token", App, [("grant_type", "refresh_token")], cookie: cookie)).Error);
        AssertRefused(Refusal.RevocationTokenMissing, await _browser.PostAsync("/revoke", App, []), isReadable: true);
    }

    [Fact]
    public async Task An_access_token_that_is_named_goes_alone_and_the_cookie_stays()
    {
        var access = await _browser.RefreshAsync(App, await _browser.SignInAsync(App));
        var token = CookieBrowser.Kept(access, App);

        var answer = await _browser.PostAsync("/revoke", App, [("token", access.AccessToken)], cookie: $"{CookieBrowser.CookieName(App)}={token}");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Empty(CookieBrowser.SetCookies(answer));
        Assert.Equal(HttpStatusCode.OK, (await _browser.RefreshAsync(App, token)).Status);
    }

    [Fact]
    public async Task Answers_to_requests_with_cookies_are_for_the_one_origin_and_no_preflight_promises_any()
    {
        var answer = await _browser.RefreshAsync(App, await _browser.SignInAsync(App));
        Assert.Equal((CookieBrowser.Origin, "true"), (answer.Header("Access-Control-Allow-Origin"), answer.Header("Access-Control-Allow-Credentials")));
        Assert.Contains("Origin", answer.Header("Vary"), StringComparison.Ordinal);

        var preflight = new HttpRequestMessage(HttpMethod.Options, "/token");
        preflight.Headers.Add("Origin", CookieBrowser.Origin);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        var allowed = await _signedIn.SendAsync(preflight);
        Assert.Equal(("*", ""), (allowed.Header("Access-Control-Allow-Origin"), allowed.Header("Access-Control-Allow-Credentials")));
    }

    private static void AssertRefused(Refusal reason, Answer answer, bool isReadable = false, bool withCookies = true)
    {
        Assert.Equal((HttpStatusCode.BadRequest, Refusals.Of(reason).Description), (answer.Status, answer["error_description"]));
        Assert.Empty(CookieBrowser.SetCookies(answer));
        Assert.Equal(isReadable ? CookieBrowser.Origin : "", answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal(isReadable && withCookies ? "true" : "", answer.Header("Access-Control-Allow-Credentials"));
    }
}
