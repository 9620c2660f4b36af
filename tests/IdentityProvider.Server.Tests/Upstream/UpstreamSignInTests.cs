using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Upstream;

/// <summary>People who come from another OpenID Provider: first sign-ins by each policy, links, and the way back to where they were.</summary>
public sealed class UpstreamSignInTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private TestServer Server => fixture.Server;

    [Fact]
    public async Task The_sign_in_shows_a_button_for_each_that_is_on()
    {
        await using var on = await FakeUpstream.StartAsync(Server, u => u with { Label = "On & <b>on</b>", Logo = "data:image/png;base64,iVBORw0K" });
        await using var off = await FakeUpstream.StartAsync(Server, u => u with { Label = "Switched off", Enabled = false });
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync("/login?return_to=account");
        Assert.Contains($"href=\"/login/upstream/{on.Name}?return_to=account\"", login.Html, StringComparison.Ordinal);
        Assert.Contains("Sign in with <bdi>On &amp; &lt;b&gt;on&lt;/b&gt;</bdi>", login.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("Switched off", login.Html, StringComparison.Ordinal);
        var refused = await browser.OpenAsync(off.Start);
        Assert.Equal((HttpStatusCode)Refusals.Of(Refusal.UpstreamUnknown).Status, refused.Status);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.OpenAsync("/login/upstream/Nobody")).Status);
    }

    [Fact]
    public async Task A_first_sign_in_makes_an_account_with_what_counts_of_what_was_said()
    {
        await AddRoleAsync("guest");
        await using var fake = await FakeUpstream.StartAsync(Server, u => u with { Create = UpstreamCreation.Always, EmailDomains = ["example.com"], Roles = ["guest", "gone"], Claims = new Dictionary<string, string> { ["nickname"] = "handle" } });
        fake.UserInfo = new() { ["sub"] = "ada", ["email"] = "ada.first@example.com", ["email_verified"] = true, ["name"] = "Ada <script>", ["handle"] = "ad\u202Ea", ["picture"] = "javascript:alert(1)", ["groups"] = new JsonArray("admin") };
        using var browser = new Browser(Server);
        Assert.Contains("You are signed in as ada.first@example.com", (await fake.SignInAsync(browser)).Text, StringComparison.Ordinal);

        var user = (await LinkedAsync(fake))!;
        Assert.True(user.EmailConfirmed);
        Assert.Equal("ada.first@example.com", user.Email);
        var claims = JsonNode.Parse(user.Claims)!.AsObject();
        Assert.Equal(["email", "email_verified", "name", "updated_at"], claims.Select(c => c.Key).Order(StringComparer.Ordinal));
        Assert.Equal(["guest"], await Server.Get<Users>().FindRolesAsync(user.Id));
        Assert.Null(user.PasswordHash);
        var session = await SessionOfAsync(browser);
        Assert.Equal(["fed"], session.Amr);
        Assert.Equal(new UpstreamSession(fake.Issuer, "ada", null), session.Upstream);

        // Again, in another browser: the same account, whatever is said of them by now.
        fake.UserInfo = new() { ["sub"] = "ada", ["email"] = "somebody.else@example.com", ["email_verified"] = true };
        using var another = new Browser(Server);
        await fake.SignInAsync(another);
        Assert.Equal(user.Id, (await SessionOfAsync(another)).UserId);
    }

    [Fact]
    public async Task We_prove_who_we_are_and_that_it_is_our_code()
    {
        await using var fake = await FakeUpstream.StartAsync(Server, u => u with { Create = UpstreamCreation.Always });
        using var browser = new Browser(Server);
        await fake.SignInAsync(browser);
        var (form, authorization) = fake.TokenRequest!.Value;
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("us:s3cret%3Awith%2Fodd+chars")), authorization);
        Assert.Equal(("authorization_code", "c", fake.Request["redirect_uri"]), (form["grant_type"].ToString(), form["code"].ToString(), form["redirect_uri"].ToString()));
        Assert.Equal(fake.Request["code_challenge"], System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))));
        Assert.False(form.ContainsKey("client_secret"));
    }

    [Fact]
    public async Task By_our_own_keys_too()
    {
        await using var fake = await FakeUpstream.StartAsync(Server, u => u with { TokenEndpointAuthMethod = ClientAuthenticationMethod.PrivateKeyJwt });
        using var browser = new Browser(Server);
        await fake.SignInAsync(browser);
        var form = fake.TokenRequest!.Value.Form;
        Assert.Equal("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", form["client_assertion_type"].ToString());
        using var jwks = await Server.Http.GetAsync("/.well-known/jwks.json");
        var keys = JsonWebKeySet.Parse(await jwks.Content.ReadAsByteArrayAsync()).ValueOrNull!;
        var expected = new JwtExpectations { Typ = "client-authentication+jwt", Issuer = "us", Audience = fake.Issuer, RequiredClaims = ["sub", "jti"] };
        Assert.IsType<JwtVerification.Verified>(Jwt.Verify(form["client_assertion"].ToString(), keys, expected, Server.Clock.GetUtcNow()));
    }

    [Fact]
    public async Task Who_comes_without_an_address_that_counts_says_whether_they_are_new()
    {
        var username = await Server.AddPersonAsync(u => u.SetEmail("victim.new@example.com", isVerified: true, Server.Clock.GetUtcNow()));
        await using var fake = await FakeUpstream.StartAsync(Server, u => u with { Create = UpstreamCreation.Always });
        fake.ChangeClaims = c => (c["email"], c["email_verified"], c["name"]) = ("victim.new@example.com", true, "Mallory");
        using var browser = new Browser(Server);
        var asked = await fake.SignInAsync(browser, "?return_to=account");
        Assert.Equal("Are you new here?", asked.Heading);
        Assert.Contains("href=\"/login?return_to=account\"", asked.Html, StringComparison.Ordinal);
        Assert.Null(await LinkedAsync(fake));

        // The same page where nobody has that address.
        using var other = new Browser(Server);
        fake.ChangeClaims = c => (c["email"], c["email_verified"]) = ("nobody.new@example.com", true);
        Assert.Equal(asked.WithoutTokens, (await fake.SignInAsync(other, "?return_to=account")).WithoutTokens);

        Assert.Equal("Your account", (await browser.SubmitAsync(asked)).Heading);
        var made = (await LinkedAsync(fake))!;
        Assert.NotEqual(await Server.UserIdAsync(username), made.Id);
        Assert.StartsWith(fake.Name + "-", made.UserName, StringComparison.Ordinal);
        Assert.Null(made.Email);
        Assert.DoesNotContain("email", made.Claims, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_is_asked_twice_or_made_without_having_come()
    {
        await using var fake = await FakeUpstream.StartAsync(Server, u => u with { Create = UpstreamCreation.Always });
        using var browser = new Browser(Server);
        Assert.Equal("Please sign in again", (await browser.OpenAsync(fake.Start + "/new")).Heading);
        var asked = await fake.SignInAsync(browser);
        Server.Clock.Advance(UpstreamAttempt.Lifetime);
        Assert.Equal("Please sign in again", (await browser.SubmitAsync(asked)).Heading);
        Assert.Null(await LinkedAsync(fake));
    }

    [Fact]
    public async Task Two_first_sign_ins_at_once_make_one_account()
    {
        await using var fake = await FakeUpstream.StartAsync(Server, u => u with { Create = UpstreamCreation.Always, EmailDomains = ["example.com"] });
        fake.ChangeClaims = c => (c["email"], c["email_verified"]) = ("twice@example.com", true);
        using var one = new Browser(Server);
        using var two = new Browser(Server);
        var back = new[] { await fake.GoAsync(one, fake.Start), await fake.GoAsync(two, fake.Start) };
        fake.ChangeClaims += c => c["nonce"] = fake.Request["nonce"];
        var first = await two.OpenAsync(back[1]);
        Assert.Contains("You are signed in as twice@example.com", first.Text, StringComparison.Ordinal);
        Assert.Equal(Refusals.Of(Refusal.UpstreamNonceMismatch).Status, (int)(await one.OpenAsync(back[0])).Status);
        Assert.Equal((await LinkedAsync(fake))!.Id, (await SessionOfAsync(two)).UserId);

        var links = Server.Get<UpstreamLinks>();
        var session = new UpstreamSession(fake.Issuer, "race", null);
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i => await links.CreateAsync(
            new User { Id = Server.Get<Entropy>().NewId(), UserName = $"race-{i}", NormalizedUserName = $"RACE-{i}", SecurityStamp = "s", CreatedAt = Server.Clock.GetUtcNow() }, session, [], null)));
        Assert.Single(made, true);
    }

    [Fact]
    public async Task Where_the_policy_is_never_nobody_is_made()
    {
        await using var fake = await FakeUpstream.StartAsync(Server, u => u with { EmailDomains = ["example.com"] });
        fake.ChangeClaims = c => (c["email"], c["email_verified"]) = ("never@example.com", true);
        using var browser = new Browser(Server);
        var refused = await fake.SignInAsync(browser, "?return_to=account");
        Assert.Equal(((HttpStatusCode)Refusals.Of(Refusal.UpstreamAccountUnknown).Status, "No account here is linked to it"), (refused.Status, refused.Heading));
        Assert.Contains("href=\"/login?return_to=account\"", refused.Html, StringComparison.Ordinal);
        Assert.Null(await LinkedAsync(fake));
    }

    [Fact]
    public async Task Where_people_must_be_invited_an_invitation_is_used_up()
    {
        await AddRoleAsync("invited");
        await using var fake = await FakeUpstream.StartAsync(Server, u => u with { Create = UpstreamCreation.Invited, EmailDomains = ["example.com"] });
        fake.ChangeClaims = c => (c["email"], c["email_verified"]) = ("guest@example.com", true);
        using var browser = new Browser(Server);
        Assert.Equal("New accounts are by invitation", (await fake.SignInAsync(browser)).Heading);

        var now = Server.Clock.GetUtcNow();
        var links = Server.Get<AccountLinks>();
        await links.AddAsync(new StoredAccountLink
        {
            LinkId = Server.Get<Entropy>().NewId(), Purpose = AccountLinkPurpose.Invitation, Address = "guest@example.com", Roles = ["invited"], CreatedAt = now, ExpiresAt = now.AddDays(7),
        });
        Assert.Contains("You are signed in as guest@example.com", (await fake.SignInAsync(browser)).Text, StringComparison.Ordinal);
        Assert.Equal(["invited"], await Server.Get<Users>().FindRolesAsync((await LinkedAsync(fake))!.Id));
        Assert.Null(await links.FindInvitationAsync(EmailAddress.Read("guest@example.com")!, now));
        fake.Subject = "another";
        using var again = new Browser(Server);
        Assert.Equal("You have an account here already", (await fake.SignInAsync(again)).Heading);
    }

    [Fact]
    public async Task The_apps_request_goes_on_after_the_way_there_and_back()
    {
        await using var fake = await FakeUpstream.StartAsync(Server, u => u with { Create = UpstreamCreation.Always, TrustedAmr = ["hwk"] });
        fake.ChangeClaims = c => c["amr"] = new JsonArray("hwk");
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync((await Server.AddClientAsync(c => c with { RequireConsent = false })).Request());
        var start = WebUtility.HtmlDecode(login.Html.Split("href=\"").Single(h => h.StartsWith(fake.Start + "?", StringComparison.Ordinal)).Split('"')[0]);
        var denied = await browser.OpenAsync(await fake.GoAsync(browser, start, "error=access_denied&error_description=<script>alert(1)</script>"));
        Assert.Equal("You did not sign in there", denied.Heading);
        Assert.DoesNotContain("alert(1)", denied.Html, StringComparison.Ordinal);

        // The way back from the refusal keeps the request.
        var back = WebUtility.HtmlDecode(denied.Html.Split("href=\"").Single(h => h.StartsWith("/login?resume=", StringComparison.Ordinal)).Split('"')[0]);
        Assert.Contains("The App", (await browser.OpenAsync(back)).Text, StringComparison.Ordinal);
        var asked = await browser.OpenAsync(await fake.GoAsync(browser, start));
        Assert.True((await browser.SubmitAsync(asked)).Answer.ContainsKey("code"));
        Assert.Equal(["fed", "mfa"], (await SessionOfAsync(browser)).Amr);
    }

    [Fact]
    public async Task A_fresh_sign_in_here_needs_a_fresh_one_there()
    {
        await using var fake = await FakeUpstream.StartAsync(Server, u => u with { Create = UpstreamCreation.Always });
        var client = await Server.AddClientAsync(c => c with { RequireConsent = false });
        using var browser = new Browser(Server);
        await browser.SubmitAsync(await fake.SignInAsync(browser));
        Assert.Null(fake.Request["max_age"]);

        var old = await AgainAsync("prompt=login");
        Assert.Equal(("0", "login"), (fake.Request["max_age"], fake.Request["prompt"]));
        Assert.Equal("A new sign-in is needed", old.Heading);
        Server.Clock.Advance(TimeSpan.FromMinutes(20));
        await AgainAsync("max_age=300");
        Assert.Equal("300", fake.Request["max_age"]);
        fake.ChangeClaims = c => c["auth_time"] = NumericDate.From(Server.Clock.GetUtcNow());
        Assert.True((await AgainAsync("prompt=login")).Answer.ContainsKey("code"));

        async Task<Page> AgainAsync(string edits)
        {
            Server.Clock.Advance(TimeSpan.FromSeconds(5));
            var login = await browser.OpenAsync(client.Request(edits));
            return await browser.OpenAsync(await fake.GoAsync(browser, WebUtility.HtmlDecode(login.Html.Split("href=\"").Single(h => h.StartsWith(fake.Start + "?", StringComparison.Ordinal)).Split('"')[0])));
        }
    }

    [Fact]
    public async Task Several_tabs_are_on_their_way_at_once_and_each_ends_once()
    {
        await using var fake = await FakeUpstream.StartAsync(Server, u => u with { Create = UpstreamCreation.Always });
        using var browser = new Browser(Server);
        var first = await fake.GoAsync(browser, fake.Start + "?return_to=account");
        var nonce = fake.Request["nonce"];
        var second = await fake.GoAsync(browser, fake.Start);
        Assert.Equal("Are you new here?", (await browser.OpenAsync(second)).Heading);
        fake.ChangeClaims = c => c["nonce"] = nonce;
        Assert.Equal("Are you new here?", (await browser.OpenAsync(first)).Heading);
        Assert.Equal("Please sign in again", (await browser.OpenAsync(first)).Heading);
        for (var i = 0; i < 30; i++)
            await fake.GoAsync(browser, fake.Start);
        Assert.Equal(HttpStatusCode.OK, (await browser.OpenAsync("/login")).Status);
    }

    [Fact]
    public async Task An_account_that_was_disabled_stays_out()
    {
        await using var fake = await FakeUpstream.StartAsync(Server);
        var username = await Server.AddPersonAsync(u => u.DisabledAt = Server.Clock.GetUtcNow());
        Assert.Null(await Server.Get<UpstreamLinks>().AddAsync(await Server.UserIdAsync(username), new(fake.Issuer, "ada", null)));
        using var browser = new Browser(Server);
        Assert.Equal(Refusals.Of(Refusal.UpstreamAccountDisabled).Status, (int)(await fake.SignInAsync(browser)).Status);
        Assert.DoesNotContain("idp-session", browser.SetCookies.Keys);
    }

    private Task<User?> LinkedAsync(FakeUpstream fake) => Server.Get<UpstreamLinks>().FindAsync(fake.Issuer, fake.Subject);

    private async Task AddRoleAsync(string name)
    {
        await using var scope = Server.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<RoleManager<Role>>().CreateAsync(new Role { Id = Server.Get<Entropy>().NewId(), Name = name });
    }

    private Task<Session> SessionOfAsync(Browser browser) => UpstreamLinkTests.SessionOfAsync(Server, browser);
}
