using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace IdentityProvider.Server.Tests.Upstream;

/// <summary>An upstream that falls silent, talks without end or says what is nothing: people are told so, soon, and can go another way.</summary>
public sealed class UpstreamSilenceTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private const string Metadata = "/.well-known/openid-configuration";
    private const string Down = "The other provider does not answer";

    private static readonly string[] Paths = [Metadata, "/token", "/jwks", "/userinfo"];

    private TestServer Server => fixture.Server;

    public static MatrixTheoryData<string, string> Silences() => new(Paths, ["silence", "half an answer"]);

    [Theory]
    [MemberData(nameof(Silences))]
    public async Task One_that_never_answers_is_waited_for_as_long_as_any_call_and_no_longer(string path, string manner)
    {
        await using var fake = await LinkedAsync();
        using var browser = new Browser(Server);
        fake.Instead[path] = manner is "silence" ? fake.HangAsync : async http =>
        {
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync("{");
            await http.Response.Body.FlushAsync();
            await fake.HangAsync(http);
        };
        var opened = OpenAsync(fake, browser, path);
        await fake.IsAskedAsync(path);
        Server.Clock.Advance(Outgoing.Patience - TimeSpan.FromTicks(1));
        Assert.False(opened.IsCompleted);
        Server.Clock.Advance(TimeSpan.FromTicks(1));
        await AssertDownAsync(browser, await opened);
        await AssertLetsInAgainAsync(fake, browser);
    }

    public static TheoryData<string> Hinters => [.. Paths];

    /// <summary>By the framework's limit of headers or by our patience: which comes first hangs on where the packets part.</summary>
    [Theory]
    [MemberData(nameof(Hinters))]
    public async Task One_that_hints_without_end_is_cut_short(string path)
    {
        await using var fake = await LinkedAsync();
        using var browser = new Browser(Server);
        fake.Instead[path] = http => SendWithoutEndAsync(http, "", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
        var opened = OpenAsync(fake, browser, path);
        await fake.IsAskedAsync(path);
        Server.Clock.Advance(Outgoing.Patience);
        await AssertDownAsync(browser, await opened);
        await AssertLetsInAgainAsync(fake, browser);
    }

    public static MatrixTheoryData<string, string> Floods() => new(Paths, ["body", "headers"]);

    [Theory]
    [MemberData(nameof(Floods))]
    public async Task One_that_talks_without_end_is_cut_short(string path, string manner)
    {
        await using var fake = await LinkedAsync();
        using var browser = new Browser(Server);
        var head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
        fake.Instead[path] = http => manner is "body" ? SendWithoutEndAsync(http, head + "\r\n", new string(' ', 1000)) : SendWithoutEndAsync(http, head, "X-Header: another\r\n");

        // The clock stands still: it is its length that ends it.
        await AssertDownAsync(browser, await OpenAsync(fake, browser, path));
    }

    public static MatrixTheoryData<string, string> Nonsense() => new(Paths, ["", "<html>", "{\"a\":1}", "nesting", "less than it says", "not HTTP"]);

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task One_whose_answer_is_nothing_signs_nobody_in_and_the_page_says_what_to_do(string path, string manner)
    {
        await using var fake = await LinkedAsync();
        using var browser = new Browser(Server);
        fake.Instead[path] = manner switch
        {
            "less than it says" => http => SendAsync(http, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"),
            "not HTTP" => http => SendAsync(http, "SSH-2.0-OpenSSH_9.2\r\n"),
            _ => async http =>
            {
                http.Response.ContentType = "application/json";
                await http.Response.WriteAsync(manner is "nesting" ? new string('[', 5000) : manner);
            },
        };
        var page = await OpenAsync(fake, browser, path);

        // What it answered wrong it answers wrong again; where nothing of it is known yet, or nothing whole came, it may work in a moment.
        var isBroken = manner is "less than it says" or "not HTTP" || path is Metadata or "/jwks";
        if (isBroken)
            await AssertDownAsync(browser, page);
        else
            AssertSays(page, path is "/userinfo" && manner is "{\"a\":1}" ? Refusal.UpstreamUserInfoMismatch : Refusal.UpstreamFailed);
        Assert.DoesNotContain("idp-session", browser.SetCookies.Keys);
    }

    [Fact]
    public async Task Whoever_signs_out_here_is_signed_out_though_the_other_provider_is_silent()
    {
        await using var fake = await LinkedAsync(UpstreamLogout.Offer);
        using var browser = new Browser(Server);
        await fake.SignInAsync(browser);
        var session = await UpstreamLinkTests.SessionOfAsync(Server, browser);
        Server.Clock.Advance(TimeSpan.FromMinutes(61));
        var confirm = await browser.OpenAsync("/logout");
        var asked = fake.Calls(Metadata);
        fake.Instead[Metadata] = fake.HangAsync;

        var leaving = browser.SubmitAsync(confirm);
        for (var i = 0; i <= asked; i++)
            await fake.IsAskedAsync(Metadata);
        Assert.NotNull((await Server.Get<Sessions>().FindAsync(session.SessionId, TestContext.Current.CancellationToken))!.EndedAt);
        Server.Clock.Advance(Outgoing.Patience);
        Assert.Equal("You are signed out", (await leaving).Heading);
    }

    // As soon as it speaks again, whoever tries is let in.
    private async Task AssertLetsInAgainAsync(FakeUpstream fake, Browser browser)
    {
        fake.Instead.Clear();
        Server.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.SendAsync(HttpMethod.Get, await fake.GoAsync(browser, fake.Start), null)).Status);
    }

    private static async Task AssertDownAsync(Browser browser, Page page)
    {
        AssertSays(page, Refusal.UpstreamUnavailable);
        Assert.Equal((Down, "30"), (page.Heading, page.Header("Retry-After")));
        Assert.DoesNotContain("idp-session", browser.SetCookies.Keys);
        Assert.Equal("Sign in", (await browser.OpenAsync("/login?return_to=account")).Heading);
    }

    private static void AssertSays(Page page, Refusal reason)
    {
        Assert.Equal((HttpStatusCode)Refusals.Of(reason).Status, page.Status);
        Assert.Contains("href=\"/login?return_to=account\"", page.Html, StringComparison.Ordinal);
    }

    // Up to the call that this path answers.
    private static async Task<Page> OpenAsync(FakeUpstream fake, Browser browser, string path)
    {
        var start = fake.Start + "?return_to=account";
        return await browser.OpenAsync(path is Metadata ? start : await fake.GoAsync(browser, start));
    }

    // Below HTTP, until the other side has had enough.
    private static async Task SendWithoutEndAsync(HttpContext http, string head, string part)
    {
        var output = http.Features.GetRequiredFeature<IConnectionTransportFeature>().Transport.Output;
        var bytes = Encoding.ASCII.GetBytes(part);
        var sent = await output.WriteAsync(Encoding.ASCII.GetBytes(head));
        while (sent is { IsCompleted: false, IsCanceled: false } && !http.RequestAborted.IsCancellationRequested)
            sent = await output.WriteAsync(bytes);
        http.Abort();
    }

    private static async Task SendAsync(HttpContext http, string text)
    {
        await http.Features.GetRequiredFeature<IConnectionTransportFeature>().Transport.Output.WriteAsync(Encoding.ASCII.GetBytes(text));
        http.Abort();
    }

    private async Task<FakeUpstream> LinkedAsync(UpstreamLogout logout = UpstreamLogout.Never)
    {
        var fake = await FakeUpstream.StartAsync(Server, u => u with { Logout = logout });
        fake.UserInfo = new JsonObject { ["sub"] = fake.Subject };
        Assert.Null(await Server.Get<UpstreamLinks>().AddAsync(await Server.UserIdAsync(await Server.AddPersonAsync()), new(fake.Issuer, fake.Subject, null)));
        return fake;
    }
}
