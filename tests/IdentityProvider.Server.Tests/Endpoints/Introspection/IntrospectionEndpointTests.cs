using System.Net;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Endpoints.Introspection;

public sealed class IntrospectionEndpointTests : IAsyncLifetime
{
    private const string Inactive = """{"active":false}""";

    private SignedIn _signedIn = null!;

    public async ValueTask InitializeAsync() => _signedIn = await SignedIn.StartAsync();

    public ValueTask DisposeAsync() => _signedIn.DisposeAsync();

    [Fact]
    public async Task An_API_learns_all_of_a_token_that_is_for_it()
    {
        var tokens = await _signedIn.TokensAsync(SignedIn.App);

        var answer = await _signedIn.IntrospectAsync(SignedIn.Api, tokens.AccessToken);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.Equal(
            ["active", "scope", "client_id", "token_type", "exp", "iat", "nbf", "sub", "aud", "iss", "jti", "auth_time", "acr"],
            answer.Json.EnumerateObject().Select(member => member.Name));
        Assert.True(answer.Json.GetProperty("active").GetBoolean());
        Assert.Equal((TestServer.Issuer, "app"), (answer["iss"], answer["client_id"]));
        Assert.Equal(_signedIn.Server.Clock.GetUtcNow().ToUnixTimeSeconds() + 900, answer.Json.GetProperty("exp").GetInt64());
    }

    [Fact]
    public async Task A_client_learns_of_its_own_tokens_of_both_kinds()
    {
        var tokens = await _signedIn.TokensAsync(SignedIn.App);
        foreach (var token in new[] { tokens.AccessToken, tokens.RefreshToken })
            Assert.Equal("True", (await _signedIn.IntrospectAsync(SignedIn.App, token))["active"]);
    }

    [Fact]
    public async Task Nobody_learns_of_anothers()
    {
        var stranger = SignedIn.Api with { ClientId = "stranger", Introspects = ["https://elsewhere.example"] };
        Assert.True(await _signedIn.Server.Get<Clients>().AddAsync(stranger, SignedIn.Cancellation));
        var tokens = await _signedIn.TokensAsync(SignedIn.App);

        Assert.Equal(Inactive, (await _signedIn.IntrospectAsync(stranger, tokens.AccessToken)).Text);
        Assert.Equal(Inactive, (await _signedIn.IntrospectAsync(stranger, tokens.RefreshToken)).Text);
        Assert.Equal(Inactive, (await _signedIn.IntrospectAsync(SignedIn.Api, tokens.RefreshToken)).Text);
        Assert.Equal(Inactive, (await _signedIn.IntrospectAsync(SignedIn.Api, "anything")).Text);
    }

    [Fact]
    public async Task It_agrees_with_what_ended()
    {
        var tokens = await _signedIn.TokensAsync(SignedIn.App);
        var replaced = tokens.RefreshToken;
        var next = await _signedIn.RefreshAsync(SignedIn.App, replaced);
        Assert.Equal(Inactive, (await _signedIn.IntrospectAsync(SignedIn.App, replaced)).Text);

        await _signedIn.EndSessionAsync();

        foreach (var token in new[] { tokens.AccessToken, next.AccessToken, next.RefreshToken })
            Assert.Equal(Inactive, (await _signedIn.IntrospectAsync(SignedIn.App, token)).Text);
    }

    [Fact]
    public async Task An_expired_token_is_not_active()
    {
        var tokens = await _signedIn.TokensAsync(SignedIn.App);
        _signedIn.Server.Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(Inactive, (await _signedIn.IntrospectAsync(SignedIn.Api, tokens.AccessToken)).Text);
        Assert.Equal("True", (await _signedIn.IntrospectAsync(SignedIn.App, tokens.RefreshToken))["active"]);
    }

    [Fact]
    public async Task Who_asks_has_to_prove_who_it_is()
    {
        var token = (await _signedIn.TokensAsync(SignedIn.Spa)).AccessToken;

        var nobody = new HttpRequestMessage(HttpMethod.Post, "/introspect") { Content = new FormUrlEncodedContent([new("token", token)]) };
        Assert.Equal(HttpStatusCode.Unauthorized, (await _signedIn.SendAsync(nobody)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await _signedIn.IntrospectAsync(SignedIn.Spa, token)).Status);
        var withoutSecret = SignedIn.Api with { TokenEndpointAuthMethod = ClientAuthenticationMethod.None };
        Assert.Equal(HttpStatusCode.Unauthorized, (await _signedIn.IntrospectAsync(withoutSecret, token)).Status);
    }

    [Fact]
    public async Task A_request_without_a_token_is_refused()
    {
        var answer = await _signedIn.PostAsync("/introspect", SignedIn.Api, ("token_type_hint", "access_token"));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (answer.Status, answer.Error));
    }
}
