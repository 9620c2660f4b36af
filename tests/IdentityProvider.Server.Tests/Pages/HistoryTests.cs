using System.Globalization;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.Pages;
using IdentityProvider.Server.Pages.Account;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary><c>/account/history</c>.</summary>
public sealed class HistoryTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private TestServer Server => fixture.Server;

    [Fact]
    public async Task Each_thing_that_can_happen_has_words_in_each_language()
    {
        var texts = Server.Get<Texts>();
        var before = CultureInfo.CurrentUICulture;
        foreach (var language in new[] { "en", "de", "fr", "es", "ja", "ar" })
        {
            CultureInfo.CurrentUICulture = new CultureInfo(language);
            foreach (var outcome in Enum.GetValues<SignInOutcome>())
                Assert.NotEmpty(HistoryWords.Of(texts, Line(outcome)));
        }

        CultureInfo.CurrentUICulture = new CultureInfo("en");
        Assert.Equal("Signed in: password, code", HistoryWords.Of(texts, Line(SignInOutcome.SignedIn) with { Detail = "pwd otp mfa" }));
        Assert.Equal("Signed in with a new device: passkey", HistoryWords.Of(texts, Line(SignInOutcome.SignedInNewBrowser) with { Detail = "swk user mfa" }));
        Assert.Equal("Wrong password (4 times)", HistoryWords.Of(texts, Line(SignInOutcome.WrongPassword) with { Count = 4 }));
        Assert.Equal("App connected: Größer & Co", HistoryWords.Of(texts, Line(SignInOutcome.AppConnected) with { Detail = "Größer & Co" }));
        CultureInfo.CurrentUICulture = before;
    }

    [Fact]
    public async Task A_history_is_read_a_page_at_a_time_and_is_nobody_elses()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        var userId = await Server.UserIdAsync(username);
        for (var i = 0; i < 60; i++)
            await Server.Get<SignInEvents>().AddAsync(Line(SignInOutcome.AppConnected) with { UserId = userId, At = Server.Clock.GetUtcNow().AddMinutes(-1 - i), Detail = $"App {i}<b>" }, TestContext.Current.CancellationToken);

        var first = await browser.OpenAsync("/account/history");
        Assert.Contains("App connected: App 48<b>", first.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("App 49", first.Text, StringComparison.Ordinal);
        var older = System.Text.RegularExpressions.Regex.Match(first.Html, "href=\"(/account/history\\?before=[^\"]+)\"").Groups[1].Value;
        var second = await browser.OpenAsync(older);
        Assert.Contains("App 49<b>", second.Text, StringComparison.Ordinal);
        Assert.Contains("App 59<b>", second.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("before=", second.Html, StringComparison.Ordinal);

        using var another = new Browser(Server);
        await another.SignInAsync(await another.OpenAsync("/login"), await Server.AddPersonAsync());
        Assert.DoesNotContain("App 49", (await another.OpenAsync(older)).Text, StringComparison.Ordinal);
        using var stranger = new Browser(Server);
        Assert.Equal("/login?return_to=history", (await stranger.SendAsync(HttpMethod.Get, "/account/history", null)).Location);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("1.2.3")]
    [InlineData("99999999999999999999.00000000000000000000000000000000")]
    [InlineData("999999999999999999.00000000000000000000000000000000")]
    public async Task A_place_that_is_none_is_the_beginning(string place)
    {
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), await Server.AddPersonAsync());
        Assert.Contains("Signed in: password", (await browser.OpenAsync("/account/history?before=" + place)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_that_is_connected_and_removed_is_there_by_its_name()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        await AppAccess.OpenAsync(Server, browser);
        var account = await browser.OpenAsync("/account");
        await browser.SubmitAsync(account.FormWith("client_id"));
        var lines = await Server.Get<SignInEvents>().ListAsync(await Server.UserIdAsync(username), Server.Clock.GetUtcNow(), 10, TestContext.Current.CancellationToken);
        Assert.Contains((SignInOutcome.AppConnected, "The App"), lines.Select(l => (l.Outcome, l.Detail)));
        Assert.Contains((SignInOutcome.AppRemoved, "The App"), lines.Select(l => (l.Outcome, l.Detail)));
    }

    private static SignInEvent Line(SignInOutcome outcome) => new()
    {
        EventId = Guid.Parse("11111111-2222-4333-8444-" + Interlocked.Increment(ref _lines).ToString("x12", CultureInfo.InvariantCulture)),
        UserId = Guid.Empty,
        At = DateTimeOffset.UnixEpoch,
        Outcome = outcome,
    };

    private static int _lines;
}
