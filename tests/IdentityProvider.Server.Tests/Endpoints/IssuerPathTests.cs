using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Tests.Endpoints.Logout;
using IdentityProvider.Server.Tests.Endpoints.Registration;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Verifier;

namespace IdentityProvider.Server.Tests.Endpoints;

/// <summary>An issuer with a path (RFC 8414 §3.1), from its metadata to the end of a sign-in: everything is below the path, and nothing beside it.</summary>
public sealed partial class IssuerPathTests : IAsyncLifetime
{
    private const string Base = "/tenant/one";
    private const string Issuer = "http://localhost:8080" + Base;

    private TestServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(change: s => s with { Issuer = Issuer });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("/.well-known/oauth-authorization-server" + Base)]
    [InlineData("/.well-known/openid-configuration" + Base)]
    [InlineData(Base + "/.well-known/oauth-authorization-server")]
    [InlineData(Base + "/.well-known/openid-configuration")]
    public async Task The_metadata_stands_behind_the_hosts_name_and_below_the_issuers_path(string path)
    {
        using var metadata = JsonDocument.Parse(await _server.Http.GetStringAsync(path, Cancellation));
        Assert.Equal(Issuer, metadata.RootElement.GetProperty("issuer").GetString());
        var addresses = metadata.RootElement.EnumerateObject().Where(m => m.Value.ValueKind is JsonValueKind.String && m.Value.GetString()!.StartsWith("http", StringComparison.Ordinal)).ToList();
        Assert.True(addresses.Count > 10);
        Assert.All(addresses, m => Assert.StartsWith(Issuer, m.Value.GetString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/login")]
    [InlineData("/tenant")]
    [InlineData("/tenant/login")]
    [InlineData("/Tenant/one/login")]
    [InlineData("/tenant/oneself/login")]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/.well-known/openid-configuration/tenant")]
    [InlineData("/.well-known/openid-configuration/other" + Base)]
    [InlineData("/.well-known" + Base)]
    [InlineData(Base + Base + "/login")]
    public async Task Elsewhere_on_the_host_there_is_nothing(string path)
    {
        using var answer = await _server.Http.GetAsync(path, Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Whether_a_node_is_well_is_asked_at_its_own_address()
    {
        foreach (var path in new[] { "/health/live", Base + "/health/live" })
            Assert.Equal("live", await _server.Http.GetStringAsync(path, Cancellation));
    }

    [Fact]
    public async Task A_person_signs_in_over_the_pages_and_out_again_and_every_token_names_the_whole_issuer()
    {
        using var metadata = JsonDocument.Parse(await _server.Http.GetStringAsync("/.well-known/oauth-authorization-server" + Base, Cancellation));
        string At(string member) => new Uri(metadata.RootElement.GetProperty(member).GetString()!).AbsolutePath;
        var username = await _server.AddPersonAsync();
        var client = await _server.AddClientAsync(c => c with { TokenEndpointAuthMethod = ClientAuthenticationMethod.None });

        // 1. Sign-in and consent.
        using var browser = new Browser(_server);
        var login = await ReadAsync(browser, At("authorization_endpoint") + client.Request("scope=openid notes.read")["/authorize".Length..]);
        var consent = await browser.SignInAsync(login, username);
        LeadsOnlyBelow(consent);
        var code = (await browser.SubmitAsync(consent, ("decision", "allow"))).Answer;
        Assert.Equal(Issuer, code["iss"]);
        Assert.Matches("^idp-session!tenant!one=.*; path=/;", browser.SetCookies["idp-session!tenant!one"]);

        // 2. Tokens, and what they say.
        using var form = new FormUrlEncodedContent(
            [new("grant_type", "authorization_code"), new("client_id", client.ClientId), new("code", code["code"]), new("redirect_uri", client.RedirectUris[0]), new("code_verifier", SignedIn.CodeVerifier)]);
        using var answer = await _server.Http.PostAsync(At("token_endpoint"), form, Cancellation);
        var tokens = JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        var (idToken, accessToken) = (tokens.GetProperty("id_token").GetString()!, tokens.GetProperty("access_token").GetString()!);
        Assert.Equal(Issuer, SignedInApp.Claims(idToken).GetProperty("iss").GetString());
        var userInfo = await _server.AskAsync(HttpMethod.Get, At("userinfo_endpoint"), accessToken);
        Assert.Equal((HttpStatusCode.OK, SignedInApp.Claims(idToken).GetProperty("sub").GetString()), (userInfo.Status, userInfo["sub"]));
        var challenge = (await _server.AskAsync(HttpMethod.Get, At("userinfo_endpoint"), null)).Header("WWW-Authenticate");
        Assert.Contains($"resource_metadata=\"http://localhost:8080/.well-known/oauth-protected-resource{Base}\"", challenge, StringComparison.Ordinal);
        using var resource = JsonDocument.Parse(await _server.Http.GetStringAsync("/.well-known/oauth-protected-resource" + Base, Cancellation));
        Assert.Equal(Issuer, resource.RootElement.GetProperty("resource").GetString());

        // 3. Logout.
        var bye = await browser.OpenAsync($"{At("end_session_endpoint")}?id_token_hint={idToken}");
        Assert.Equal("You are signed out", bye.Heading);
        LeadsOnlyBelow(bye);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _server.AskAsync(HttpMethod.Get, At("userinfo_endpoint"), accessToken)).Status);
    }

    [Fact]
    public async Task Every_page_that_a_person_finds_leads_to_others_below_the_path()
    {
        await using var server = await TestServer.StartAsync(change: s => s with { Issuer = Issuer, Accounts = new() { Registration = AccountRegistration.Open } });
        using var stranger = new Browser(server);
        using var person = new Browser(server);
        await person.SignInAsync(await person.OpenAsync(Base + "/login"), await server.AddPersonAsync());

        var outside = await WalkAsync(stranger, "/", "/login", "/device");
        Assert.Superset(new HashSet<string> { Base + "/signup", Base + "/forgot" }, outside);
        var inside = await WalkAsync(person, "/", "/account", "/device");
        Assert.Superset(new HashSet<string> { Base + "/account/security", Base + "/account/password", Base + "/account/everywhere" }, inside);

        // What went wrong is a page of ours too.
        foreach (var wrong in new[] { "/authorize?client_id=nobody", "/login?resume=nothing", "/logout?post_logout_redirect_uri=https://elsewhere.example/" })
            LeadsOnlyBelow(await stranger.OpenAsync(Base + wrong));
    }

    /// <summary>Reads these pages and all that they lead to.</summary>
    private static async Task<HashSet<string>> WalkAsync(Browser browser, params string[] starts)
    {
        var (waiting, read) = (new Queue<string>(starts.Select(path => Base + path)), new HashSet<string>(StringComparer.Ordinal));
        while (waiting.TryDequeue(out var path) && read.Count < 100)
        {
            if (!read.Add(path))
                continue;
            foreach (Match link in Links().Matches((await ReadAsync(browser, path)).Html))
            {
                var next = WebUtility.HtmlDecode(link.Groups[1].Value).Split('#')[0];
                if (next.StartsWith(Base, StringComparison.Ordinal) && !next.Contains("/design/", StringComparison.Ordinal) && !next.Contains("/.well-known/", StringComparison.Ordinal) && !next.EndsWith("/logout", StringComparison.Ordinal))
                    waiting.Enqueue(next);
            }
        }

        return read;
    }

    [Fact]
    public async Task An_API_verifies_its_tokens_and_learns_of_their_end()
    {
        var username = await _server.AddPersonAsync();
        using var browser = new Browser(_server);
        var client = await _server.AddClientAsync(c => c with { TokenEndpointAuthMethod = ClientAuthenticationMethod.None });
        var consent = await browser.SignInAsync(await browser.OpenAsync(Base + client.Request("scope=openid notes.read")), username);
        var code = (await browser.SubmitAsync(consent, ("decision", "allow"))).Answer["code"];
        using var form = new FormUrlEncodedContent(
            [new("grant_type", "authorization_code"), new("client_id", client.ClientId), new("code", code), new("redirect_uri", client.RedirectUris[0]), new("code_verifier", SignedIn.CodeVerifier)]);
        using var answer = await _server.Http.PostAsync(Base + "/token", form, Cancellation);
        var token = JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).GetProperty("access_token").GetString()!;
        using var http = _server.NewHttpOfIssuer();
        await using var verifier = new AccessTokenVerifier(new VerifierOptions { Issuer = Issuer, Audience = client.Resources[0], Push = false }, http, _server.Clock);

        Assert.IsType<TokenVerification.Accepted>(await verifier.VerifyAsync(token, Cancellation));
    }

    [Fact]
    public async Task What_the_server_hands_out_leads_back_below_the_path()
    {
        var (initial, _) = await _server.PolicyAsync();
        var registered = await _server.AskAsync(HttpMethod.Post, Base + "/register", initial, Registering.App);
        Assert.StartsWith(Issuer + "/register/", registered["registration_client_uri"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await _server.AskAsync(HttpMethod.Get, Registering.PathOf(registered), registered["registration_access_token"])).Status);

        var television = await Device.AddClientAsync(_server);
        var (status, started) = await Device.PostAsync(_server, Base + "/device_authorization", new() { ["client_id"] = television.ClientId, ["scope"] = "openid" });
        Assert.Equal((HttpStatusCode.OK, Issuer + "/device"), (status, started.GetProperty("verification_uri").GetString()));

        using var browser = new Browser(_server);
        Assert.Equal($"{Base}/login", (await browser.SendAsync(HttpMethod.Get, Base + "/account", null)).Location!.Split('?')[0]);
        Assert.Contains("oauth-protected-resource", (await _server.AskAsync(HttpMethod.Get, Base + "/userinfo", null)).Header("WWW-Authenticate"), StringComparison.Ordinal);
    }

    private static async Task<Page> ReadAsync(Browser browser, string path)
    {
        var page = await browser.OpenAsync(path);
        Assert.Equal(HttpStatusCode.OK, page.Status);
        LeadsOnlyBelow(page);
        foreach (Match file in Files().Matches(page.Html))
            Assert.Equal(HttpStatusCode.OK, (await browser.SendAsync(HttpMethod.Get, file.Groups[1].Value, null)).Status);
        return page;
    }

    private static void LeadsOnlyBelow(Page page)
    {
        var own = Addresses().Matches(page.Html).Select(m => m.Groups[1].Value).Where(address => address.StartsWith('/')).ToList();
        Assert.NotEmpty(own);
        Assert.All(own, address => Assert.True(address == Base || address.StartsWith(Base + "/", StringComparison.Ordinal), $"{page.Path} leads to {address}"));
    }

    [GeneratedRegex("""<a [^>]*href="([^"]*)""")]
    private static partial Regex Links();

    [GeneratedRegex("""(?:href|src|action|formaction)="([^"]*)""")]
    private static partial Regex Addresses();

    [GeneratedRegex("""(?:href|src)="([^"]*/design/[^"]*)""")]
    private static partial Regex Files();
}
