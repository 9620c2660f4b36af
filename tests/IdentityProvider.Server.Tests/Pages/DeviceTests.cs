using System.Net;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.DeviceAuthorization;
using IdentityProvider.Server.Decoupled;
using IdentityProvider.Server.Tests.Endpoints.Registration;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Pages;

public sealed class DeviceTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private TestServer Server => fixture.Server;

    [Fact]
    public async Task The_code_then_the_sign_in_then_the_question_and_the_device_is_connected()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        var device = await Device.StartAsync(Server);

        var login = await Device.TypeAsync(browser, $" {device.UserCode.ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal)}");
        Assert.Equal("Sign in", login.Heading);
        Assert.Contains("to connect your device", login.Text, StringComparison.Ordinal);

        var question = await browser.SignInAsync(login, username);
        Assert.Equal("The Television on a device asks for access", question.Heading);
        Assert.Contains(device.UserCode, question.Text, StringComparison.Ordinal);
        Assert.Contains($"You are signed in as {username}", question.Text, StringComparison.Ordinal);
        Assert.Contains("Read your notes", question.Text, StringComparison.Ordinal);
        Assert.Contains("Go on only if you started this yourself", question.Text, StringComparison.Ordinal);

        var done = await browser.SubmitAsync(question, ("decision", "allow"));
        Assert.Equal("Your device is connected", done.Heading);
        Assert.Equal("openid notes.read", (await device.TokensAsync()).GetProperty("scope").GetString());
    }

    [Fact]
    public async Task A_code_in_the_link_is_filled_in_and_still_sent_by_the_person()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        var device = await Device.StartAsync(Server);

        var link = new Uri(device.Authorization.GetProperty("verification_uri_complete").GetString()!);
        var form = await browser.OpenAsync(link.PathAndQuery);
        Assert.Equal("Connect a device", form.Heading);
        Assert.Contains($"value=\"{device.UserCode}\"", form.Html, StringComparison.Ordinal);

        var question = await browser.SubmitAsync(form, ("user_code", device.UserCode));
        Assert.Contains("asks for access", question.Heading, StringComparison.Ordinal);
        Assert.DoesNotContain(device.UserCode, question.Path, StringComparison.Ordinal);
        Assert.DoesNotContain("=\"<", (await browser.OpenAsync("/device?user_code=<script>")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_no_reaches_the_device_and_gives_it_nothing()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        var device = await Device.StartAsync(Server);

        var done = await browser.SubmitAsync(await device.QuestionAsync(browser, username), ("decision", "deny"));

        Assert.Equal("Your device is not connected", done.Heading);
        Assert.Equal("access_denied", await device.ErrorAsync());
        Assert.Null(await Server.Get<Grants>().FindAsync(await Server.UserIdAsync(username), device.Client.ClientId, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_yes_is_remembered_as_consent_and_asked_for_again_each_time()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        var client = await Device.AddClientAsync(Server, c => c with { RequireConsent = false });
        await (await Device.StartAsync(Server, client)).ConnectAsync(browser, username);

        var grant = await Server.Get<Grants>().FindAsync(await Server.UserIdAsync(username), client.ClientId, TestContext.Current.CancellationToken);
        Assert.Equal("openid notes.read", grant!.Scope.ToString());
        Assert.Equal([Person.NotesApi.Identifier], grant.Resources);

        var again = await Device.StartAsync(Server, client);
        Assert.Contains("asks for access", (await again.QuestionAsync(browser, username)).Heading, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_code_is_answered_on_the_form_before_any_sign_in()
    {
        using var browser = new Browser(Server);
        var form = await Device.TypeAsync(browser, "<nonsense>");
        Assert.Equal(Refusals.Of(Refusal.UserCodeMalformed).Status, (int)form.Status);
        Assert.Contains("role=\"alert\"", form.Html, StringComparison.Ordinal);
        Assert.Contains("value=\"&lt;nonsense&gt;\"", form.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_that_is_wrong_used_or_old_gets_one_answer()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        var used = await Device.StartAsync(Server);
        await used.ConnectAsync(browser, username);
        var old = await Device.StartAsync(Server);
        Server.Clock.Advance(DeviceAuthorizationRules.Lifetime);

        foreach (var code in new[] { "BBBB-BBBB", used.UserCode, old.UserCode })
        {
            var page = await Device.TypeAsync(browser, code);
            Assert.Equal(HttpStatusCode.BadRequest, page.Status);
            Assert.Contains("That code isn’t right, or it is too old", page.Text, StringComparison.Ordinal);
        }

        Assert.Equal("expired_token", await old.ErrorAsync());
    }

    [Fact]
    public async Task Guessing_ends_for_the_account_after_ten_wrong_codes_and_begins_anew_with_the_window()
    {
        var username = await Server.AddPersonAsync();
        var other = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        using var others = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        for (var i = 0; i < UserCodes.MostOfAccount; i++)
            Assert.Equal(HttpStatusCode.BadRequest, (await Device.TypeAsync(browser, "BBBB-BBBB")).Status);

        var device = await Device.StartAsync(Server);
        var refused = await Device.TypeAsync(browser, device.UserCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.Contains("too many wrong codes", refused.Text, StringComparison.Ordinal);
        Assert.Contains("asks for access", (await device.QuestionAsync(others, other)).Heading, StringComparison.Ordinal);

        Server.Clock.Advance(UserCodes.Window);
        await (await Device.StartAsync(Server)).ConnectAsync(browser, username);
    }

    [Fact]
    public async Task Right_codes_are_no_guesses_and_guesses_of_many_accounts_from_one_address_end_too()
    {
        var codes = Server.Get<UserCodes>();
        var device = await Device.StartAsync(Server);
        var (right, wrong) = (UserCode.Parse(device.UserCode)!, UserCode.Parse("BBBB-BBBB")!);
        for (var i = 0; i < 2 * UserCodes.MostOfAddress; i++)
            Assert.True((await codes.FindAsync(right, Guid.Empty, "192.0.2.1", TestContext.Current.CancellationToken)).Try(out _, out _));

        var refusals = new List<Refusal>();
        for (var i = 0; i <= UserCodes.MostOfAddress; i++)
            refusals.Add((await codes.FindAsync(wrong, new Guid(i + 1, 0, 0, new byte[8]), "192.0.2.1", TestContext.Current.CancellationToken)).Try(out _, out var reason) ? default : reason);
        Assert.All(refusals.SkipLast(1), reason => Assert.Equal(Refusal.UserCodeUnknown, reason));
        Assert.Equal(Refusal.UserCodeGuessedTooOften, refusals[^1]);
    }

    [Fact]
    public async Task The_answer_counts_only_from_the_form_and_the_session_that_it_was_shown_to()
    {
        var (alice, bob) = (await Server.AddPersonAsync(), await Server.AddPersonAsync());
        using var browser = new Browser(Server);
        using var stranger = new Browser(Server);
        var device = await Device.StartAsync(Server);
        var question = await device.QuestionAsync(browser, alice);

        var forged = await stranger.SubmitAsync(question, ("decision", "allow"));
        Assert.Equal("Please try that again", forged.Heading);

        await browser.SignInAsync(await browser.OpenAsync("/login"), bob);
        var shownAgain = await browser.SubmitAsync(question, ("decision", "allow"));
        Assert.Contains($"You are signed in as {bob}", shownAgain.Text, StringComparison.Ordinal);
        Assert.Equal("authorization_pending", await device.ErrorAsync());
    }

    [Fact]
    public async Task A_link_from_elsewhere_leads_to_the_form_and_no_further()
    {
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), await Server.AddPersonAsync());
        Assert.Equal("Connect a device", (await browser.OpenAsync("/device/consent")).Heading);
        Assert.Equal("Connect a device", (await browser.OpenAsync("/device/consent?entered=AAAA")).Heading);

        // Who typed their own device's code has an address that asks; in nobody else's browser does it.
        using var attacker = new Browser(Server);
        var theirs = await (await Device.StartAsync(Server)).QuestionAsync(attacker, await Server.AddPersonAsync());
        Assert.Contains("asks for access", (await attacker.OpenAsync(theirs.Path)).Heading, StringComparison.Ordinal);
        Assert.Equal("Connect a device", (await browser.OpenAsync(theirs.Path)).Heading);

        Server.Clock.Advance(DeviceAuthorizationRules.Lifetime);
        Assert.Equal("Connect a device", (await attacker.OpenAsync(theirs.Path)).Heading);
    }

    [Fact]
    public async Task Of_a_client_that_registered_itself_it_says_that_nobody_has_checked_its_name()
    {
        using var browser = new Browser(Server);
        var (token, _) = await Server.PolicyAsync(policy => policy with { GrantTypes = [GrantTypes.DeviceCode] });
        var registered = await Server.RegisterAsync(token, $$"""{"client_name":"Your bank","grant_types":["{{GrantTypes.DeviceCode}}"],"token_endpoint_auth_method":"none","scope":"openid"}""");
        var client = await Server.Get<Clients>().FindAsync(registered["client_id"]!, TestContext.Current.CancellationToken);
        var question = await (await Device.StartAsync(Server, client, "openid")).QuestionAsync(browser, await Server.AddPersonAsync());
        Assert.Contains("This app registered itself. Nobody here has checked what it calls itself.", question.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("registered itself", (await (await Device.StartAsync(Server)).QuestionAsync(browser, "")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_wants_a_recent_sign_in_gets_one_made_for_the_code()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        Server.Clock.Advance(TimeSpan.FromMinutes(2));
        var device = await Device.StartAsync(Server, await Device.AddClientAsync(Server, c => c with { DefaultMaxAge = 0 }));

        Assert.Equal("Sign in", (await Device.TypeAsync(browser, device.UserCode)).Heading);
        await device.ConnectAsync(browser, username);
    }

    [Fact]
    public async Task Every_page_runs_nothing_and_leads_nowhere_else()
    {
        using var browser = new Browser(Server);
        var device = await Device.StartAsync(Server, await Device.AddClientAsync(Server, c => c with { LogoUri = "https://tv.example/logo.png" }));
        var question = await device.QuestionAsync(browser, await Server.AddPersonAsync());
        Assert.EndsWith("img-src 'self' data: https://tv.example; form-action 'self'", question.Header("Content-Security-Policy"), StringComparison.Ordinal);
        foreach (var page in new[] { question, await browser.OpenAsync("/device"), await browser.SubmitAsync(question, ("decision", "allow")) })
        {
            Assert.Equal(HttpStatusCode.OK, page.Status);
            Assert.DoesNotContain("<script", page.Html, StringComparison.Ordinal);
            Assert.Equal("DENY", page.Header("X-Frame-Options"));
            Assert.Equal("no-store", page.Header("Cache-Control"));
        }
    }
}
