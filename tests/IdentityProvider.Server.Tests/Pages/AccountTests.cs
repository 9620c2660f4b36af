using System.Net;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary><c>/account</c>: what a person sees of their sign-ins and apps, and ends.</summary>
public sealed class AccountTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private const string Firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";
    private const string Phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";

    private TestServer Server => fixture.Server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_is_not_signed_in_signs_in_first_and_comes_back()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        Assert.Equal("/login?return_to=account", (await browser.SendAsync(HttpMethod.Get, "/account", null)).Location);
        var account = await browser.SignInAsync(await browser.OpenAsync("/account"), username);
        Assert.Equal(("/account", "Your account"), (account.Path, account.Heading));
        Assert.Contains("href=\"/account\"", (await browser.OpenAsync("/")).Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/account")]
    [InlineData("Account")]
    [InlineData("")]
    public async Task A_sign_in_leads_to_no_address_that_a_request_names(string returnTo)
    {
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync("/login?return_to=" + Uri.EscapeDataString(returnTo));
        Assert.DoesNotContain("evil", login.Html, StringComparison.Ordinal);
        var answer = await browser.SubmitOnceAsync(login, ("username", await Server.AddPersonAsync()), ("password", Person.Password), ("return_to", returnTo));
        Assert.Equal("/", answer.Location);
    }

    [Fact]
    public async Task Shows_each_device_with_its_apps_and_when_it_ends_and_marks_this_one()
    {
        var username = await Server.AddPersonAsync();
        using var here = await SignInAsync(username, Firefox);
        await AppAccess.OpenAsync(Server, here, edit: c => c with { ClientName = "Shop <here>" });
        Server.Clock.Advance(TimeSpan.FromMinutes(3));
        using var phone = await SignInAsync(username, Phone);

        var account = await here.OpenAsync("/account");
        Assert.Matches("Firefox on Linux This browser From 127.0.0.1 Signed in .* Last used just now Apps Shop <here> Ends .* UTC if unused, at the latest .* UTC Sign out", account.Text);
        Assert.Matches("Safari on iPhone From .* Apps none", account.Text);
        Assert.Contains("Shop &lt;here&gt;", account.Html, StringComparison.Ordinal);
        Assert.Single(account.Html.Split("This browser").Skip(1));
        Assert.Matches("Safari on iPhone This browser", (await phone.OpenAsync("/account")).Text);
    }

    [Fact]
    public async Task Ends_another_device_with_its_apps_and_leaves_the_rest()
    {
        var username = await Server.AddPersonAsync();
        using var here = await SignInAsync(username, Firefox);
        using var phone = await SignInAsync(username, Phone);
        var appHere = await AppAccess.OpenAsync(Server, here);
        var appThere = await AppAccess.OpenAsync(Server, phone);

        var done = await here.SubmitAsync((await here.OpenAsync("/account")).FormWith("Safari on iPhone"));
        Assert.Contains("That device is signed out", done.Text, StringComparison.Ordinal);
        Assert.Contains("role=\"status\"", done.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("Sign out of Safari", done.Html, StringComparison.Ordinal);
        Assert.Equal("Sign in", (await phone.OpenAsync("/account")).Heading);
        Assert.Equal((true, false), (await appHere.IsAliveAsync(), await appThere.IsAliveAsync()));
    }

    [Fact]
    public async Task Ends_no_session_of_another_person_and_says_nothing_of_it()
    {
        using var here = await SignInAsync(await Server.AddPersonAsync());
        using var stranger = await SignInAsync(await Server.AddPersonAsync());
        var form = await OtherDeviceFormAsync(here);
        var theirs = (await stranger.OpenAsync("/account/everywhere")).Fields["shown"];

        var answers = new List<string?>();
        foreach (var session in new[] { theirs, Guid.Empty.ToString("N"), "garbage", "" })
            answers.Add((await here.SubmitOnceAsync(form, ("session", session))).Location);
        Assert.All(answers, location => Assert.Equal("/account?done=session-gone", location));
        Assert.Equal("Your account", (await stranger.OpenAsync("/account")).Heading);
    }

    [Fact]
    public async Task This_browsers_own_session_ends_by_the_sign_out()
    {
        using var here = await SignInAsync(await Server.AddPersonAsync());
        var form = await OtherDeviceFormAsync(here);
        Assert.Equal("/logout", (await here.SubmitOnceAsync(form, ("session", form.Fields["shown"]))).Location);
    }

    [Fact]
    public async Task A_form_that_was_shown_to_someone_else_does_nothing()
    {
        var (first, second) = (await Server.AddPersonAsync(), await Server.AddPersonAsync());
        using var browser = await SignInAsync(first);
        var app = await Server.AddGrantAsync(first);
        await Server.Get<Grants>().PutAsync(
            (await Server.Get<Grants>().FindAsync(await Server.UserIdAsync(first), app, Cancellation))! with { UserId = await Server.UserIdAsync(second) }, Cancellation);
        var remove = (await browser.OpenAsync("/account")).FormWith(app);
        var everywhere = await browser.OpenAsync("/account/everywhere");
        await browser.SignInAsync(await browser.OpenAsync("/login"), second);

        Assert.Equal("/account", (await browser.SubmitOnceAsync(remove)).Location);
        Assert.Equal("/account/everywhere", (await browser.SubmitOnceAsync(everywhere, ("end", "all"))).Location);
        var account = await browser.OpenAsync("/account");
        Assert.Contains(second, account.Text, StringComparison.Ordinal);
        Assert.Contains(app, account.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_what_an_app_has_and_takes_it_back_with_offline_access()
    {
        var username = await Server.AddPersonAsync();
        using var here = await SignInAsync(username);
        var app = await AppAccess.OpenAsync(Server, here, "scope=openid email offline_access notes.read", c => c with { ClientName = "Mailer" });
        var other = await AppAccess.OpenAsync(Server, here);

        var account = await here.OpenAsync("/account");
        Assert.Matches("Mailer About you Who you are here: [^·]*· Your e-mail address At Notes Read your notes Given .* UTC While away it keeps access", account.Text);
        var done = await here.SubmitAsync(account.FormWith(app.Client.ClientId));
        Assert.Contains("The app has no access to your account any more", done.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(app.Client.ClientId, done.Html, StringComparison.Ordinal);

        Assert.Equal((false, true), (await app.IsAliveAsync(), await other.IsAliveAsync()));
        Assert.Equal("Mailer asks for access", (await here.OpenAsync(app.Client.Request())).Heading);
    }

    [Fact]
    public async Task An_app_that_an_operator_vouches_for_is_shown_and_can_be_ended_too()
    {
        using var here = await SignInAsync(await Server.AddPersonAsync());
        var app = await AppAccess.OpenAsync(Server, here, edit: c => c with { RequireConsent = false });
        var account = await here.OpenAsync("/account");
        Assert.Contains("by those who run this site, who vouch for it", account.Text, StringComparison.Ordinal);
        await here.SubmitAsync(account.FormWith(app.Client.ClientId));
        Assert.False(await app.IsAliveAsync());
    }

    [Fact]
    public async Task Signing_out_of_other_devices_leaves_this_one_and_offline_access()
    {
        var username = await Server.AddPersonAsync();
        using var here = await SignInAsync(username);
        using var phone = await SignInAsync(username);
        var app = await AppAccess.OpenAsync(Server, here);
        var offline = await AppAccess.OpenAsync(Server, phone, "scope=openid offline_access");
        var there = await AppAccess.OpenAsync(Server, phone);

        var done = await here.SubmitAsync(await here.OpenAsync("/account/everywhere"), ("end", "others"));
        Assert.Contains("Every other device is signed out", done.Text, StringComparison.Ordinal);
        Assert.Equal("Sign in", (await phone.OpenAsync("/account")).Heading);
        Assert.Equal((true, true, false), (await app.IsAliveAsync(), await offline.IsAliveAsync(), await there.IsAliveAsync()));
    }

    [Fact]
    public async Task Signing_out_everywhere_ends_this_browser_and_offline_access_too()
    {
        var username = await Server.AddPersonAsync();
        using var here = await SignInAsync(username);
        using var phone = await SignInAsync(username);
        var app = await AppAccess.OpenAsync(Server, here, edit: c => c with { FrontchannelLogoutUri = "https://app.example/leave" });
        var offline = await AppAccess.OpenAsync(Server, phone, "scope=openid offline_access");
        var cookie = here.SetCookies["idp-session"].Split(';')[0];

        var signedOut = await here.SubmitAsync(await here.OpenAsync("/account/everywhere"), ("end", "all"));
        Assert.Equal("You are signed out", signedOut.Heading);
        Assert.Contains("<iframe src=\"https://app.example/leave?iss=", signedOut.Html, StringComparison.Ordinal);
        Assert.Contains("https://app.example", signedOut.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.StartsWith("idp-session=; expires=Thu, 01 Jan 1970", here.SetCookies["idp-session"], StringComparison.Ordinal);
        using var copy = new Browser(Server, keepsCookies: false);
        Assert.Equal("/login?return_to=account", (await copy.SendAsync(HttpMethod.Get, "/account", null, cookie)).Location);
        Assert.Equal("Sign in", (await phone.OpenAsync("/account")).Heading);
        Assert.Equal((false, false), (await app.IsAliveAsync(), await offline.IsAliveAsync()));
    }

    [Theory]
    [InlineData("/account/password")]
    [InlineData("/account/everywhere")]
    public async Task What_could_lock_a_person_out_asks_for_a_sign_in_of_the_last_five_minutes(string path)
    {
        var username = await Server.AddPersonAsync();
        using var here = await SignInAsync(username);
        using var phone = await SignInAsync(username);
        var page = await here.OpenAsync(path);
        Assert.Equal(path, page.Path);
        Server.Clock.Advance(Session.FreshFor + TimeSpan.FromSeconds(1));

        var login = await here.OpenAsync(path);
        Assert.Equal("Sign in", login.Heading);
        Assert.Contains($"value=\"{username}\"", login.Html, StringComparison.Ordinal);
        Assert.StartsWith("/login?return_to=", (await here.SubmitOnceAsync(page, ("end", "all"), ("current_password", Person.Password), ("new_password", "another-one"), ("repeated_password", "another-one"))).Location, StringComparison.Ordinal);
        Assert.Equal("Your account", (await phone.OpenAsync("/account")).Heading);
        Assert.Equal(path, (await here.SignInAsync(login, username)).Path);
    }

    [Fact]
    public async Task A_session_that_lay_idle_is_shown_only_while_an_app_lives_on_it()
    {
        var limits = Server.Get<Settings>().Sessions;
        var username = await Server.AddPersonAsync();
        using var idle = await SignInAsync(username, Phone);
        using var kept = await SignInAsync(username, Firefox);
        var app = await AppAccess.OpenAsync(Server, kept);
        Server.Clock.Advance(limits.IdleLimit - TimeSpan.FromMinutes(1));
        Assert.True(await app.IsAliveAsync());
        Server.Clock.Advance(TimeSpan.FromMinutes(2));

        using var here = await SignInAsync(username);
        var account = await here.OpenAsync("/account");
        Assert.Contains("Sign out of Firefox on Linux", account.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("Sign out of Safari", account.Html, StringComparison.Ordinal);
        Assert.Contains("Last used 2 minutes ago", account.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/account/sessions/end")]
    [InlineData("/account/apps/remove")]
    public async Task Nothing_ends_by_following_a_link(string path)
    {
        using var here = await SignInAsync(await Server.AddPersonAsync());
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await here.SendAsync(HttpMethod.Get, path, null)).Status);
    }

    private async Task<Browser> SignInAsync(string username, string? userAgent = null)
    {
        var browser = new Browser(Server, userAgent: userAgent);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        return browser;
    }

    /// <summary>The form that ends another device: there is one as soon as the same person is signed in twice.</summary>
    private async Task<Page> OtherDeviceFormAsync(Browser browser)
    {
        var account = await browser.OpenAsync("/account");
        var username = System.Text.RegularExpressions.Regex.Match(account.Text, "signed in as (person-[0-9]+)").Groups[1].Value;
        using var other = await SignInAsync(username);
        return (await browser.OpenAsync("/account")).FormWith("/account/sessions/end");
    }
}
