using System.Net;
using System.Net.Http.Headers;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Endpoints.DPoP;

/// <summary>A bound token where it is used: here, and by an API that asks about it (RFC 9449 §6.2, §7).</summary>
public sealed class UserInfoTests : IAsyncLifetime
{
    private SignedIn _signedIn = null!;
    private ProvingClient _spa = null!;
    private ProvingClient _thief = null!;
    private string _token = "";

    public async ValueTask InitializeAsync()
    {
        _signedIn = await SignedIn.StartAsync();
        _spa = new(_signedIn, SignedIn.Spa);
        _thief = new(_signedIn, SignedIn.Spa);
        _token = (await _spa.TokensAsync()).AccessToken;
        _thief.Nonce = _spa.Nonce;
    }

    public async ValueTask DisposeAsync()
    {
        _spa.Dispose();
        _thief.Dispose();
        await _signedIn.DisposeAsync();
    }

    [Theory]
    [InlineData("DPoP")]
    [InlineData("dPOP")]
    public async Task A_bound_token_opens_the_door_with_a_proof(string scheme)
    {
        var answer = await _spa.UserInfoAsync(_token, scheme: scheme);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(_signedIn.UserId.ToString("D"), answer["sub"]);
        Assert.NotEqual("", answer.Header("DPoP-Nonce"));
    }

    [Fact]
    public async Task A_stolen_bound_token_is_no_bearers()
    {
        AssertRefused("invalid_token", await _signedIn.UserInfoAsync(_token));
        AssertRefused("invalid_token", await _spa.UserInfoAsync(_token, scheme: "Bearer"));

        var form = new HttpRequestMessage(HttpMethod.Post, "/userinfo") { Content = new FormUrlEncodedContent([new("access_token", _token)]) };
        AssertRefused("invalid_token", await _signedIn.SendAsync(form));
    }

    [Fact]
    public async Task A_stolen_bound_token_does_not_go_with_another_key() => AssertRefused("invalid_token", await _thief.UserInfoAsync(_token));

    [Fact]
    public async Task A_bearers_token_does_not_go_by_the_scheme_for_bound_ones() =>
        AssertRefused("invalid_token", await _spa.UserInfoAsync((await _signedIn.TokensAsync(SignedIn.Spa)).AccessToken));

    [Fact]
    public async Task A_proof_goes_with_one_request_alone()
    {
        var proof = _spa.Proof("GET", "/userinfo", _token);
        Assert.Equal(HttpStatusCode.OK, (await _spa.UserInfoAsync(_token, proof)).Status);
        AssertRefused("invalid_dpop_proof", await _spa.UserInfoAsync(_token, proof));

        AssertRefused("invalid_dpop_proof", await _spa.UserInfoAsync(_token, _spa.Proof("POST", "/userinfo", _token)));
        AssertRefused("invalid_dpop_proof", await _spa.UserInfoAsync(_token, _spa.Proof("GET", "/token", _token)));
        AssertRefused("invalid_dpop_proof", await _spa.UserInfoAsync(_token, _spa.Proof("GET", "/userinfo", _token + "x")));
        AssertRefused("invalid_dpop_proof", await _spa.UserInfoAsync(_token, _spa.Proof("GET", "/userinfo")));
        AssertRefused("invalid_dpop_proof", await _spa.UserInfoAsync(_token, _spa.Proof("GET", "/userinfo", _token, change: claims => claims.Remove("jti"))));
    }

    [Fact]
    public async Task A_scheme_without_a_proof_is_told_what_is_missing()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/userinfo");
        request.Headers.Authorization = new AuthenticationHeaderValue("DPoP", _token);
        AssertRefused("invalid_dpop_proof", await _signedIn.SendAsync(request));
    }

    [Fact]
    public async Task A_proof_without_a_recent_nonce_is_told_one()
    {
        _spa.Nonce = null;
        AssertRefused("use_dpop_nonce", await _spa.UserInfoAsync(_token));
        Assert.Equal(HttpStatusCode.OK, (await _spa.UserInfoAsync(_token)).Status);

        _signedIn.Server.Clock.Advance(TimeSpan.FromMinutes(7));
        AssertRefused("use_dpop_nonce", await _spa.UserInfoAsync(_token));
    }

    [Fact]
    public async Task Two_schemes_at_once_are_refused()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/userinfo");
        request.Headers.TryAddWithoutValidation("Authorization", ["DPoP " + _token, "Bearer " + _token]);
        var answer = await _spa.SendAsync(request, _spa.Proof("GET", "/userinfo", _token));
        Assert.Contains(answer.Status, new[] { HttpStatusCode.Unauthorized, HttpStatusCode.BadRequest });
        Assert.Contains("error=", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Introspection_tells_an_api_what_a_token_is_bound_to()
    {
        var jwt = await _signedIn.IntrospectAsync(SignedIn.Api, _token);
        Assert.Equal(("True", "DPoP"), (jwt["active"], jwt["token_type"]));
        Assert.Equal(_spa.Thumbprint, jwt.Json.GetProperty("cnf").GetProperty("jkt").GetString());

        const string files = "https://files.example";
        await _signedIn.Server.Get<Resources>().AddAsync(
            new Resource { Identifier = files, Name = "Files", Scopes = [new("files.read")], Revocation = RevocationStyle.Introspection }, SignedIn.Cancellation);
        var machine = SignedIn.Machine with { ClientId = "files-job", Scope = ScopeSet.Of(["files.read"]), Resources = [files] };
        var api = SignedIn.Api with { ClientId = "files-api", Introspects = [files] };
        Assert.True(await _signedIn.Server.Get<Clients>().AddAsync(machine, SignedIn.Cancellation));
        Assert.True(await _signedIn.Server.Get<Clients>().AddAsync(api, SignedIn.Cancellation));
        using var job = new ProvingClient(_signedIn, machine);
        var token = await job.TokenAsync(("grant_type", "client_credentials"));
        Assert.DoesNotContain('.', token.AccessToken);
        var opaque = await _signedIn.IntrospectAsync(api, token.AccessToken);
        Assert.Equal(("DPoP", job.Thumbprint), (opaque["token_type"], opaque.Json.GetProperty("cnf").GetProperty("jkt").GetString()));
    }

    private static void AssertRefused(string error, Answer answer)
    {
        Assert.Equal((HttpStatusCode.Unauthorized, error), (answer.Status, answer.Error));
        Assert.StartsWith($"DPoP realm=\"idp\", algs=\"RS256 PS256 ES256\", error=\"{error}\"", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
    }
}
