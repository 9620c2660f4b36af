using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace IdentityProvider.Server.Tests.Endpoints.UserInfo;

public sealed class UserInfoEndpointTests : IAsyncLifetime
{
    private SignedIn _signedIn = null!;

    public async ValueTask InitializeAsync() => _signedIn = await SignedIn.StartAsync();

    public ValueTask DisposeAsync() => _signedIn.DisposeAsync();

    [Fact]
    public async Task It_says_what_the_scopes_stand_for()
    {
        var tokens = await _signedIn.TokensAsync(SignedIn.App, "openid profile email");

        var answer = await _signedIn.UserInfoAsync(tokens.AccessToken);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("application/json", answer.Message.Content.Headers.ContentType!.MediaType);
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.Equal(["sub", "name", "preferred_username", "email", "email_verified"], answer.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(_signedIn.UserId.ToString("D"), answer["sub"]);
        Assert.Equal("alice", answer["preferred_username"]);
    }

    [Fact]
    public async Task The_token_comes_in_the_header_or_the_body_of_a_POST_as_well()
    {
        var token = (await _signedIn.TokensAsync(SignedIn.App)).AccessToken;

        Assert.Equal(HttpStatusCode.OK, (await _signedIn.SendAsync(Post(token, null))).Status);
        Assert.Equal(HttpStatusCode.OK, (await _signedIn.SendAsync(Post(null, Form(token)))).Status);
        Assert.Equal(HttpStatusCode.OK, (await _signedIn.SendAsync(Post(token, new StringContent("", Encoding.UTF8, "application/x-www-form-urlencoded")))).Status);
    }

    [Fact]
    public async Task It_never_comes_in_the_query_nor_twice()
    {
        var token = (await _signedIn.TokensAsync(SignedIn.App)).AccessToken;

        var inQuery = await _signedIn.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/userinfo?access_token=" + token));
        Assert.Equal((HttpStatusCode.Unauthorized, $"Bearer realm=\"idp\", resource_metadata=\"{TestServer.Issuer}/.well-known/oauth-protected-resource\", DPoP realm=\"idp\", algs=\"RS256 PS256 ES256\"", ""), (inQuery.Status, inQuery.Header("WWW-Authenticate"), inQuery.Text));

        var twice = await _signedIn.SendAsync(Post(token, Form(token)));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (twice.Status, twice.Error));
    }

    [Fact]
    public async Task What_is_no_token_of_ours_is_told_so()
    {
        var answer = await _signedIn.UserInfoAsync("abc");
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_token"), (answer.Status, answer.Error));
        Assert.Contains("error=\"invalid_token\"", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_token_opens_nothing()
    {
        var token = (await _signedIn.TokensAsync(SignedIn.App)).AccessToken;
        _signedIn.Server.Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(HttpStatusCode.Unauthorized, (await _signedIn.UserInfoAsync(token)).Status);
    }

    [Fact]
    public async Task A_token_without_openid_opens_nothing()
    {
        var forApi = (await _signedIn.TokensAsync(SignedIn.App, "notes.read")).AccessToken;
        Assert.Equal(HttpStatusCode.Unauthorized, (await _signedIn.UserInfoAsync(forApi)).Status);

        var forUs = await _signedIn.UserInfoAsync((await _signedIn.TokensAsync(SignedIn.App, "profile")).AccessToken);
        Assert.Equal((HttpStatusCode.Forbidden, "insufficient_scope"), (forUs.Status, forUs.Error));
    }

    [Fact]
    public async Task The_end_of_the_session_ends_the_token_at_once()
    {
        var token = (await _signedIn.TokensAsync(SignedIn.App)).AccessToken;
        await _signedIn.EndSessionAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await _signedIn.UserInfoAsync(token)).Status);
    }

    [Fact]
    public async Task A_person_who_was_disabled_is_told_of_no_more()
    {
        var token = (await _signedIn.TokensAsync(SignedIn.App, "openid offline_access")).AccessToken;
        await _signedIn.DisableUserAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await _signedIn.UserInfoAsync(token)).Status);
    }

    [Fact]
    public async Task Browser_code_of_the_clients_origin_may_read_it()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/userinfo");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await _signedIn.TokensAsync(SignedIn.Spa)).AccessToken);
        request.Headers.Add("Origin", "https://app.example");
        Assert.Equal("https://app.example", (await _signedIn.SendAsync(request)).Header("Access-Control-Allow-Origin"));
    }

    private static HttpRequestMessage Post(string? header, HttpContent? content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/userinfo") { Content = content };
        request.Headers.Authorization = header is null ? null : new AuthenticationHeaderValue("Bearer", header);
        return request;
    }

    private static FormUrlEncodedContent Form(string token) => new([new("access_token", token)]);
}
