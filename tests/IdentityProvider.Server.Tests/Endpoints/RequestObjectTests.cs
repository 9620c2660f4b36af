using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Tests.Endpoints.Registration;
using IdentityProvider.Server.Tests.Http;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Http;

namespace IdentityProvider.Server.Tests.Endpoints;

/// <summary>Signed authorization requests (RFC 9101) over HTTP: by value, pushed, and from an address that the client registered.</summary>
public sealed class RequestObjectTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private static readonly SigningKey Key = SigningKey.Generate(SignatureAlgorithm.ES256);

    private TestServer Server => fixture.Server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_signed_request_by_value_is_followed_and_what_stands_beside_it_is_not()
    {
        var username = await Server.AddPersonAsync();
        var client = await AddSignerAsync();
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync(ByValue(client, Sign(client)) + "&state=theirs&scope=openid+email&redirect_uri=https%3A%2F%2Fevil.example%2F");
        var consent = await browser.SignInAsync(login, username);
        Assert.DoesNotContain("E-mail address", consent.Text, StringComparison.Ordinal);
        var answer = await browser.SubmitAsync(consent, ("decision", "allow"));
        Assert.StartsWith("https://app.example/cb?code=", answer.Location, StringComparison.Ordinal);
        Assert.Equal(("inside", TestServer.Issuer), (answer.Answer["state"], answer.Answer["iss"]));
    }

    [Fact]
    public async Task It_may_expire_while_the_person_signs_in()
    {
        var username = await Server.AddPersonAsync();
        var client = await AddSignerAsync();
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync(ByValue(client, Sign(client)));
        Server.Clock.Advance(TimeSpan.FromMinutes(10));
        var consent = await browser.SignInAsync(login, username);
        Assert.True((await browser.SubmitAsync(consent, ("decision", "allow"))).Answer.ContainsKey("code"));
    }

    [Fact]
    public async Task An_object_with_an_identifier_is_used_once_whichever_way()
    {
        var client = await AddSignerAsync();
        using var browser = new Browser(Server);
        var jwt = Sign(client, c => c["jti"] = "once");
        Assert.Equal("Sign in", (await browser.OpenAsync(ByValue(client, jwt))).Heading);
        var again = (await browser.OpenAsync(ByValue(client, jwt) + Beside)).Answer;
        Assert.Equal(("invalid_request_object", Refusals.Of(Refusal.RequestObjectReplayed).Description), (again["error"], again["error_description"]));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request_object"), await PushAsync(client, jwt));

        var pushed = Sign(client, c => c["jti"] = "twice");
        Assert.Equal(HttpStatusCode.Created, (await PushAsync(client, pushed)).Status);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request_object"), await PushAsync(client, pushed));
        Assert.Equal("invalid_request_object", (await browser.OpenAsync(ByValue(client, pushed))).Answer["error"]);

        // Another client's identifiers are its own.
        var other = await AddSignerAsync();
        Assert.Equal(HttpStatusCode.Created, (await PushAsync(other, Sign(other, c => c["jti"] = "once"))).Status);
    }

    [Fact]
    public async Task A_request_that_is_refused_uses_nothing_up()
    {
        var client = await AddSignerAsync();
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_scope"), await PushAsync(client, Sign(client, c => (c["jti"], c["scope"]) = ("j", "everything"))));
        Assert.Equal(HttpStatusCode.Created, (await PushAsync(client, Sign(client, c => c["jti"] = "j"))).Status);
    }

    [Fact]
    public async Task Pushed_and_signed_it_is_followed()
    {
        var client = await AddSignerAsync(c => c with { RequirePushedAuthorizationRequests = true });
        using var pushed = await PostAsync(client, Sign(client));
        var requestUri = JsonElement.Parse(await pushed.Content.ReadAsStringAsync(Cancellation)).GetProperty("request_uri").GetString()!;
        using var browser = new Browser(Server);
        Assert.Equal("Sign in", (await browser.OpenAsync($"/authorize?client_id={client.ClientId}&request_uri={Uri.EscapeDataString(requestUri)}")).Heading);
    }

    [Fact]
    public async Task A_client_that_signs_may_not_leave_it_out()
    {
        var client = await AddSignerAsync();
        using var browser = new Browser(Server);
        Assert.Equal("invalid_request", (await browser.OpenAsync(client.Request())).Answer["error"]);
    }

    [Theory]
    [InlineData("""{"aud":"https://other.example"}""")]
    [InlineData("""{"exp":1}""")]
    [InlineData("""{"client_id":"other"}""")]
    [InlineData("""{"request_uri":"urn:ietf:params:oauth:request_uri:abc"}""")]
    public async Task A_bad_object_is_refused_at_both_places(string edits)
    {
        var client = await AddSignerAsync();
        var jwt = Sign(client, c =>
        {
            foreach (var (name, value) in JsonNode.Parse(edits)!.AsObject())
                c[name] = value!.DeepClone();
        });
        using var browser = new Browser(Server);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request_object"), await PushAsync(client, jwt));
        Assert.Equal("invalid_request_object", (await browser.OpenAsync(ByValue(client, jwt) + Beside)).Answer["error"]);
    }

    [Fact]
    public async Task A_signature_of_another_client_is_none()
    {
        using var stranger = SigningKey.Generate(SignatureAlgorithm.ES256);
        var client = await AddSignerAsync();
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request_object"), await PushAsync(client, Sign(client, key: stranger)));
    }

    [Fact]
    public async Task From_an_address_it_is_taken_only_where_the_client_registered_it()
    {
        await using var listener = await Listener.StartAsync();
        var uri = listener.Address + "request.jwt";
        var client = await AddSignerAsync(c => c with { RequestUris = [uri] });
        listener.AnswerAsync = http => http.Response.WriteAsync(Sign(client), Cancellation);
        using var browser = new Browser(Server);
        Assert.Equal("Sign in", (await browser.OpenAsync(ByReference(client, uri))).Heading);
        Assert.Equal(1, listener.Count);

        foreach (var other in new[] { uri + "?x=1", uri + "#x", listener.Address + "", "http://169.254.169.254/latest/meta-data" })
            Assert.Equal("invalid_request_uri", (await browser.OpenAsync(ByReference(client, other) + Beside)).Answer["error"]);
        Assert.Equal("request_uri_not_supported", (await browser.OpenAsync(ByReference(await AddSignerAsync(), uri) + Beside)).Answer["error"]);
        Assert.Equal("invalid_request", (await browser.OpenAsync(ByReference(client, uri) + Beside + "&request=" + Sign(client))).Answer["error"]);
        Assert.Equal(1, listener.Count);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(302)]
    public async Task An_address_that_gives_no_object_is_an_error(int status)
    {
        await using var listener = await Listener.StartAsync();
        var client = await AddSignerAsync(c => c with { RequestUris = [listener.Address + "request.jwt"] });
        listener.AnswerAsync = http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = listener.Address + "elsewhere";
            return Task.CompletedTask;
        };
        using var browser = new Browser(Server);
        var answer = (await browser.OpenAsync(ByReference(client, client.RequestUris[0]) + Beside)).Answer;
        Assert.Equal(("invalid_request_uri", Refusals.Of(Refusal.RequestUriNotFetched).Description), (answer["error"], answer["error_description"]));
        Assert.Equal(1, listener.Count);
    }

    [Fact]
    public async Task For_a_client_that_registered_itself_a_host_is_asked_so_often_in_a_minute_and_no_more()
    {
        await using var listener = await Listener.StartAsync();
        listener.AnswerAsync = http => http.Response.WriteAsync("none", Cancellation);
        var (token, _) = await Server.PolicyAsync();
        var registered = await Server.RegisterAsync(token, $$"""
            {"redirect_uris":["https://app.example/cb"],"token_endpoint_auth_method":"none","scope":"openid",
             "request_uris":["{{listener.Address}}a","{{listener.Address}}b"],"jwks":{{Encoding.UTF8.GetString(new JsonWebKeySet([Key.PublicKey]).ToUtf8Bytes())}}}
            """);
        Assert.Equal(HttpStatusCode.Created, registered.Status);
        var client = (await Server.Get<Clients>().FindAsync(registered["client_id"]!, Cancellation))!;

        using var browser = new Browser(Server);
        for (var i = 0; i < RequestObjects.MostPerHost + 5; i++)
            Assert.Equal(HttpStatusCode.BadRequest, (await browser.OpenAsync(ByReference(client, client.RequestUris[i % 2]) + Beside)).Status);
        Assert.Equal(RequestObjects.MostPerHost, listener.Count);
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        await browser.OpenAsync(ByReference(client, client.RequestUris[0]) + Beside);
        Assert.Equal(RequestObjects.MostPerHost + 1, listener.Count);
    }

    private const string Beside = "&redirect_uri=https%3A%2F%2Fapp.example%2Fcb";

    private static string ByValue(Client client, string jwt) => $"/authorize?client_id={client.ClientId}&request={jwt}";

    private static string ByReference(Client client, string uri) => $"/authorize?client_id={client.ClientId}&request_uri={Uri.EscapeDataString(uri)}";

    private Task<Client> AddSignerAsync(Func<Client, Client>? edit = null) => Server.AddClientAsync(c =>
    {
        c = c with
        {
            TokenEndpointAuthMethod = ClientAuthenticationMethod.None,
            Jwks = ClientKeySet.Parse(new JsonWebKeySet([Key.PublicKey]).ToUtf8Bytes(), out _),
            RequireSignedRequestObject = true,
        };
        return edit?.Invoke(c) ?? c;
    });

    private string Sign(Client client, Action<JsonObject>? edit = null, SigningKey? key = null)
    {
        var now = Server.Clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject
        {
            ["iss"] = client.ClientId,
            ["aud"] = TestServer.Issuer,
            ["exp"] = now + 60,
            ["nbf"] = now,
            ["client_id"] = client.ClientId,
            ["redirect_uri"] = "https://app.example/cb",
            ["response_type"] = "code",
            ["scope"] = "openid notes.read",
            ["state"] = "inside",
            ["code_challenge"] = Person.Challenge,
            ["code_challenge_method"] = "S256",
        };
        edit?.Invoke(claims);
        return Jws.Sign(key ?? Key, RequestObjectRules.Typ, JsonSerializer.SerializeToUtf8Bytes(claims));
    }

    private async Task<(HttpStatusCode Status, string? Error)> PushAsync(Client client, string jwt)
    {
        using var answer = await PostAsync(client, jwt);
        var json = JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        return (answer.StatusCode, json.TryGetProperty("error", out var error) ? error.GetString() : null);
    }

    private async Task<HttpResponseMessage> PostAsync(Client client, string jwt)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["client_id"] = client.ClientId, ["request"] = jwt, ["state"] = "theirs" });
        return await Server.Http.PostAsync("/par", form, Cancellation);
    }
}
