using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.RichAuthorization;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Endpoints;

/// <summary>RFC 9396 from the request to the API: asked in words, granted once, carried by the token, told at introspection.</summary>
public sealed class AuthorizationDetailsTests : IAsyncLifetime
{
    private const string Payment = """{"type":"payment","payee":"Zoë & Söhne","amount":"12.50"}""";
    private const string Smaller = """{"type":"payment","payee":"Max","amount":"1.00"}""";
    private const string Api = "https://bank.example";

    private TestServer _server = null!;
    private Client _client = null!;
    private string _username = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        Assert.True(await _server.Get<AuthorizationDetailsTypes>().AddAsync(PaymentType(), Cancellation));
        await _server.Get<Resources>().AddAsync(new Resource { Identifier = Api, Name = "Bank", Scopes = [new("balance", "See your balance")] }, Cancellation);
        _username = await _server.AddPersonAsync();
        _client = await _server.AddClientAsync(c => c with
        {
            Scope = ScopeSet.Of(["openid", "balance"]),
            Resources = [Api],
            AuthorizationDetailsTypes = ["payment"],
            TokenEndpointAuthMethod = ClientAuthenticationMethod.None,
        });
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_person_reads_what_is_asked_and_the_token_says_what_they_agreed_to()
    {
        using var browser = new Browser(_server);
        var consent = await browser.SignInAsync(await browser.OpenAsync(Request($"[{Payment}]")), _username);
        Assert.Equal("The App asks for access", consent.Heading);
        foreach (var words in new[] { "Make a payment", "It leaves your account at once.", "To", "Zoë & Söhne", "Amount in euro", "12.50", "See your balance" })
            Assert.Contains(words, consent.Text, StringComparison.Ordinal);

        var tokens = await TokensAsync(await browser.SubmitAsync(consent, ("decision", "allow")));
        Assert.Equal(("Zoë & Söhne", "12.50"), Said(tokens.GetProperty("authorization_details")));
        Assert.Equal(("Zoë & Söhne", "12.50"), Said(Claims(tokens).GetProperty("authorization_details")));
    }

    [Fact]
    public async Task They_are_asked_about_each_time_and_only_the_person_who_saw_them_agrees()
    {
        using var browser = new Browser(_server);
        var consent = await browser.SignInAsync(await browser.OpenAsync(Request($"[{Payment}]")), _username);
        Assert.True((await browser.SubmitAsync(consent, ("decision", "allow"))).Answer.ContainsKey("code"));

        Assert.Equal("The App asks for access", (await browser.OpenAsync(Request($"[{Payment}]"))).Heading);
        Assert.Equal("consent_required", (await browser.OpenAsync(Request($"[{Payment}]") + "&prompt=none")).Answer["error"]);
        Assert.True((await browser.OpenAsync(Request(null))).Answer.ContainsKey("code"));

        // Two tabs: who agrees to the one has not agreed to the other.
        var (one, two) = (await browser.OpenAsync(Request($"[{Payment}]")), await browser.OpenAsync(Request($"[{Smaller}]")));
        Assert.True((await browser.SubmitAsync(two, ("decision", "allow"))).Answer.ContainsKey("code"));
        Assert.Equal("The App asks for access", (await browser.OpenAsync("/authorize?resume=" + one.Fields["resume"])).Heading);
    }

    [Fact]
    public async Task What_was_agreed_to_for_one_occasion_gives_one_code_however_often_its_address_is_opened()
    {
        using var browser = new Browser(_server);
        var consent = await browser.SignInAsync(await browser.OpenAsync(Request($"[{Payment}]")), _username);
        var agreed = await browser.SubmitOnceAsync(consent, ("decision", "allow"));
        Assert.StartsWith("/authorize?resume=", agreed.Location, StringComparison.Ordinal);

        Assert.True((await browser.OpenAsync(agreed.Location!)).Answer.ContainsKey("code"));
        Assert.Equal("The App asks for access", (await browser.OpenAsync(agreed.Location!)).Heading);
    }

