using System.Net;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Admin.Console;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Admin.Console;

/// <summary>Who comes into the console, by which way, and when they are out again.</summary>
public sealed class ConsoleAccessTests(ConsoleServer console) : IClassFixture<ConsoleServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private TestServer Server => console.Server;

    [Fact]
    public void Every_path_of_the_console_goes_through_the_one_door()
    {
        var open = Server.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText?.StartsWith("/admin", StringComparison.Ordinal) == true && endpoint.Metadata.GetMetadata<ConsoleRoute>() is null);
        Assert.Equal(["/admin/callback", "/admin/sign-out", "/admin/signed-out"], open.Select(endpoint => endpoint.RoutePattern.RawText).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_deep_link_leads_through_the_sign_in_and_comes_back_to_where_it_pointed()
    {
        using var person = await console.StrangerAsync("auditor");
        var login = await person.OpenAsync("/admin/settings?x=1");
        Assert.StartsWith("/login?resume=", login.Path, StringComparison.Ordinal);
        var page = await person.SignInAsync(login);
        Assert.Equal((HttpStatusCode.OK, "/admin/settings?x=1", "Settings"), (page.Status, page.Path, page.Heading));
        Assert.Contains("default-src 'none'", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Contains("form-action 'self'", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal("no-store", page.Header("Cache-Control"));
    }

    [Fact]
    public async Task Who_is_signed_in_already_sees_no_page_on_the_way()
    {
        using var person = await console.StrangerAsync("admin");
        await person.Browser.SignInAsync(await person.Browser.OpenAsync("/login"), person.Username);
        var page = await person.OpenAsync("/admin");
        Assert.Equal((HttpStatusCode.OK, "Home"), (page.Status, page.Heading));
        Assert.All(
            person.Browser.SetCookies.Where(cookie => cookie.Key.StartsWith("idp-console", StringComparison.Ordinal)).Select(cookie => cookie.Value),
            cookie => Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase));
        Assert.Contains("samesite=lax", person.Browser.SetCookies["idp-console"], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Who_has_none_of_the_roles_is_told_so()
    {
        using var person = await console.OperatorAsync("staff");
        var page = await person.OpenAsync("/admin");
        Assert.Equal((HttpStatusCode.Forbidden, "Not for this account"), (page.Status, page.Heading));
    }

    [Fact]
    public async Task Who_loses_the_role_loses_the_console_with_the_next_request()
    {
        using var person = await console.OperatorAsync("operator");
        Assert.Equal(HttpStatusCode.OK, (await person.OpenAsync("/admin")).Status);
        await console.GiveAsync(person.Username);
        Assert.Equal(HttpStatusCode.Forbidden, (await person.OpenAsync("/admin")).Status);
    }

    [Fact]
    public async Task A_session_that_ends_ends_it()
    {
        using var person = await console.OperatorAsync("admin");
        await Server.Get<Sessions>().EndAllAsync(await Server.UserIdAsync(person.Username), Server.Clock.GetUtcNow(), Cancellation);
        Assert.StartsWith("/login", (await person.OpenAsync("/admin")).Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_in_the_console_keeps_its_session_alive_and_idleness_ends_it()
    {
        await using var server = await TestServer.StartAsync();
        var idle = server.Get<Settings>().Sessions.IdleLimit;
        using var person = new Operator(server, await server.AddPersonAsync());
        await ConsoleServer.GiveAsync(server, person.Username, "auditor");
        await person.SignInAsync(await person.OpenAsync("/admin"));
        for (var i = 0; i < 2; i++)
        {
            server.Clock.Advance(idle * 0.7);
            Assert.Equal("/admin", (await person.OpenAsync("/admin")).Path);
        }

        server.Clock.Advance(idle);
        Assert.StartsWith("/login", (await person.OpenAsync("/admin")).Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sign_in_that_another_browser_began_is_refused_and_spends_nothing()
    {
        using var attacker = await console.StrangerAsync("admin");
        using var victim = await console.StrangerAsync("admin");
        var answer = await attacker.Browser.SignInAsync(await attacker.Browser.OpenAsync("/admin"), attacker.Username);
        Assert.StartsWith("http://localhost:8080/admin/callback?", answer.Location, StringComparison.Ordinal);
        await victim.Browser.OpenAsync("/admin");
        var refused = await victim.Browser.OpenAsync(answer.Location![TestServer.Issuer.Length..]);
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains(Refusals.Of(Refusal.ConsoleStateUnknown).Description, refused.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("idp-console", victim.Browser.SetCookies.Keys);

        // It is the attacker's own still, once.
        Assert.Equal("Home", (await attacker.OpenAsync(answer.Location[TestServer.Issuer.Length..])).Heading);
        Assert.Equal(HttpStatusCode.BadRequest, (await attacker.OpenAsync(answer.Location[TestServer.Issuer.Length..])).Status);
    }

    [Fact]
    public async Task Anothers_code_with_ones_own_state_is_refused()
    {
        using var attacker = await console.StrangerAsync("admin");
        using var victim = await console.StrangerAsync("admin");
        var theirs = await attacker.Browser.SignInAsync(await attacker.Browser.OpenAsync("/admin"), attacker.Username);
        var own = await victim.Browser.SignInAsync(await victim.Browser.OpenAsync("/admin"), victim.Username);
        var injected = await victim.Browser.OpenAsync(own.Location![TestServer.Issuer.Length..].Replace(own.Answer["code"], theirs.Answer["code"], StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, injected.Status);
        Assert.DoesNotContain("idp-console", victim.Browser.SetCookies.Keys);
    }

    [Fact]
    public async Task An_answer_of_another_issuer_an_error_and_one_too_late_are_refused()
    {
        await using var server = await TestServer.StartAsync();
        using var person = new Operator(server, await server.AddPersonAsync());
        var answer = (await person.Browser.SignInAsync(await person.Browser.OpenAsync("/admin"), person.Username)).Location![TestServer.Issuer.Length..];
        var mixedUp = await person.OpenAsync(answer.Replace("iss=http", "iss=https", StringComparison.Ordinal));
        Assert.Contains(Refusals.Of(Refusal.ConsoleAnswerInvalid).Description, mixedUp.Text, StringComparison.Ordinal);
        var error = await person.OpenAsync(answer.Replace("code=", "error=access_denied&code=", StringComparison.Ordinal));
        Assert.Contains(Refusals.Of(Refusal.ConsoleSignInRefused).Description, error.Text, StringComparison.Ordinal);
        server.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Contains(Refusals.Of(Refusal.ConsoleStateUnknown).Description, (await person.OpenAsync(answer)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_ends_the_whole_sign_in_but_not_by_anybodys_link()
    {
        using var person = await console.OperatorAsync("admin");
        var lured = await person.OpenAsync("/admin/sign-out?of=AAAA");
        Assert.StartsWith("/logout?", lured.Path, StringComparison.Ordinal);
        Assert.Equal("Home", (await person.OpenAsync("/admin")).Heading);

        var home = await person.OpenAsync("/admin");
        var link = home.Html.Split("href=\"/admin/sign-out?")[1].Split('"')[0];
        var done = await person.OpenAsync("/admin/sign-out?" + link);
        Assert.Equal(("Signed out", "/admin/signed-out"), (done.Heading, done.Path));
        Assert.StartsWith("/login", (await person.OpenAsync("/admin")).Path, StringComparison.Ordinal);
        Assert.DoesNotContain(await Server.Get<Sessions>().ListAsync(await Server.UserIdAsync(person.Username), alsoEnded: true, 10, Cancellation), session => session.EndedAt is null);
    }

    [Fact]
    public async Task A_sign_out_after_its_key_is_gone_asks_instead_of_failing()
    {
        await using var server = await TestServer.StartAsync();
        using var person = new Operator(server, await server.AddPersonAsync());
        await ConsoleServer.GiveAsync(server, person.Username, "auditor");
        await person.SignInAsync(await person.OpenAsync("/admin"));
        foreach (var key in await server.Get<IdentityProvider.Server.Keys.KeyOperations>().ListAsync(Cancellation))
            await server.Get<IdentityProvider.Server.Keys.KeyOperations>().RevokeAsync(key.Kid, Cancellation);
        var page = await person.OpenAsync("/logout?client_id=idp-console&post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Fadmin%2Fsigned-out");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        var done = await person.SubmitAsync(page);
        Assert.Equal("Signed out", done.Heading);
    }

    [Fact]
    public async Task From_outside_nobody_is_the_console()
    {
        using var content = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "authorization_code", ["code"] = "c", ["client_id"] = "idp-console", ["client_secret"] = "" });
        using var none = await Server.Http.PostAsync("/token", content, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, none.StatusCode);
        using var secret = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "authorization_code", ["code"] = "c" });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/token") { Content = secret };
        request.Headers.Authorization = new("Basic", Convert.ToBase64String("idp-console:any"u8));
        using var wrong = await Server.Http.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
    }

    [Fact]
    public async Task The_client_of_the_console_is_nobodys_to_make_or_change()
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var (clients, actor) = (scope.ServiceProvider.GetRequiredService<ClientOperations>(), Actor.Command("root"));
        Assert.True((await clients.FindAsync(BuiltInClients.Console, Cancellation)).Try(out var standing, out _));
        var metadata = new ClientMetadata { ClientId = "IDP-console", GrantTypes = ["client_credentials"] };
        Fault?[] faults =
        [
            FaultOf(await clients.CreateAsync(actor, metadata, Cancellation)),
            FaultOf(await clients.ReplaceAsync(actor, standing, metadata with { ClientId = null }, Cancellation)),
            FaultOf(await clients.DeleteAsync(actor, BuiltInClients.Console, Cancellation)),
            FaultOf(await clients.RotateSecretAsync(actor, BuiltInClients.Console, TimeSpan.Zero, Cancellation)),
            FaultOf(await clients.RemoveSecretAsync(actor, BuiltInClients.Console, "x", Cancellation)),
            FaultOf(await clients.RevokeTokensAsync(actor, BuiltInClients.Console, Cancellation)),
        ];
        Assert.All(faults, fault => Assert.Equal((FaultKind.Conflict, "client_id"), (fault!.Kind, fault.Member)));
    }

    [Fact]
    public async Task Of_an_issuer_with_a_path_it_stands_below_that_path()
    {
        await using var server = await TestServer.StartAsync(change: settings => settings with { Issuer = "http://localhost:8080/idp" });
        using var browser = new Browser(server);
        var begun = await browser.SendAsync(HttpMethod.Get, "/idp/admin/settings", null);
        Assert.StartsWith("/idp/authorize?", begun.Location, StringComparison.Ordinal);
        Assert.Contains(Uri.EscapeDataString("http://localhost:8080/idp/admin/callback"), begun.Location, StringComparison.Ordinal);
    }

    private static Fault? FaultOf<T>(Operated<T> operated)
        where T : notnull => operated.Try(out _, out var fault) ? null : fault;
}
