using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol;
using IdentityProvider.Server.Tests.Database;
using Npgsql;

namespace IdentityProvider.Server.Tests.Pages;

public sealed class PageSecurityTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private TestServer Server => fixture.Server;

    [Fact]
    public async Task Every_page_is_unframeable_uncached_and_runs_nothing()
    {
        var username = await Server.AddPersonAsync();
        var client = await Server.AddClientAsync();
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync(client.Request());
        var consent = await browser.SignInAsync(login, username);
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        var logout = await browser.OpenAsync("/logout");
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        List<Page> pages =
        [
            login,
            consent,
            logout,
            await browser.SignInAsync(login, "nobody"),
            await browser.OpenAsync(client.Request("prompt=select_account")),
            await browser.OpenAsync(client.Request("client_id=nobody")),
            await browser.OpenAsync(client.Request("response_mode=form_post&prompt=none")),
            await browser.OpenAsync("/"),
            await browser.OpenAsync("/account"),
            await browser.OpenAsync("/account/password"),
            await browser.OpenAsync("/account/everywhere"),
            await browser.OpenAsync("/login?resume=x"),
            await browser.SubmitAsync(logout),
        ];
        Assert.Equal(pages.Count, pages.Select(p => p.Html).Distinct().Count());
        Assert.All(pages, page =>
        {
            var policy = page.Header("Content-Security-Policy");
            Assert.StartsWith("default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; img-src 'self' data:", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("DENY", page.Header("X-Frame-Options"));
            Assert.Equal("nosniff", page.Header("X-Content-Type-Options"));
            Assert.Contains(page.Header("Referrer-Policy"), new[] { "no-referrer", "strict-origin" });
            Assert.Equal("no-store", page.Header("Cache-Control"));
            Assert.DoesNotContain(" style=\"", page.Html, StringComparison.Ordinal);
            Assert.DoesNotContain("<!--", page.Html, StringComparison.Ordinal);
            Assert.StartsWith("<!DOCTYPE html>", page.Html, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task No_page_needs_a_script()
    {
        using var browser = new Browser(Server);
        foreach (var path in new[] { "/", "/logout" })
            Assert.DoesNotContain("<script", (await browser.OpenAsync(path)).Html, StringComparison.OrdinalIgnoreCase);

        // Of the sign-in what only a script can do is hidden until it does.
        var login = (await browser.OpenAsync("/login")).Html;
        Assert.Equal("<script type=\"module\" src=\"/design/", Assert.Single(System.Text.RegularExpressions.Regex.Matches(login, "<script[^>]*/design/")).Value);
        Assert.Matches("<form [^>]*data-passkey=\"get\"[^>]* hidden>", login);
    }

    [Theory]
    [InlineData("https://app.example/cb", "form-action 'self' https:")]
    [InlineData("http://localhost:8081/cb", "form-action 'self' https: http://localhost:* http://127.0.0.1:*")]
    [InlineData("http://[::1]:8081/cb", "form-action 'self' https: http:")]
    [InlineData("com.example.app:/cb", "form-action 'self' https: com.example.app:")]
    public async Task A_form_may_lead_to_the_clients_registered_address_and_no_scheme_beyond(string redirectUri, string formAction)
    {
        var client = await Server.AddClientAsync(c => c with { ApplicationType = ApplicationType.Native, RedirectUris = [redirectUri] });
        using var browser = new Browser(Server);
        Assert.EndsWith("; " + formAction, (await browser.OpenAsync(client.Request())).Header("Content-Security-Policy"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_on_the_persons_device_is_called_that()
    {
        var client = await Server.AddClientAsync(c => c with { ApplicationType = ApplicationType.Native, RedirectUris = ["com.example.app:/cb"] });
        using var browser = new Browser(Server);
        var consent = await browser.SignInAsync(await browser.OpenAsync(client.Request()), await Server.AddPersonAsync());
        Assert.Contains("you go back to the app on your device", consent.Text, StringComparison.Ordinal);
        Assert.StartsWith("com.example.app:/cb?code=", (await browser.SubmitAsync(consent, ("decision", "allow"))).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clients_logo_is_the_only_image_from_elsewhere()
    {
        var client = await Server.AddClientAsync(c => c with { LogoUri = "https://cdn.example/logo.svg", PolicyUri = "https://app.example/privacy", TosUri = "https://app.example/terms" });
        using var browser = new Browser(Server);
        var consent = await browser.SignInAsync(await browser.OpenAsync(client.Request()), await Server.AddPersonAsync());
        Assert.Contains("img-src 'self' data: https://cdn.example;", consent.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Contains("src=\"https://cdn.example/logo.svg\"", consent.Html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://app.example/privacy\"", consent.Html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://app.example/terms\"", consent.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_that_clients_give_themselves_are_text()
    {
        var client = await Server.AddClientAsync(c => c with { ClientName = "<script>alert(1)</script>" });
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync(client.Request());
        var consent = await browser.SignInAsync(login, await Server.AddPersonAsync());
        Assert.All(new[] { login, consent }, p => Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", p.Html, StringComparison.Ordinal));
        Assert.All(new[] { login, consent }, p => Assert.DoesNotContain("<script>", p.Html, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_form_is_refused_without_its_token_and_with_another_browsers()
    {
        var username = await Server.AddPersonAsync();
        var client = await Server.AddClientAsync();
        using var browser = new Browser(Server);
        using var other = new Browser(Server);
        var stranger = (await other.OpenAsync("/login")).Fields["__RequestVerificationToken"];
        var login = await browser.OpenAsync(client.Request());
        var consent = await browser.SignInAsync(login, username);
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        var select = await browser.OpenAsync(client.Request("prompt=select_account"));
        var logout = await browser.OpenAsync("/logout");
        var app = await Server.AddGrantAsync(username);
        var account = (await browser.OpenAsync("/account")).FormWith(app);
        var password = await browser.OpenAsync("/account/password");
        var everywhere = await browser.OpenAsync("/account/everywhere");

        foreach (var page in new[] { login, consent, select, logout, account, password, everywhere })
        {
            foreach (var token in new[] { "", "garbage", stranger })
            {
                var refused = await browser.SubmitAsync(
                    page, ("__RequestVerificationToken", token), ("username", username), ("password", Person.Password), ("decision", "allow"), ("account", "this"),
                    ("current_password", Person.Password), ("new_password", "another-one"), ("repeated_password", "another-one"), ("end", "all"));
                Assert.Equal(((HttpStatusCode)Refusals.Of(Refusal.FormTokenInvalid).Status, "Please try that again"), (refused.Status, refused.Heading));
            }
        }

        Assert.Contains("You are signed in", (await browser.OpenAsync("/")).Text, StringComparison.Ordinal);
        Assert.Contains(app, (await browser.OpenAsync("/account")).Html, StringComparison.Ordinal);
        Assert.Equal("The App asks for access", (await browser.OpenAsync(client.Request())).Heading);
    }

    [Fact]
    public async Task A_form_takes_a_form_alone()
    {
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync("/login");
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.SendAsync(HttpMethod.Post, "/login?resume=x", login.Fields)).Status);
        using var http = Server.NewBrowser();
        foreach (var path in new[] { "/login", "/consent", "/select-account", "/authorize", "/logout", "/logout/confirm", "/account/sessions/end", "/account/apps/remove", "/account/password", "/account/everywhere" })
        {
            using var json = new StringContent("{}", Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync(path, json, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_query_that_is_not_well_formed_is_a_page_everywhere()
    {
        using var browser = new Browser(Server);
        foreach (var path in new[] { "/login", "/consent", "/select-account", "/authorize", "/logout", "/account", "/account/password", "/account/everywhere" })
        {
            foreach (var query in new[] { "a=%00", "a=%ff", "a=1&a=2" })
                Assert.Equal(HttpStatusCode.BadRequest, (await browser.OpenAsync($"{path}?{query}")).Status);
        }
    }

    [Fact]
    public async Task The_stylesheet_may_be_kept_for_ever_under_a_name_that_changes_with_it()
    {
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync("/login");
        using var http = Server.NewBrowser();
        foreach (var (extension, type) in new[] { ("css", "text/css"), ("svg", "image/svg+xml") })
        {
            var address = Regex.Match(login.Html, $"href=\"(/design/[0-9a-f]{{12}}/[a-z]+\\.{extension})\"").Groups[1].Value;
            using var answer = await http.GetAsync(address, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(type, answer.Content.Headers.ContentType?.MediaType);
            Assert.Equal("public, max-age=31536000, immutable", Assert.Single(answer.Headers.GetValues("Cache-Control")));
        }
    }

    [Fact]
    public async Task A_failure_of_ours_is_a_page_that_says_nothing_of_its_cause()
    {
        await using var server = await TestServer.StartAsync();
        var name = new NpgsqlConnectionStringBuilder(server.ConnectionString).Database;

        // The database is shut rather than dropped: a drop waits for a checkpoint of everything that other tests wrote.
        await ClusterFolder.ExecuteAsync(
            new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "postgres" }.ConnectionString,
            $"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");

        using var http = server.NewBrowser();
        http.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using var answer = await http.GetAsync("/authorize?client_id=any", TestContext.Current.CancellationToken);
        var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Contains("Something went wrong here", page, StringComparison.Ordinal);
        Assert.Contains(answer.Headers.GetValues("X-Request-Id").Single(), page, StringComparison.Ordinal);
        Assert.DoesNotContain("Npgsql", page, StringComparison.Ordinal);
        Assert.DoesNotContain(" at ", page, StringComparison.Ordinal);
    }
}
