using System.Net;
using System.Text.RegularExpressions;
using IdentityProvider.Server.Tests.Pages;

namespace IdentityProvider.Server.Tests.Endpoints.Logout;

/// <summary>OpenID Connect Front-Channel Logout 1.0: what the signed-out page loads, and where it goes.</summary>
public sealed partial class FrontChannelLogoutTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private const string To = "&post_logout_redirect_uri=https://app.example/bye&state=s";

    private TestServer Server => fixture.Server;

    [Fact]
    public async Task The_apps_of_the_session_are_framed_and_the_browser_goes_on_after_a_while()
    {
        using var person = await SignedInApp.NewAsync(Server);
        var hint = await SignInAsync(person, "https://app.example/front");
        await SignInAsync(person, "https://other.example:8443/front?tenant=1", "https://other.example:8443/cb");
        await SignInAsync(person, null);
        using var elsewhere = await SignedInApp.NewAsync(Server);
        await SignInAsync(elsewhere, "https://app.example/elsewhere");

        var page = await person.Browser.OpenAsync("/logout?id_token_hint=" + hint + To);

        Assert.Equal((HttpStatusCode.OK, "You are signed out", null), (page.Status, page.Heading, page.Location));
        var sid = SignedInApp.Claims(hint).GetProperty("sid").GetString();
        var frames = Frame().Matches(page.Html);
        Assert.Equal(
            [
                $"https://app.example/front?iss=http%3A%2F%2Flocalhost%3A8080&sid={sid}",
                $"https://other.example:8443/front?tenant=1&iss=http%3A%2F%2Flocalhost%3A8080&sid={sid}",
            ],
            frames.Select(f => WebUtility.HtmlDecode(f.Groups[1].Value)).Order(StringComparer.Ordinal));
        Assert.All(frames, f => Assert.Contains(" hidden sandbox=\"allow-scripts allow-same-origin\" referrerpolicy=\"no-referrer\"", f.Value, StringComparison.Ordinal));
        Assert.Contains("<meta http-equiv=\"refresh\" content=\"3;url=https://app.example/bye?state=s\" />", page.Html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://app.example/bye?state=s\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("Continue to The App", page.Text, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(page.Html, "<script "));
        Assert.Contains("script-src 'self'; ", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal("DENY", page.Header("X-Frame-Options"));
        var sources = Regex.Match(page.Header("Content-Security-Policy"), "frame-src ([^;]+)").Groups[1].Value;
        Assert.Equal(["https://app.example", "https://other.example:8443"], sources.Split(' ').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Where_no_app_listens_in_the_browser_it_goes_on_at_once()
    {
        using var person = await SignedInApp.NewAsync(Server);
        var hint = await SignInAsync(person, null);
        var answer = await person.Browser.OpenAsync("/logout?id_token_hint=" + hint + To);
        Assert.Equal((HttpStatusCode.SeeOther, "https://app.example/bye?state=s"), (answer.Status, answer.Location));
    }

    [Fact]
    public async Task A_person_who_said_yes_sees_the_same_page_which_stays_where_there_is_nowhere_to_go()
    {
        using var person = await SignedInApp.NewAsync(Server);
        await SignInAsync(person, "https://app.example/front");
        var page = await person.Browser.SubmitAsync(await person.Browser.OpenAsync("/logout"));
        Assert.Equal("You are signed out", page.Heading);
        Assert.Single(Frame().Matches(page.Html));
        Assert.DoesNotContain("http-equiv", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("frame-src", (await person.Browser.OpenAsync("/logout")).Header("Content-Security-Policy"), StringComparison.Ordinal);
    }

    private async Task<string> SignInAsync(SignedInApp person, string? frontChannel, string redirectUri = "https://app.example/cb") =>
        await person.SignInAsync(await SignedInApp.AddClientAsync(Server, c => c with { RedirectUris = [redirectUri], FrontchannelLogoutUri = frontChannel }));

    [GeneratedRegex("<iframe src=\"([^\"]+)\"[^>]*></iframe>")]
    private static partial Regex Frame();
}