    [Fact]
    public async Task A_token_request_may_take_fewer_and_a_refresh_has_them_again()
    {
        using var browser = new Browser(_server);
        var consent = await browser.SignInAsync(await browser.OpenAsync(Request($"[{Payment},{Smaller}]")), _username);
        var code = (await browser.SubmitAsync(consent, ("decision", "allow"))).Answer["code"];
        var tokens = await PostAsync("/token", ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", "https://app.example/cb"), ("code_verifier", SignedIn.CodeVerifier), ("authorization_details", $"[{Smaller}]"));
        Assert.Equal(1, tokens.GetProperty("authorization_details").GetArrayLength());

        var refresh = tokens.GetProperty("refresh_token").GetString()!;
        var wider = await PostAsync("/token", ("grant_type", "refresh_token"), ("refresh_token", refresh), ("authorization_details", $"[{Payment.Replace("12.50", "99.00", StringComparison.Ordinal)}]"));
        Assert.Equal("invalid_authorization_details", wider.GetProperty("error").GetString());
        var again = await PostAsync("/token", ("grant_type", "refresh_token"), ("refresh_token", refresh));
        Assert.Equal(2, again.GetProperty("authorization_details").GetArrayLength());
    }

    [Fact]
    public async Task Introspection_tells_them_to_the_API()
    {
        const string secret = "a-secret-that-only-this-test-knows";
        await _server.Get<Clients>().AddAsync(
            new Client { ClientId = "bank-api", ClientName = "Bank API", Introspects = [Api], Secrets = [new(SHA256.HashData(Encoding.UTF8.GetBytes(secret)), DateTimeOffset.UnixEpoch, null)] }, Cancellation);
        using var browser = new Browser(_server);
        var consent = await browser.SignInAsync(await browser.OpenAsync(Request($"[{Payment}]")), _username);
        var tokens = await TokensAsync(await browser.SubmitAsync(consent, ("decision", "allow")));

        using var request = new HttpRequestMessage(HttpMethod.Post, "/introspect");
        request.Headers.Authorization = SignedIn.Basic("bank-api", secret);
        request.Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = tokens.GetProperty("access_token").GetString()! });
        using var answer = await _server.Http.SendAsync(request, Cancellation);
        Assert.Equal(("Zoë & Söhne", "12.50"), Said(JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).GetProperty("authorization_details")));
    }

    [Theory]
    [InlineData("""[{"type":"other"}]""")]
    [InlineData("""[{"type":"payment","payee":"x"}]""")]
    [InlineData("""[{"type":"payment","payee":"x","amount":"1.00","locations":["https://evil.example"]}]""")]
    [InlineData("not json")]
    public async Task What_is_wrong_is_said_by_redirect_and_when_it_is_pushed(string details)
    {
        using var browser = new Browser(_server);
        Assert.Equal("invalid_authorization_details", (await browser.OpenAsync(Request(details))).Answer["error"]);
        using var form = new StringContent(Request(details).Split('?', 2)[1], new System.Net.Http.Headers.MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        using var pushed = await _server.Http.PostAsync("/par", form, Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, pushed.StatusCode);
        Assert.Contains("invalid_authorization_details", await pushed.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_type_comes_and_goes_on_every_node_and_in_the_metadata()
    {
        await using var other = await TestServer.StartAsync(_server);
        Assert.Equal(["payment"], await SupportedAsync(other));
        Assert.True(await _server.Get<AuthorizationDetailsTypes>().DeleteAsync("payment", Cancellation));
        await other.Get<IdentityProvider.Server.Background.TopicWatch>().LookAsync(Cancellation);
        Assert.Empty(await SupportedAsync(other));
        using var browser = new Browser(other);
        Assert.Equal("invalid_authorization_details", (await browser.OpenAsync(Request($"[{Payment}]"))).Answer["error"]);
    }

    private static AuthorizationDetailsType PaymentType() => Assert.IsType<Validated<AuthorizationDetailsType>.Valid>(AuthorizationDetailsTypeMetadata.Decide(new()
    {
        Type = "payment",
        Schema = JsonElement.Parse("""
            {
              "title": "Make a payment", "description": "It leaves your account at once.", "type": "object", "additionalProperties": false, "required": ["payee", "amount"],
              "properties": {
                "payee": { "title": "To", "type": "string" },
                "amount": { "title": "Amount in euro", "type": "string", "pattern": "^[0-9]+[.][0-9]{2}$" },
                "locations": { "title": "At", "type": "array", "items": { "title": "API", "type": "string" } }
              }
            }
            """),
    })).Value;

    private static async Task<IEnumerable<string?>> SupportedAsync(TestServer server)
    {
        using var document = JsonDocument.Parse(await server.Http.GetStringAsync("/.well-known/oauth-authorization-server", Cancellation));
        return document.RootElement.TryGetProperty("authorization_details_types_supported", out var types) ? [.. types.EnumerateArray().Select(t => t.GetString())] : [];
    }

    private static (string? Payee, string? Amount) Said(JsonElement details) =>
        (details[0].GetProperty("payee").GetString(), details[0].GetProperty("amount").GetString());

    private static JsonElement Claims(JsonElement tokens) =>
        JsonElement.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(tokens.GetProperty("access_token").GetString()!.Split('.')[1]));

    private string Request(string? details) =>
        _client.Request("scope=openid balance") + (details is null ? "" : $"&authorization_details={Uri.EscapeDataString(details)}");

    private Task<JsonElement> TokensAsync(Page answer) => PostAsync(
        "/token", ("grant_type", "authorization_code"), ("code", answer.Answer["code"]), ("redirect_uri", "https://app.example/cb"), ("code_verifier", SignedIn.CodeVerifier));

    private async Task<JsonElement> PostAsync(string path, params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent([new("client_id", _client.ClientId), .. form.Select(f => KeyValuePair.Create(f.Name, f.Value))]);
        using var answer = await _server.Http.PostAsync(path, content, Cancellation);
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
    }
}
