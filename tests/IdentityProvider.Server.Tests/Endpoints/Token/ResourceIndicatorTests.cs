using System.Net;
using System.Text.Json;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Endpoints.Token;

/// <summary>RFC 8707 over HTTP: several APIs at the authorization endpoint, one in each access token, narrowed and never widened.</summary>
public sealed class ResourceIndicatorTests : IAsyncLifetime
{
    private const string Notes = "https://notes.example";
    private const string Files = "https://files.example";

    private TestServer _server = null!;
    private Client _client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        await _server.Get<Resources>().AddAsync(new Resource { Identifier = Files, Name = "Files", Scopes = [new("files.read"), new("files.write")] }, Cancellation);
        await _server.Get<Resources>().AddAsync(new Resource { Identifier = "https://third.example", Name = "Third", Scopes = [new("third")] }, Cancellation);
        _client = await _server.AddClientAsync(c => c with
        {
            Scope = ScopeSet.Of(["openid", "notes.read", "files.read", "files.write", "third"]),
            Resources = [Notes, Files, "https://third.example"],
            TokenEndpointAuthMethod = ClientAuthenticationMethod.None,
            RequireConsent = false,
        });
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Of_several_that_were_granted_each_token_is_for_one_with_that_ones_scopes()
    {
        var tokens = await ExchangeAsync(await CodeAsync(), ("resource", Notes));
        Assert.Equal(($"{Notes} {TestServer.Issuer}", "openid notes.read"), (Audience(tokens), Scope(tokens)));

        var files = await RefreshAsync(tokens, ("resource", Files));
        Assert.Equal(($"{Files} {TestServer.Issuer}", "openid files.read files.write"), (Audience(files), Scope(files)));
        var narrow = await RefreshAsync(files, ("resource", Files), ("scope", "files.read"));
        Assert.Equal((Files, "files.read"), (Audience(narrow), Scope(narrow)));
        var wideAgain = await RefreshAsync(narrow, ("resource", Notes));
        Assert.Equal($"{Notes} {TestServer.Issuer}", Audience(wideAgain));
    }

    [Fact]
    public async Task Which_one_must_be_said_where_several_were_granted()
    {
        var code = await CodeAsync();
        Assert.Equal("invalid_target", Error(await ExchangeAsync(code)));
        Assert.Equal("invalid_target", Error(await ExchangeAsync(code, ("resource", Notes), ("resource", Files))));

        // Nothing was used up by asking wrongly.
        var tokens = await ExchangeAsync(code, ("resource", Notes));
        Assert.Equal("invalid_target", Error(await RefreshAsync(tokens)));
        Assert.Equal("invalid_target", Error(await RefreshAsync(tokens, ("resource", "https://third.example"))));
        Assert.Equal("invalid_target", Error(await RefreshAsync(tokens, ("resource", "https://unknown.example"))));
        Assert.Equal("invalid_scope", Error(await RefreshAsync(tokens, ("resource", Notes), ("scope", "third"))));
        Assert.Equal($"{Notes} {TestServer.Issuer}", Audience(await RefreshAsync(tokens, ("resource", Notes))));
    }

    [Theory]
    [InlineData("https://unknown.example")]
    [InlineData("https://notes.example/")]
    [InlineData("HTTPS://notes.example")]
    [InlineData("https://notes.example#part")]
    [InlineData("notes")]
    public async Task A_resource_is_named_exactly(string resource)
    {
        using var browser = new Browser(_server);
        Assert.Equal("invalid_target", (await browser.OpenAsync(_client.Request() + $"&resource={Uri.EscapeDataString(resource)}")).Answer["error"]);
        Assert.Equal("invalid_target", Error(await ExchangeAsync(await CodeAsync(), ("resource", resource))));
    }

    private async Task<string> CodeAsync()
    {
        using var browser = new Browser(_server);
        var request = _client.Request("scope=openid notes.read files.read files.write") + $"&resource={Uri.EscapeDataString(Notes)}&resource={Uri.EscapeDataString(Files)}";
        return (await browser.SignInAsync(await browser.OpenAsync(request), await _server.AddPersonAsync())).Answer["code"];
    }

    private Task<JsonElement> ExchangeAsync(string code, params (string, string)[] more) =>
        PostAsync([("grant_type", "authorization_code"), ("code", code), ("redirect_uri", "https://app.example/cb"), ("code_verifier", SignedIn.CodeVerifier), .. more]);

    private Task<JsonElement> RefreshAsync(JsonElement tokens, params (string, string)[] more) =>
        PostAsync([("grant_type", "refresh_token"), ("refresh_token", tokens.GetProperty("refresh_token").GetString()!), .. more]);

    private async Task<JsonElement> PostAsync((string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent([new("client_id", _client.ClientId), .. form.Select(f => KeyValuePair.Create(f.Name, f.Value))]);
        using var answer = await _server.Http.PostAsync("/token", content, Cancellation);
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest);
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static string? Error(JsonElement answer) => answer.GetProperty("error").GetString();

    private static string? Scope(JsonElement answer) => answer.GetProperty("scope").GetString();

    private static string Audience(JsonElement answer)
    {
        var aud = JsonElement.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(answer.GetProperty("access_token").GetString()!.Split('.')[1])).GetProperty("aud");
        return aud.ValueKind == JsonValueKind.String ? aud.GetString()! : string.Join(' ', aud.EnumerateArray().Select(a => a.GetString()));
    }
}
