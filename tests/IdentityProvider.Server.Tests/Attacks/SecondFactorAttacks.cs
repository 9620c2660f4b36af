using System.Net;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Tests.Pages;

namespace IdentityProvider.Server.Tests.Attacks;

/// <summary>What somebody tries who has the password and not the second factor, or wants a person to go on in a sign-in that isn't theirs.</summary>
public sealed class SecondFactorAttacks(PagesServer fixture) : IClassFixture<PagesServer>
{
    private const HttpStatusCode Wrong = HttpStatusCode.BadRequest;
    private const HttpStatusCode TooOften = HttpStatusCode.TooManyRequests;

    private TestServer Server => fixture.Server;

    [Fact]
    public async Task With_the_password_alone_nobody_is_signed_in_wherever_they_go()
    {
        var (username, _) = await PersonWithAppAsync();
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false });
        using var thief = new Browser(Server);
        var login = await thief.OpenAsync(client.Request());
        var resume = login.Fields["resume"];
        Assert.Equal("One more step", (await thief.SignInAsync(login, username)).Heading);
        Assert.DoesNotContain("idp-session", thief.SetCookies.Keys);
        foreach (var path in new[] { "/authorize?resume=" + resume, client.Request(), "/consent?resume=" + resume, "/account", "/account/security", "/account/security/authenticator" })
            Assert.Equal("Sign in", (await thief.OpenAsync(path)).Heading);
        Assert.Equal("login_required", (await thief.OpenAsync(client.Request("prompt=none"))).Answer["error"]);
        Assert.DoesNotContain("You are signed in", (await thief.OpenAsync("/")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_password_alone_nobody_sets_another_app_up()
    {
        var (username, _) = await PersonWithAppAsync();
        using var thief = new Browser(Server);
        await thief.SignInAsync(await thief.OpenAsync("/login"), username);

        // A key that the thief was offered for an account of their own.
        using var own = new Browser(Server);
        await own.SignInAsync(await own.OpenAsync("/login"), await Server.AddPersonAsync());
        var offer = (await own.OpenAsync("/login/enroll")).FormWith("id=\"secret\"");
        var code = Totp.CodeOf(AuthenticatorApp.KeyOf(offer), Totp.StepOf(Server.Clock.GetUtcNow()));

        var second = await thief.OpenAsync("/login/enroll");
        Assert.Equal("One more step", second.Heading);
        var page = await thief.SubmitAsync(second with { Html = second.Html.Replace("/login/second", "/login/enroll", StringComparison.Ordinal) }, ("key", offer.Fields["key"]), ("code", code));
        Assert.Equal("One more step", page.Heading);
        Assert.DoesNotContain("idp-session", thief.SetCookies.Keys);
    }

    [Fact]
    public async Task A_key_offered_to_one_person_is_not_taken_for_another()
    {
        using var attacker = new Browser(Server);
        await attacker.SignInAsync(await attacker.OpenAsync("/login"), await Server.AddPersonAsync());
        var offer = await attacker.OpenAsync("/account/security/authenticator");
        using var victim = new Browser(Server);
        await victim.SignInAsync(await victim.OpenAsync("/login"), await Server.AddPersonAsync());
        var page = await victim.OpenAsync("/account/security/authenticator");
        var code = Totp.CodeOf(AuthenticatorApp.KeyOf(offer), Totp.StepOf(Server.Clock.GetUtcNow()));
        Assert.Equal((HttpStatusCode)Refusals.Of(Refusal.AuthenticatorNotConfirmed).Status, (await victim.SubmitAsync(page, ("key", offer.Fields["key"]), ("code", code))).Status);
    }

    [Fact]
    public async Task What_was_proven_is_no_good_after_ten_minutes()
    {
        var (username, app) = await PersonWithAppAsync();
        using var browser = new Browser(Server);
        var second = await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        Server.Clock.Advance(SignInRules.PendingFor);
        Assert.Equal("Sign in", (await browser.SubmitAsync(second, ("code", app.Code))).Heading);
        Assert.DoesNotContain("idp-session", browser.SetCookies.Keys);
    }

    [Fact]
    public async Task What_was_proven_is_no_good_after_the_password_changed()
    {
        var (username, app) = await PersonWithAppAsync();
        using var thief = new Browser(Server);
        var second = await thief.SignInAsync(await thief.OpenAsync("/login"), username);

        using var owner = new Browser(Server);
        await owner.SubmitAsync(await owner.SignInAsync(await owner.OpenAsync("/login"), username), ("code", app.NextCode()));
        await owner.SubmitAsync(
            await owner.OpenAsync("/account/password"), ("current_password", Person.Password), ("new_password", "another horse battery"), ("repeated_password", "another horse battery"));
        Assert.Equal("Sign in", (await thief.SubmitAsync(second, ("code", app.NextCode()))).Heading);
    }

    [Fact]
    public async Task What_was_proven_is_no_good_in_another_browser_nor_for_another_target()
    {
        var (username, app) = await PersonWithAppAsync();
        using var browser = new Browser(Server);
        var second = await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        var pending = browser.SetCookies["idp-pending"].Split(';')[0];

        // Another browser to which the cookie was copied, with a form of its own.
        using var other = new Browser(Server, keepsCookies: false);
        var login = await other.SendAsync(HttpMethod.Get, "/login", null);
        var form = other.SetCookies["idp-form"].Split(';')[0];
        var fields = login.Fields;
        fields["code"] = app.NextCode();
        var answer = await other.SendAsync(HttpMethod.Post, "/login/second", fields, $"{pending}; {form}");
        Assert.Equal("/login", answer.Location);

        // Nor is it taken where the cookie was changed.
        answer = await other.SendAsync(HttpMethod.Post, "/login/second", fields, $"{pending[..^4]}AAAA; {form}");
        Assert.Equal("/login", answer.Location);
        Assert.Equal("/login?return_to=account", (await browser.SendAsync(HttpMethod.Get, "/login/second?return_to=account", null)).Location);
        Assert.Equal("Your sign-in for every app", (await browser.SubmitAsync(second, ("code", fields["code"]))).Heading);
    }

    [Fact]
    public async Task A_sign_in_that_somebody_began_elsewhere_and_planted_here_is_not_gone_on_with()
    {
        // Login CSRF: the victim would go on as the attacker, and enter what is theirs into the attacker's account.
        var (attacker, _) = await PersonWithAppAsync();
        var (victim, app) = await PersonWithAppAsync();
        using var theirs = new Browser(Server);
        await theirs.SignInAsync(await theirs.OpenAsync("/login"), attacker);
        var planted = theirs.SetCookies["idp-pending"].Split(';')[0];

        using var browser = new Browser(Server, keepsCookies: false);
        var login = await browser.SendAsync(HttpMethod.Get, "/login", null, planted);
        var form = browser.SetCookies["idp-form"].Split(';')[0];
        Assert.Equal("/login", (await browser.SendAsync(HttpMethod.Get, "/login/second", null, $"{planted}; {form}")).Location);
        var fields = login.Fields;
        (fields["username"], fields["password"]) = (victim, Person.Password);
        Assert.Equal("/login/second", (await browser.SendAsync(HttpMethod.Post, "/login", fields, $"{planted}; {form}")).Location);
        var own = browser.SetCookies["idp-pending"].Split(';')[0];
        Assert.NotEqual(planted, own);
        var second = await browser.SendAsync(HttpMethod.Get, "/login/second", null, $"{own}; {form}");
        Assert.Contains(victim, second.Text, StringComparison.Ordinal);
        fields = second.Fields;
        fields["code"] = app.NextCode();
        Assert.Equal("/", (await browser.SendAsync(HttpMethod.Post, "/login/second", fields, $"{own}; {form}")).Location);
    }

    [Fact]
    public async Task A_planted_session_is_not_made_stronger_for_who_planted_it()
    {
        // The attacker has a session of their own account, and of the victim's nothing: a session's secret is new at each proof.
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        var known = browser.SetCookies["idp-session"].Split(';')[0];
        await AuthenticatorApp.ConfirmAsync(Server, browser, await browser.OpenAsync("/account/security/authenticator"));
        using var attacker = new Browser(Server, keepsCookies: false);
        Assert.Contains("return_to=account", (await attacker.SendAsync(HttpMethod.Get, "/account", null, known)).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_counts_once()
    {
        var (username, app) = await PersonWithAppAsync();
        var code = app.NextCode();
        using var first = new Browser(Server);
        Assert.Equal("Your sign-in for every app", (await first.SubmitAsync(await first.SignInAsync(await first.OpenAsync("/login"), username), ("code", code))).Heading);
        using var second = new Browser(Server);
        Assert.Equal(Wrong, (await second.SubmitAsync(await second.SignInAsync(await second.OpenAsync("/login"), username), ("code", code))).Status);
    }

    [Fact]
    public async Task The_code_that_confirmed_the_app_signs_nobody_in()
    {
        var (username, app) = await PersonWithAppAsync();
        using var browser = new Browser(Server);
        Assert.Equal(Wrong, (await browser.SubmitAsync(await browser.SignInAsync(await browser.OpenAsync("/login"), username), ("code", app.Code))).Status);
    }

    [Theory]
    [InlineData("code")]
    [InlineData("recovery_code")]
    public async Task Of_two_who_show_a_code_at_once_one_wins(string field)
    {
        var (username, app) = await PersonWithAppAsync();
        var code = field == "code" ? app.NextCode() : app.RecoveryCodes[0];
        var browsers = new List<(Browser Browser, Page Page)>();
        for (var i = 0; i < 4; i++)
        {
            var browser = new Browser(Server);
            browsers.Add((browser, (await browser.SignInAsync(await browser.OpenAsync("/login"), username)).FormWith($"name=\"{field}\"")));
        }

        var answers = await Task.WhenAll(browsers.Select(b => b.Browser.SubmitOnceAsync(b.Page, (field, code))));
        Assert.Single(answers, a => a.Status == HttpStatusCode.SeeOther);
        Assert.Single(browsers, b => b.Browser.SetCookies.ContainsKey("idp-session"));
        browsers.ForEach(b => b.Browser.Dispose());
    }

    [Theory]
    [InlineData("code")]
    [InlineData("recovery_code")]
    public async Task Who_guesses_must_wait_even_for_the_right_code_and_keeps_nobody_out_of_their_own_browser(string field)
    {
        var username = await Server.AddPersonAsync();
        using var known = new Browser(Server);
        var app = await AuthenticatorApp.SetUpAsync(Server, known, username);
        string Right() => field == "code" ? app.NextCode() : app.RecoveryCodes[7];
        using var thief = new Browser(Server);
        var page = (await thief.SignInAsync(await thief.OpenAsync("/login"), username)).FormWith($"name=\"{field}\"");
        for (var i = 0; i < AttemptLimit.OfSecondFactor.Free; i++)
            Assert.Equal(Wrong, (await thief.SubmitAsync(page, (field, field == "code" ? app.WrongCode : $"00000-0000{i}"))).Status);
        var refused = await thief.SubmitAsync(page, (field, Right()));
        Assert.Equal(TooOften, refused.Status);
        Assert.Equal((int)TooOften, Refusals.Of(Refusal.SecondFactorTriedTooOften).Status);
        Assert.Contains("too many wrong codes", refused.Text, StringComparison.Ordinal);

        // Another browser of the thief's is no help to them; the person's own is not locked out.
        using var another = new Browser(Server);
        Assert.Equal(TooOften, (await another.SubmitAsync((await another.SignInAsync(await another.OpenAsync("/login"), username)).FormWith($"name=\"{field}\""), (field, field == "code" ? app.Code : app.RecoveryCodes[7]))).Status);
        var own = (await known.SignInAsync(await known.OpenAsync("/login"), username)).FormWith($"name=\"{field}\"");
        Assert.Equal("Your sign-in for every app", (await known.SubmitAsync(own, (field, Right()))).Heading);
    }

    [Fact]
    public async Task After_its_wait_one_more_try_is_allowed_and_the_next_wait_is_longer()
    {
        var (username, app) = await PersonWithAppAsync();
        using var thief = new Browser(Server);
        var page = await thief.SignInAsync(await thief.OpenAsync("/login"), username);
        for (var i = 0; i < AttemptLimit.OfSecondFactor.Free; i++)
            await thief.SubmitAsync(page, ("code", app.WrongCode));
        Server.Clock.Advance(AttemptLimit.OfSecondFactor.FirstDelay);
        Assert.Equal(Wrong, (await thief.SubmitAsync(page, ("code", app.WrongCode))).Status);
        Server.Clock.Advance(AttemptLimit.OfSecondFactor.FirstDelay);
        Assert.Equal(TooOften, (await thief.SubmitAsync(page, ("code", app.WrongCode))).Status);
        Server.Clock.Advance(AttemptLimit.OfSecondFactor.FirstDelay);
        Assert.Equal(HttpStatusCode.OK, (await thief.SubmitAsync(page, ("code", app.Code))).Status);
    }

    [Theory]
    [InlineData("return_to=https://evil.example/")]
    [InlineData("return_to=//evil.example")]
    [InlineData("return_to=/account")]
    [InlineData("return_to=account&entered=https://evil.example/")]
    [InlineData("next=https://evil.example/&returnUrl=//evil.example")]
    public async Task No_word_of_an_address_leads_anywhere_else(string query)
    {
        var (username, app) = await PersonWithAppAsync();
        using var browser = new Browser(Server);
        var second = await browser.SignInAsync(await browser.OpenAsync("/login?" + query), username);
        Assert.Equal("One more step", second.Heading);
        var answer = await browser.SubmitOnceAsync(second, ("code", app.NextCode()));
        Assert.StartsWith("/", answer.Location, StringComparison.Ordinal);
        Assert.False(answer.Location!.StartsWith("//", StringComparison.Ordinal));
        Assert.DoesNotContain("//evil", Uri.UnescapeDataString(answer.Location.Split('?')[0]), StringComparison.Ordinal);
    }

    private async Task<(string Username, AuthenticatorApp App)> PersonWithAppAsync()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        return (username, await AuthenticatorApp.SetUpAsync(Server, browser, username));
    }
}
