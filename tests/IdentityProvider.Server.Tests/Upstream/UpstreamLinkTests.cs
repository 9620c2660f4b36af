using System.Net;
using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Upstream;

/// <summary><c>/account/links</c>: people link by their own choice and unlink, and the session here follows the one there.</summary>
public sealed class UpstreamLinkTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private TestServer Server => fixture.Server;

    [Fact]
    public async Task A_person_links_signs_in_by_it_and_unlinks()
    {
        await using var fake = await FakeUpstream.StartAsync(Server, u => u with { Label = "Example <i>" });
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        Assert.Contains("Link Example <i>", (await browser.OpenAsync("/account/links")).Text, StringComparison.Ordinal);
        var linked = await LinkAsync(browser, fake);
        Assert.Contains("Linked. From now on you can sign in that way too.", linked.Text, StringComparison.Ordinal);
        Assert.Contains("Unlink Example <i>", linked.Text, StringComparison.Ordinal);

        using var another = new Browser(Server);
        Assert.Contains($"You are signed in as {username}", (await fake.SignInAsync(another)).Text, StringComparison.Ordinal);

        // It goes, and who came by it elsewhere goes with it.
        var unlinked = await browser.SubmitAsync((await browser.OpenAsync("/account/links")).FormWith("/account/links/remove"));
        Assert.Contains("Unlinked.", unlinked.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("You are signed in", (await another.OpenAsync("/")).Text, StringComparison.Ordinal);
        Assert.Contains("You are signed in", (await browser.OpenAsync("/")).Text, StringComparison.Ordinal);
        Assert.Equal(Refusals.Of(Refusal.UpstreamAccountUnknown).Status, (int)(await fake.SignInAsync(another)).Status);

        var history = await Server.Get<SignInEvents>().ListAsync(await Server.UserIdAsync(username), Server.Clock.GetUtcNow(), 20);
        Assert.Contains(history, e => e.Outcome == SignInOutcome.LinkAdded);
        Assert.Contains(history, e => e.Outcome == SignInOutcome.LinkRemoved);
        Assert.Contains("Another account unlinked", (await browser.OpenAsync("/account")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_needs_a_fresh_sign_in_and_its_form_may_lead_there()
    {
        await using var fake = await FakeUpstream.StartAsync(Server);
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), await Server.AddPersonAsync());
        Assert.Contains("form-action 'self' https: http://localhost:*", (await browser.OpenAsync("/account/links")).Header("Content-Security-Policy"), StringComparison.Ordinal);
        Server.Clock.Advance(Session.FreshFor + TimeSpan.FromSeconds(1));
        Assert.Equal("/login?return_to=links", (await browser.OpenAsync("/account/links")).Path);
    }

    [Fact]
    public async Task A_link_is_made_for_the_session_that_asked_and_no_other()
    {
        await using var fake = await FakeUpstream.StartAsync(Server);
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        var back = fake.Answer(await browser.SubmitOnceAsync((await browser.OpenAsync("/account/links")).FormWith(fake.Name)));
        await browser.SignInAsync(await browser.OpenAsync("/login"), await Server.AddPersonAsync());
        var refused = await browser.OpenAsync(back);
        Assert.Equal(Refusals.Of(Refusal.UpstreamLinkGone).Status, (int)refused.Status);
        Assert.Contains("href=\"/account/links\"", refused.Html, StringComparison.Ordinal);
        Assert.Null(await Server.Get<UpstreamLinks>().FindAsync(fake.Issuer, "ada"));
    }

    [Fact]
    public async Task A_link_is_one_accounts()
    {
        await using var fake = await FakeUpstream.StartAsync(Server);
        using var first = new Browser(Server);
        using var second = new Browser(Server);
        foreach (var browser in new[] { first, second })
            await browser.SignInAsync(await browser.OpenAsync("/login"), await Server.AddPersonAsync());
        await LinkAsync(first, fake);
        Assert.Equal(Refusals.Of(Refusal.UpstreamLinkTaken).Status, (int)(await LinkAsync(second, fake)).Status);
    }

    [Fact]
    public async Task The_last_way_in_stays_also_where_two_go_at_once()
    {
        await using var fake = await FakeUpstream.StartAsync(Server, u => u with { Create = UpstreamCreation.Always });
        await using var other = await FakeUpstream.StartAsync(Server);
        using var browser = new Browser(Server);
        await browser.SubmitAsync(await fake.SignInAsync(browser));
        fake.ChangeClaims = c => c["auth_time"] = Jose.NumericDate.From(Server.Clock.GetUtcNow());
        var refused = await browser.SubmitAsync((await browser.OpenAsync("/account/links")).FormWith("/account/links/remove"));
        Assert.Equal("It is your only way in", refused.Heading);

        var userId = (await SessionOfAsync(Server, browser)).UserId;
        var links = Server.Get<UpstreamLinks>();
        Assert.Null(await links.AddAsync(userId, new(other.Issuer, "ada", null)));
        var outcomes = await Task.WhenAll(new[] { fake, other }.Select(async f => await links.RemoveAsync(userId, (f.Issuer, "ada"), "a-stamp")));
        Assert.Equal([null, Refusal.UpstreamLinkLast], outcomes.OrderBy(o => o));
    }

    [Fact]
    public async Task Signing_out_here_is_offered_there_too()
    {
        await using var fake = await FakeUpstream.StartAsync(Server, u => u with { Create = UpstreamCreation.Always });
        using var browser = new Browser(Server);
        await browser.SubmitAsync(await fake.SignInAsync(browser));
        var done = await browser.SubmitAsync(await browser.OpenAsync("/logout"));
        Assert.Contains("You are still signed in at Example .", done.Text, StringComparison.Ordinal);
        var there = WebUtility.HtmlDecode(done.Html.Split("href=\"").Single(h => h.StartsWith(fake.Issuer, StringComparison.Ordinal)).Split('"')[0]);
        Assert.Equal($"{fake.Issuer}/logout?client_id=us&post_logout_redirect_uri={Uri.EscapeDataString($"{TestServer.Issuer}/login/upstream/{fake.Name}/signed-out")}", there);
        Assert.Equal("You are signed out", (await browser.OpenAsync(fake.Start + "/signed-out")).Heading);
    }

    [Fact]
    public async Task Signing_out_goes_on_there_and_back_to_the_app_where_the_operator_says_so()
    {
        await using var fake = await FakeUpstream.StartAsync(Server, u => u with { Create = UpstreamCreation.Always, Logout = UpstreamLogout.Always });
        var client = await Server.AddClientAsync();
        using var browser = new Browser(Server);
        await browser.SubmitAsync(await fake.SignInAsync(browser));
        var ask = await browser.OpenAsync($"/logout?client_id={client.ClientId}&post_logout_redirect_uri={Uri.EscapeDataString(client.PostLogoutRedirectUris[0])}&state=s1");
        var sent = await browser.SubmitOnceAsync(ask);
        var query = System.Web.HttpUtility.ParseQueryString(new Uri(sent.Location!).Query);
        Assert.StartsWith(fake.Issuer + "/logout?", sent.Location, StringComparison.Ordinal);
        var back = await browser.SendAsync(HttpMethod.Get, $"{fake.Start}/signed-out?state={query["state"]}", null);
        Assert.Equal("https://app.example/bye?state=s1", back.Location);
        Assert.Null((await browser.SendAsync(HttpMethod.Get, $"{fake.Start}/signed-out?state=forged", null)).Location);
    }

    [Fact]
    public async Task A_sign_out_there_ends_the_session_here()
    {
        await using var fake = await FakeUpstream.StartAsync(Server, u => u with { Create = UpstreamCreation.Always });
        fake.ChangeClaims = c => c["sid"] = "s1";
        using var browser = new Browser(Server);
        await browser.SubmitAsync(await fake.SignInAsync(browser));
        var session = await SessionOfAsync(Server, browser);

        Assert.Equal(HttpStatusCode.BadRequest, await HearAsync(fake, fake.LogoutToken(c => c["aud"] = "other")));
        Assert.Equal(HttpStatusCode.OK, await HearAsync(fake, fake.LogoutToken(c => c["sid"] = "s2")));
        Assert.Contains("You are signed in", (await browser.OpenAsync("/")).Text, StringComparison.Ordinal);
        var token = fake.LogoutToken(c => c["sid"] = "s1");
        Assert.Equal(HttpStatusCode.OK, await HearAsync(fake, token));
        Assert.DoesNotContain("You are signed in", (await browser.OpenAsync("/")).Text, StringComparison.Ordinal);
        Assert.NotNull((await Server.Get<Sessions>().FindAsync(session.SessionId))!.EndedAt);
        Assert.Equal((HttpStatusCode)Refusals.Of(Refusal.UpstreamLogoutTokenReplayed).Status, await HearAsync(fake, token));
    }

    [Fact]
    public async Task Nobody_else_signs_people_out()
    {
        await using var fake = await FakeUpstream.StartAsync(Server, u => u with { Create = UpstreamCreation.Always });
        await using var evil = await FakeUpstream.StartAsync(Server);
        using var browser = new Browser(Server);
        await browser.SubmitAsync(await fake.SignInAsync(browser));
        evil.Subject = fake.Subject;
        Assert.Equal(HttpStatusCode.OK, await HearAsync(evil, evil.LogoutToken()));
        Assert.Equal(HttpStatusCode.BadRequest, await HearAsync(fake, evil.LogoutToken()));
        Assert.Equal(HttpStatusCode.BadRequest, await HearAsync(fake, evil.LogoutToken(c => c["iss"] = fake.Issuer)));
        Assert.Equal(HttpStatusCode.BadRequest, await HearAsync(fake, fake.IdToken()));
        Assert.Equal(HttpStatusCode.BadRequest, await HearAsync(fake, ""));
        Assert.Contains("You are signed in", (await browser.OpenAsync("/")).Text, StringComparison.Ordinal);
    }

    internal static async Task<Session> SessionOfAsync(TestServer server, Browser browser)
    {
        var secret = browser.SetCookies["idp-session"].Split(';')[0].Split('=', 2)[1];
        return (await server.Get<Sessions>().FindStandingAsync(SHA256.HashData(Encoding.ASCII.GetBytes(secret))))!.Session;
    }

    private static async Task<Page> LinkAsync(Browser browser, FakeUpstream fake) =>
        await browser.OpenAsync(fake.Answer(await browser.SubmitOnceAsync((await browser.OpenAsync("/account/links")).FormWith($"value=\"{fake.Name}\""))));

    private async Task<HttpStatusCode> HearAsync(FakeUpstream fake, string token)
    {
        using var form = new FormUrlEncodedContent([new("logout_token", token)]);
        using var answer = await Server.Http.PostAsync(fake.Start + "/backchannel-logout", form);
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        return answer.StatusCode;
    }
}
