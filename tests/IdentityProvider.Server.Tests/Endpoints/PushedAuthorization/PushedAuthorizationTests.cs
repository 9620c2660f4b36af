using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.PushedAuthorization;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Endpoints.PushedAuthorization;

public sealed class PushedAuthorizationTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private const string Secret = "a-secret-that-only-this-test-knows";

    private TestServer Server => fixture.Server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_pushed_is_answered_by_a_code_and_nothing_of_it_passed_through_the_browser()
    {
        var username = await Server.AddPersonAsync();
        var client = await AddConfidentialAsync();
        using var pushed = await PushAsync(client, client.Request("scope=openid email notes.read"));
        Assert.Equal(HttpStatusCode.Created, pushed.StatusCode);
        Assert.True(pushed.Headers.CacheControl!.NoStore);
        var answer = await JsonAsync(pushed);
        Assert.Equal(60, answer.GetProperty("expires_in").GetInt32());
        var requestUri = answer.GetProperty("request_uri").GetString()!;
        Assert.Matches(@"\Aurn:ietf:params:oauth:request_uri:[A-Za-z0-9_-]{43}\z", requestUri);

        using var browser = new Browser(Server);
        var consent = await browser.SignInAsync(await browser.OpenAsync(Link(client, requestUri)), username);
        Assert.Contains("Read your notes", consent.Text, StringComparison.Ordinal);
        var redirect = await browser.SubmitAsync(consent, ("decision", "allow"));
        Assert.Equal(("the-state", TestServer.Issuer), (redirect.Answer["state"], redirect.Answer["iss"]));
        var code = await Server.Get<AuthorizationCodes>().FindAsync(SHA256.HashData(Encoding.ASCII.GetBytes(redirect.Answer["code"])), Cancellation);
        Assert.Equal((client.ClientId, "the-nonce", "openid email notes.read"), (code!.ClientId, code.Nonce, code.Scope.ToString()));
    }

    [Fact]
    public async Task The_reference_is_kept_as_its_hash_alone()
    {
        var client = await AddConfidentialAsync();
        var requestUri = await PushedAsync(client);
        var stored = await Server.Get<PushedRequests>().FindAsync(SHA256.HashData(Encoding.ASCII.GetBytes(PushedRequest.ReferenceOrNull(requestUri)!)), Cancellation);
        Assert.Equal(client.ClientId, stored!.ClientId);
        Assert.DoesNotContain("client_secret", stored.Parameters.Names);
    }

    [Fact]
    public async Task A_public_client_pushes_by_its_identifier()
    {
        var client = await Server.AddClientAsync(c => c with { TokenEndpointAuthMethod = ClientAuthenticationMethod.None, AllowedOrigins = ["https://app.example"] });
        using var pushed = await PushAsync(client, client.Request(), origin: "https://app.example");
        Assert.Equal(HttpStatusCode.Created, pushed.StatusCode);
        Assert.Equal("https://app.example", Assert.Single(pushed.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData(null)]
    public async Task A_client_that_does_not_prove_who_it_is_pushes_nothing(string? secret)
    {
        var client = await AddConfidentialAsync();
        using var refused = await PushAsync(client, client.Request(), secret);
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (refused.StatusCode, await ErrorAsync(refused)));
    }

    [Theory]
    [InlineData("redirect_uri=https://evil.example/", "invalid_request")]
    [InlineData("code_challenge=", "invalid_request")]
    [InlineData("response_type=code id_token", "unsupported_response_type")]
    [InlineData("scope=everything", "invalid_scope")]
    [InlineData("request_uri=urn:ietf:params:oauth:request_uri:abc", "invalid_request")]
    [InlineData("request_uri=https://app.example/request", "invalid_request")]
    public async Task What_is_wrong_is_said_as_JSON_and_at_once(string edits, string error)
    {
        var client = await AddConfidentialAsync();
        using var refused = await PushAsync(client, client.Request(edits));
        Assert.Equal((HttpStatusCode.BadRequest, error), (refused.StatusCode, await ErrorAsync(refused)));
        Assert.True(refused.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task Only_a_form_that_is_posted_is_read()
    {
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Put, HttpMethod.Delete })
        {
            using var request = new HttpRequestMessage(method, "/par");
            using var refused = await Server.Http.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.MethodNotAllowed, refused.StatusCode);
        }

        using var json = await Server.Http.PostAsync("/par", new StringContent("{}", Encoding.UTF8, "application/json"), Cancellation);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, json.StatusCode);
        using var options = new HttpRequestMessage(HttpMethod.Options, "/par");
        using var preflight = await Server.Http.SendAsync(options, Cancellation);
        Assert.Equal("POST", Assert.Single(preflight.Headers.GetValues("Access-Control-Allow-Methods")));
    }

    [Fact]
    public async Task The_link_may_be_opened_twice_until_it_is_answered_and_then_never_again()
    {
        var username = await Server.AddPersonAsync();
        var client = await AddConfidentialAsync();
        var link = Link(client, await PushedAsync(client));
        using var browser = new Browser(Server);
        Assert.Equal("Sign in", (await browser.OpenAsync(link)).Heading);
        var login = await browser.OpenAsync(link);
        var consent = await browser.SignInAsync(login, username);
        Assert.True((await browser.SubmitAsync(consent, ("decision", "allow"))).Answer.ContainsKey("code"));

        SaysToStartAgain(await browser.OpenAsync(link));
        SaysToStartAgain(await browser.SubmitAsync(consent, ("decision", "allow")));
        SaysToStartAgain(await browser.OpenAsync("/authorize?resume=" + login.Fields["resume"]));
    }

    [Fact]
    public async Task An_error_is_an_answer_too()
    {
        var client = await AddConfidentialAsync();
        using var pushed = await PushAsync(client, client.Request("prompt=none"));
        var link = Link(client, (await JsonAsync(pushed)).GetProperty("request_uri").GetString()!);
        using var browser = new Browser(Server);
        Assert.Equal("login_required", (await browser.OpenAsync(link)).Answer["error"]);
        SaysToStartAgain(await browser.OpenAsync(link));
    }

    [Fact]
    public async Task The_browser_has_a_minute_to_bring_it_and_the_person_as_long_as_ever()
    {
        var username = await Server.AddPersonAsync();
        var client = await AddConfidentialAsync();
        var (early, late) = (Link(client, await PushedAsync(client)), Link(client, await PushedAsync(client)));
        using var browser = new Browser(Server);
        Server.Clock.Advance(TimeSpan.FromSeconds(59));
        var login = await browser.OpenAsync(early);
        Server.Clock.Advance(TimeSpan.FromSeconds(1));
        SaysToStartAgain(await browser.OpenAsync(late));
        SaysToStartAgain(await browser.OpenAsync(early));

        Server.Clock.Advance(TimeSpan.FromMinutes(10));
        var consent = await browser.SignInAsync(login, username);
        Assert.True((await browser.SubmitAsync(consent, ("decision", "allow"))).Answer.ContainsKey("code"));
    }

    [Fact]
    public async Task A_reference_of_another_client_is_a_page_and_stays_unspent()
    {
        var (mine, theirs) = (await AddConfidentialAsync(), await AddConfidentialAsync());
        var requestUri = await PushedAsync(mine);
        using var browser = new Browser(Server);
        SaysToStartAgain(await browser.OpenAsync(Link(theirs, requestUri)));
        Assert.Equal("Sign in", (await browser.OpenAsync(Link(mine, requestUri))).Heading);
    }

    [Theory]
    [InlineData("urn:ietf:params:oauth:request_uri:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("urn:ietf:params:oauth:request_uri:")]
    [InlineData("urn:ietf:params:oauth:request_uri:'; DROP TABLE x")]
    public async Task A_reference_that_is_not_ours_is_a_page(string requestUri)
    {
        var client = await AddConfidentialAsync();
        using var browser = new Browser(Server);
        SaysToStartAgain(await browser.OpenAsync(Link(client, requestUri)));
    }

    [Fact]
    public async Task What_a_browser_adds_to_the_link_changes_nothing()
    {
        var username = await Server.AddPersonAsync();
        var client = await AddConfidentialAsync();
        var link = Link(client, await PushedAsync(client));
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync(link + "&state=theirs&redirect_uri=https%3A%2F%2Fevil.example%2F&scope=openid+email&response_mode=form_post&nonce=theirs");
        var consent = await browser.SignInAsync(login, username);
        Assert.DoesNotContain("E-mail address", consent.Text, StringComparison.Ordinal);
        var answer = await browser.SubmitAsync(consent, ("decision", "allow"));
        Assert.StartsWith("https://app.example/cb?code=", answer.Location, StringComparison.Ordinal);
        Assert.Equal("the-state", answer.Answer["state"]);
    }

    [Fact]
    public async Task The_link_may_be_posted()
    {
        var client = await AddConfidentialAsync();
        using var browser = new Browser(Server);
        var posted = await browser.SendAsync(HttpMethod.Post, "/authorize", new Dictionary<string, string> { ["client_id"] = client.ClientId, ["request_uri"] = await PushedAsync(client) });
        Assert.Equal("Sign in", (await browser.OpenAsync(posted.Location!)).Heading);
    }

    [Fact]
    public async Task A_client_registered_to_push_is_told_so_when_it_does_not()
    {
        var client = await AddConfidentialAsync(c => c with { RequirePushedAuthorizationRequests = true });
        using var browser = new Browser(Server);
        Assert.Equal("invalid_request", (await browser.OpenAsync(client.Request())).Answer["error"]);
        Assert.Equal("Sign in", (await browser.OpenAsync(Link(client, await PushedAsync(client)))).Heading);
    }

    [Fact]
    public async Task A_server_may_take_nothing_that_was_not_pushed_and_its_metadata_says_so()
    {
        await using var strict = await TestServer.StartAsync(change: s => s with { Authorization = new() { RequirePushedAuthorizationRequests = true } });
        var client = await strict.AddClientAsync();
        using var browser = new Browser(strict);
        Assert.Equal("invalid_request", (await browser.OpenAsync(client.Request())).Answer["error"]);
        using var metadata = JsonDocument.Parse(await strict.Http.GetStringAsync("/.well-known/openid-configuration", Cancellation));
        Assert.True(metadata.RootElement.GetProperty("require_pushed_authorization_requests").GetBoolean());
    }

    private static void SaysToStartAgain(Page page)
    {
        Assert.Equal((HttpStatusCode.BadRequest, "Please start again"), (page.Status, page.Heading));
        Assert.Contains("invalid_request_uri", page.Text, StringComparison.Ordinal);
        Assert.Null(page.Location);
    }

    private static string Link(Client client, string requestUri) => $"/authorize?client_id={client.ClientId}&request_uri={Uri.EscapeDataString(requestUri)}";

    private Task<Client> AddConfidentialAsync(Func<Client, Client>? edit = null) => Server.AddClientAsync(c =>
    {
        c = c with { Secrets = [new ClientSecret(SHA256.HashData(Encoding.UTF8.GetBytes(Secret)), DateTimeOffset.UnixEpoch, null)] };
        return edit?.Invoke(c) ?? c;
    });

    private async Task<string> PushedAsync(Client client)
    {
        using var pushed = await PushAsync(client, client.Request());
        return (await JsonAsync(pushed)).GetProperty("request_uri").GetString()!;
    }

    /// <summary>The query of an authorization request, as a form by a client that proves who it is.</summary>
    private async Task<HttpResponseMessage> PushAsync(Client client, string request, string? secret = Secret, string? origin = null)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/par");
        if (!client.IsPublic && secret is not null)
            message.Headers.Authorization = SignedIn.Basic(client.ClientId, secret);
        if (origin is not null)
            message.Headers.Add("Origin", origin);
        message.Content = new StringContent(request.Split('?', 2)[1], new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        return await Server.Http.SendAsync(message, Cancellation);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancellation));

    private static async Task<string?> ErrorAsync(HttpResponseMessage answer) => (await JsonAsync(answer)).GetProperty("error").GetString();
}
