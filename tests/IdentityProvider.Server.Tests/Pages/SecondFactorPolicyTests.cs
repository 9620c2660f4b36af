using System.Text.Json;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary>Two factors because a client, a role or a request asks for them: what is missing is asked for, and nothing else.</summary>
public sealed class SecondFactorPolicyTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private TestServer Server => fixture.Server;

    [Fact]
    public async Task A_client_that_requires_it_has_a_person_without_one_set_an_app_up_on_the_way()
    {
        var username = await Server.AddPersonAsync();
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false, RequireMfa = true });
        using var browser = new Browser(Server);
        var setup = await browser.SignInAsync(await browser.OpenAsync(client.Request()), username);
        Assert.Equal("Set up a second step", setup.Heading);
        Assert.DoesNotContain("idp-session", browser.SetCookies.Keys);
        await AuthenticatorApp.ConfirmAsync(Server, browser, setup);
        var next = System.Net.WebUtility.HtmlDecode(System.Text.RegularExpressions.Regex.Match(AuthenticatorApp.LastPage.Html, "class=\"button primary\" href=\"([^\"]+)\"").Groups[1].Value);
        Assert.True((await browser.OpenAsync(next)).Answer.ContainsKey("code"));
    }

    [Fact]
    public async Task A_session_of_one_factor_is_asked_for_the_second_alone_by_a_client_that_requires_it()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        using var other = new Browser(Server);
        var app = await AuthenticatorApp.SetUpAsync(Server, other, username);

        var open = await Server.AddClientAsync(c => c with { RequireConsent = false });
        Assert.True((await browser.OpenAsync(open.Request())).Answer.ContainsKey("code"));
        var strict = await Server.AddClientAsync(c => c with { RequireConsent = false, RequireMfa = true });
        var second = await browser.OpenAsync(strict.Request());
        Assert.Equal("One more step", second.Heading);
        Assert.Equal("login_required", (await browser.OpenAsync(strict.Request("prompt=none"))).Answer["error"]);
        Assert.True((await browser.SubmitAsync(second, ("code", app.NextCode()))).Answer.ContainsKey("code"));
    }

    [Fact]
    public async Task A_role_that_requires_it_asks_at_the_sign_in_and_of_sessions_that_stand()
    {
        var username = await Server.AddPersonAsync();
        using var before = new Browser(Server);
        await before.SignInAsync(await before.OpenAsync("/login"), username);
        await GiveStrictRoleAsync(username);
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false });
        Assert.Equal("Set up a second step", (await before.OpenAsync(client.Request())).Heading);

        using var browser = new Browser(Server);
        var setup = await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        Assert.Equal("Set up a second step", setup.Heading);
        await AuthenticatorApp.ConfirmAsync(Server, browser, setup);
        Assert.True((await browser.OpenAsync(client.Request())).Answer.ContainsKey("code"));
        Assert.Equal("One more step", (await before.OpenAsync(client.Request())).Heading);
    }

    [Fact]
    public async Task Whoever_must_set_an_app_up_in_an_old_session_signs_in_first()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        Server.Clock.Advance(Protocol.Sessions.Session.FreshFor + TimeSpan.FromSeconds(1));
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false, RequireMfa = true });
        var login = await browser.OpenAsync(client.Request());
        Assert.Equal("Sign in", login.Heading);
        Assert.Equal("Set up a second step", (await browser.SignInAsync(login, username)).Heading);
    }

    [Fact]
    public async Task A_remembered_browser_meets_policy_and_never_a_class_that_is_asked_for()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        var app = await AuthenticatorApp.SetUpAsync(Server, browser, username);
        await browser.SubmitAsync(await browser.SignInAsync(await browser.OpenAsync("/login"), username), ("code", app.NextCode()), ("remember", "yes"));
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);

        var client = await Server.AddClientAsync(c => c with { RequireConsent = false, RequireMfa = true });
        Assert.True((await browser.OpenAsync(client.Request())).Answer.ContainsKey("code"));
        Assert.Equal("One more step", (await browser.OpenAsync(client.Request("scope=openid notes.read&acr_values=" + AcrRules.TwoFactors))).Heading);
    }

    [Fact]
    public async Task A_step_up_asks_for_the_second_factor_alone_and_leaves_auth_time_what_it_was()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        using var other = new Browser(Server);
        var app = await AuthenticatorApp.SetUpAsync(Server, other, username);
        var first = await AppAccess.OpenAsync(Server, browser, "scope=openid notes.read");
        Assert.False(Claims(first.AccessToken).TryGetProperty("acr", out _));

        Server.Clock.Advance(TimeSpan.FromMinutes(20));
        var edits = "scope=openid notes.read&acr_values=" + AcrRules.TwoFactors;
        Assert.Equal("login_required", (await browser.OpenAsync(first.Client.Request(edits + "&prompt=none"))).Answer["error"]);
        var before = browser.SetCookies["idp-session"];
        var second = await browser.OpenAsync(first.Client.Request(edits));
        Assert.Equal("One more step", second.Heading);
        var stronger = await AppAccess.ExchangeAsync(Server, first.Client, (await browser.SubmitAsync(second, ("code", app.NextCode()))).Answer["code"]);
        Assert.Equal(AcrRules.TwoFactors, Claims(stronger.AccessToken).GetProperty("acr").GetString());
        Assert.Equal(Claims(first.AccessToken).GetProperty("auth_time").GetInt64(), Claims(stronger.AccessToken).GetProperty("auth_time").GetInt64());

        // The session is the same, under a new secret; what hung on it lives on.
        Assert.NotEqual(before, browser.SetCookies["idp-session"]);
        Assert.True(await first.IsAliveAsync());

        // Where the sign-in must be recent as well, both are asked for.
        Assert.Equal("Sign in", (await browser.OpenAsync(first.Client.Request(edits + "&max_age=60"))).Heading);
    }

    [Fact]
    public async Task A_wish_for_two_factors_passes_by_whoever_has_one()
    {
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), await Server.AddPersonAsync());
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false });
        Assert.True((await browser.OpenAsync(client.Request("scope=openid&acr_values=" + AcrRules.TwoFactors))).Answer.ContainsKey("code"));
    }

    [Fact]
    public async Task A_device_of_such_a_client_is_connected_by_two_factors()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        await AuthenticatorApp.SetUpAsync(Server, browser, username);
        var device = await Device.StartAsync(Server, await Device.AddClientAsync(Server, c => c with { RequireMfa = true }));
        Assert.Equal("The Television on a device asks for access", (await device.QuestionAsync(browser, username)).Heading);

        // A session of one factor is asked for the other, and comes back to the question.
        var old = await Server.AddPersonAsync();
        using var weak = new Browser(Server);
        await weak.SignInAsync(await weak.OpenAsync("/login"), old);
        using var phone = new Browser(Server);
        var theirs = await AuthenticatorApp.SetUpAsync(Server, phone, old);
        var second = await device.QuestionAsync(weak, old);
        Assert.Equal("One more step", second.Heading);
        Assert.Equal("The Television on a device asks for access", (await weak.SubmitAsync(second, ("code", theirs.NextCode()))).Heading);
    }

    private async Task GiveStrictRoleAsync(string username)
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var name = "strict-" + username;
        var roles = scope.ServiceProvider.GetRequiredService<RoleManager<Role>>();
        Assert.True((await roles.CreateAsync(new Role { Id = Server.Get<Entropy>().NewId(), Name = name, RequireMfa = true })).Succeeded);
        var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
        Assert.True((await users.AddToRoleAsync((await users.FindByNameAsync(username))!, name)).Succeeded);
    }

    private static JsonElement Claims(string jwt) => JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(jwt.Split('.')[1])).RootElement;
}
