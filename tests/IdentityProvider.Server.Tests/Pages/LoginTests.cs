using System.Net;
using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IdentityProvider.Server.Tests.Pages;

public sealed class LoginTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private TestServer Server => fixture.Server;

    [Fact]
    public async Task The_form_tells_password_managers_what_is_what()
    {
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync((await Server.AddClientAsync()).Request("login_hint=<alice>"));
        Assert.Contains("autocomplete=\"username webauthn\"", login.Html, StringComparison.Ordinal);
        Assert.Contains("autocomplete=\"current-password\"", login.Html, StringComparison.Ordinal);
        Assert.Contains("value=\"&lt;alice&gt;\"", login.Html, StringComparison.Ordinal);
        Assert.Contains("<html lang=\"en\" dir=\"ltr\">", login.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_wrong_locked_and_disabled_get_the_same_answer()
    {
        var wrong = await Server.AddPersonAsync();
        var locked = await Server.AddPersonAsync();
        var disabled = await Server.AddPersonAsync(u => u.DisabledAt = Server.Clock.GetUtcNow());
        await LockAsync(locked);

        var answers = new List<(HttpStatusCode, string)>();
        foreach (var (username, password) in new[] { (wrong, "not it"), ("nobody-of-that-name", Person.Password), (locked, Person.Password), (disabled, Person.Password) })
        {
            using var browser = new Browser(Server);
            var page = await browser.SignInAsync(await browser.OpenAsync("/login"), username, password);
            answers.Add((page.Status, page.WithoutTokens.Replace(username, "somebody", StringComparison.Ordinal)));
            Assert.Contains("role=\"alert\"", page.Html, StringComparison.Ordinal);
            Assert.DoesNotContain(password, page.Html, StringComparison.Ordinal);
            Assert.DoesNotContain("idp-session", browser.SetCookies.Keys);
        }

        Assert.Equal((HttpStatusCode)Refusals.Of(Refusal.SignInFailed).Status, answers[0].Item1);
        Assert.All(answers, a => Assert.Equal(answers[0], a));
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_and_a_right_one_before_forgets_them()
    {
        var username = await Server.AddPersonAsync();
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 4; i++)
                Assert.Equal("Sign in", (await TryAsync(username, "not it")).Heading);
            Assert.Equal("Your sign-in for every app", (await TryAsync(username, Person.Password)).Heading);
        }

        await LockAsync(username);
        Assert.Equal("Sign in", (await TryAsync(username, Person.Password)).Heading);
    }

    [Fact]
    public async Task Whoever_goes_away_while_a_right_password_is_looked_at_has_tried_no_wrong_one()
    {
        var hasher = new HasherThatIsLeft();
        await using var server = await TestServer.StartAsync(replace: services => services.Replace(ServiceDescriptor.Singleton<IPasswordHasher<User>>(hasher)));
        var username = await server.AddPersonAsync();
        for (var i = 0; i < 6; i++)
        {
            await using var scope = server.Services.CreateAsyncScope();
            using var gone = new CancellationTokenSource();
            var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider, RequestAborted = gone.Token };
            http.Connection.RemoteIpAddress = IPAddress.Loopback;
            hasher.Leave = gone.Cancel;
            Assert.True((await scope.ServiceProvider.GetRequiredService<PasswordSignIn>().VerifyAsync(http, username, Person.Password)).Try(out _, out _));
            Assert.True(gone.IsCancellationRequested);
        }
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("alice", "")]
    [InlineData("", "secret")]
    public async Task An_empty_field_is_a_wrong_one(string username, string password) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await TryAsync(username, password)).Status);

    [Fact]
    public async Task A_password_or_a_name_without_end_is_a_wrong_one()
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await TryAsync("alice", new string('p', 1025))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await TryAsync(new string('a', 300), "secret")).Status);
    }

    [Fact]
    public async Task A_name_that_can_not_be_normalised_is_an_unknown_one()
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await TryAsync("\uFFFE", "secret")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await TryAsync("ālice", "secret")).Status);
    }

    [Fact]
    public async Task A_second_try_succeeds_and_goes_on_where_the_first_was()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync((await Server.AddClientAsync(c => c with { RequireConsent = false })).Request());
        var again = await browser.SignInAsync(login, username, "not it");
        Assert.Contains($"value=\"{username}\"", again.Html, StringComparison.Ordinal);
        Assert.True((await browser.SignInAsync(again, username)).Answer.ContainsKey("code"));
    }

    [Fact]
    public async Task A_sign_in_without_a_request_ends_at_home()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        var home = await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        Assert.Contains($"You are signed in as {username}", home.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cookie_is_opaque_and_no_script_or_other_site_gets_it()
    {
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), await Server.AddPersonAsync());
        Assert.Matches("^idp-session=[A-Za-z0-9_-]{43}; path=/; samesite=lax; httponly$", browser.SetCookies["idp-session"]);
        Assert.Matches("^idp-form=[^;]+; path=/; samesite=lax; httponly$", browser.SetCookies["idp-form"]);
    }

    [Fact]
    public async Task On_https_cookies_are_Secure_and_bound_to_the_host()
    {
        await using var server = await TestServer.StartAsync(change: s => s with { Issuer = "https://id.example" });
        using var browser = new Browser(server);
        var login = await browser.SendAsync(HttpMethod.Get, "/login", null);
        Assert.Matches("^__Host-idp-form=[^;]+; path=/; secure; samesite=lax; httponly$", browser.SetCookies["__Host-idp-form"]);
        var fields = login.Fields;
        (fields["username"], fields["password"]) = (await server.AddPersonAsync(), Person.Password);

        // The test's client speaks http, and so sends no Secure cookie by itself.
        await browser.SendAsync(HttpMethod.Post, "/login", fields, browser.SetCookies["__Host-idp-form"].Split(';')[0]);
        Assert.Matches("^__Host-idp-session=[A-Za-z0-9_-]{43}; path=/; secure; samesite=lax; httponly$", browser.SetCookies["__Host-idp-session"]);
    }

    [Fact]
    public async Task A_planted_cookie_is_not_taken_over()
    {
        using var attacker = new Browser(Server);
        await attacker.SignInAsync(await attacker.OpenAsync("/login"), await Server.AddPersonAsync());
        var planted = attacker.SetCookies["idp-session"].Split(';')[0];

        using var browser = new Browser(Server, keepsCookies: false);
        var login = await browser.OpenAsync("/login");
        var fields = login.Fields;
        (fields["username"], fields["password"]) = (await Server.AddPersonAsync(), Person.Password);
        await browser.SendAsync(HttpMethod.Post, "/login", fields, $"{planted}; {browser.SetCookies["idp-form"].Split(';')[0]}");
        Assert.NotEqual(planted, browser.SetCookies["idp-session"].Split(';')[0]);

        // The planted session is over: it is neither the victim's nor still the attacker's.
        Assert.DoesNotContain("You are signed in", (await attacker.OpenAsync("/")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_ends_when_idle_and_at_its_absolute_limit()
    {
        var limits = Server.Get<Settings>().Sessions;
        var aMoment = TimeSpan.FromMinutes(1);
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), await Server.AddPersonAsync());
        var used = TimeSpan.Zero;
        for (; used + limits.IdleLimit - aMoment < limits.AbsoluteLimit; used += limits.IdleLimit - aMoment)
        {
            Server.Clock.Advance(limits.IdleLimit - aMoment);
            Assert.Contains("You are signed in", (await browser.OpenAsync("/")).Text, StringComparison.Ordinal);
        }

        Server.Clock.Advance(limits.AbsoluteLimit - used);
        Assert.DoesNotContain("You are signed in", (await browser.OpenAsync("/")).Text, StringComparison.Ordinal);

        await browser.SignInAsync(await browser.OpenAsync("/login"), await Server.AddPersonAsync());
        Server.Clock.Advance(limits.IdleLimit);
        Assert.DoesNotContain("You are signed in", (await browser.OpenAsync("/")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_lay_idle_goes_on_when_the_same_person_signs_in_again_and_ends_when_another_does()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        var first = await SessionOfAsync(browser);

        Server.Clock.Advance(Server.Get<Settings>().Sessions.IdleLimit);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        Assert.Equal(first.SessionId, (await SessionOfAsync(browser)).SessionId);

        Server.Clock.Advance(Server.Get<Settings>().Sessions.IdleLimit);
        await browser.SignInAsync(await browser.OpenAsync("/login"), await Server.AddPersonAsync());
        Assert.NotEqual(first.SessionId, (await SessionOfAsync(browser)).SessionId);
        Assert.NotNull((await Server.Get<Sessions>().FindAsync(first.SessionId, TestContext.Current.CancellationToken))?.EndedAt);
    }

    [Fact]
    public async Task A_session_past_its_absolute_limit_never_goes_on()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        var first = await SessionOfAsync(browser);
        Server.Clock.Advance(Server.Get<Settings>().Sessions.AbsoluteLimit);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        Assert.NotEqual(first.SessionId, (await SessionOfAsync(browser)).SessionId);
    }

    [Fact]
    public async Task A_disabled_account_is_signed_in_nowhere()
    {
        var username = await Server.AddPersonAsync();
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        await using var scope = Server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
        var user = (await users.FindByNameAsync(username))!;
        user.DisabledAt = Server.Clock.GetUtcNow();
        await users.UpdateAsync(user);
        Assert.DoesNotContain("You are signed in", (await browser.OpenAsync("/")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flood_of_sign_ins_is_turned_away_at_once()
    {
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync("/login?return_to=account");
        var hashing = Server.Get<PasswordHashing>();
        var places = new List<Task<System.Threading.RateLimiting.RateLimitLease>>();
        while (places.Count == 0 || !places[^1].IsCompleted || (await places[^1]).IsAcquired)
            places.Add(hashing.EnterAsync(TestContext.Current.CancellationToken).AsTask());

        var page = await browser.SignInAsync(login, "alice");
        Assert.Equal(((HttpStatusCode)Refusals.Of(Refusal.PasswordHashingBusy).Status, "5"), (page.Status, page.Header("Retry-After")));
        Assert.Contains("try again in a few seconds", page.Text, StringComparison.Ordinal);
        foreach (var place in places)
            (await place).Dispose();
        Assert.Contains("href=\"/login?return_to=account\"", page.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.SignInAsync(await browser.OpenAsync("/login?return_to=account"), "alice")).Status);
    }

    private async Task<Page> TryAsync(string username, string password)
    {
        using var browser = new Browser(Server);
        return await browser.SignInAsync(await browser.OpenAsync("/login"), username, password);
    }

    private async Task<Session> SessionOfAsync(Browser browser)
    {
        var secret = browser.SetCookies["idp-session"].Split(';')[0].Split('=', 2)[1];
        return (await Server.Get<Sessions>().FindStandingAsync(SHA256.HashData(Encoding.ASCII.GetBytes(secret)), TestContext.Current.CancellationToken))!.Session;
    }

    private async Task LockAsync(string username)
    {
        for (var i = 0; i < 5; i++)
            await TryAsync(username, "not it");
    }

    /// <summary>The caller goes away while it works.</summary>
    private sealed class HasherThatIsLeft : IPasswordHasher<User>
    {
        private readonly PasswordHasher<User> _inner = new();

        public Action Leave { get; set; } = () => { };

        public string HashPassword(User user, string password) => _inner.HashPassword(user, password);

        public PasswordVerificationResult VerifyHashedPassword(User user, string hashedPassword, string providedPassword)
        {
            Leave();
            return _inner.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }
}
