using System.Net;
using System.Text.Json.Nodes;
using IdentityProvider.Verifier.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IdentityProvider.Verifier.Tests;

/// <summary>An API in ASP.NET Core, asked over HTTP: who gets in, and what the others are told.</summary>
public sealed class AspNetCoreTests : OverHttp, IAsyncLifetime
{
    private WebApplication _api = null!;
    private string _address = "";

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(Issuer.Clock);
        builder.Services.AddAuthentication().AddAccessTokens(Issuer.Options);
        builder.Services.AddAuthorization(options => options.AddPolicy("strong", policy => policy.RequireAcr("urn:strong", "urn:stronger")));
        _api = builder.Build();
        _api.UseAuthentication();
        _api.UseAuthorization();
        _api.MapGet("/orders", (HttpContext http) => $"{http.User.FindFirst("sub")?.Value} {http.AccessToken()!.ClientId} {http.User.Identity!.IsAuthenticated}").RequireScope("orders.read");
        _api.MapGet("/admin", () => "").RequireScope("orders.read", "admin");
        _api.MapGet("/transfer", () => "").RequireFresh(TimeSpan.FromMinutes(5));
        _api.MapGet("/transfer-strong", () => "").RequireFresh(TimeSpan.FromMinutes(5), "urn:strong");
        _api.MapGet("/policy", () => "").RequireAuthorization("strong");
        _api.MapGet("/any", () => "").RequireAuthorization();
        _api.MapGet("/closed", () => "").RequireAuthorization(policy => policy.RequireClaim("nobody"));
        await _api.StartAsync();
        _address = _api.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await _api.DisposeAsync();
        await DisposeAsync();
    }

    [Fact]
    public async Task An_API_says_who_gives_tokens_for_it_at_its_own_place_and_in_every_challenge()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(Issuer.Clock);
        builder.Services.AddAuthentication().AddAccessTokens(Issuer.Options).NameProtectedResource("https://api.example/orders");
        builder.Services.AddAuthorization();
        await using var api = builder.Build();
        api.UseAuthentication();
        api.UseAuthorization();
        api.MapProtectedResource("https://api.example/orders", "https://login.example", "Orders", "orders.read");
        api.MapGet("/orders", () => "").RequireScope("orders.read");
        await api.StartAsync();
        var address = api.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using var http = new HttpClient();

        Assert.Equal(
            """{"resource":"https://api.example/orders","authorization_servers":["https://login.example"],"scopes_supported":["orders.read"],"bearer_methods_supported":["header"],"resource_name":"Orders"}""",
            await http.GetStringAsync($"{address}/.well-known/oauth-protected-resource/orders"));
        using var without = await http.GetAsync($"{address}/orders");
        const string metadata = "resource_metadata=\"https://api.example/.well-known/oauth-protected-resource/orders\"";
        Assert.Equal($"Bearer {metadata}", without.Headers.WwwAuthenticate.ToString());
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{address}/orders");
        request.Headers.Authorization = new("Bearer", "a.b.c");
        using var refused = await http.SendAsync(request);
        Assert.EndsWith($", {metadata}", refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => api.MapProtectedResource("urn:orders", "https://login.example"));
    }

    [Fact]
    public async Task A_good_token_gets_in_and_says_who_it_is()
    {
        using var response = await GetAsync("/orders", Issuer.TokenAt(1));
        Assert.Equal("alice app True", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic YTpi")]
    public async Task Without_a_bearer_token_the_challenge_names_no_error(string? authorization) =>
        await AssertAsync("/orders", authorization, HttpStatusCode.Unauthorized, "Bearer");

    [Fact]
    public async Task A_token_in_the_query_is_none() => await AssertAsync($"/orders?access_token={Issuer.Token()}", null, HttpStatusCode.Unauthorized, "Bearer");

    [Fact]
    public async Task A_refused_token_is_invalid_token()
    {
        var invalid = """Bearer error="invalid_token", error_description="The token is not valid here" """.Trim();
        await AssertAsync("/orders", "Bearer nonsense", HttpStatusCode.Unauthorized, invalid);
        await AssertAsync("/orders", "Bearer ", HttpStatusCode.Unauthorized, "Bearer");
        await AssertAsync("/orders", $"Bearer {Issuer.Token(new() { ["aud"] = "other" })}", HttpStatusCode.Unauthorized, invalid);
        await AssertAsync("/orders", $"bearer {Issuer.Token(new() { ["cnf"] = new JsonObject { ["jkt"] = "x" } })}", HttpStatusCode.Unauthorized, invalid);
    }

    [Fact]
    public async Task An_app_is_told_to_refresh_what_is_expired_or_stale()
    {
        Issuer.Set(1, 3);
        Issuer.Set(2, 1);
        await AssertAsync("/orders", $"Bearer {Issuer.TokenAt(1)}", HttpStatusCode.Unauthorized, """Bearer error="invalid_token", error_description="The token is stale: refresh it" """.Trim());
        await AssertAsync("/orders", $"Bearer {Issuer.TokenAt(2)}", HttpStatusCode.Unauthorized, """Bearer error="invalid_token", error_description="The token was revoked" """.Trim());
        await AssertAsync("/orders", $"Bearer {Issuer.Token(new() { ["exp"] = 1 })}", HttpStatusCode.Unauthorized, """Bearer error="invalid_token", error_description="The token expired" """.Trim());
    }

    [Fact]
    public async Task While_the_issuer_is_down_nobody_is_told_that_a_token_is_bad()
    {
        Issuer.Instead["/status/7"] = http =>
        {
            http.Abort();
            return Task.CompletedTask;
        };
        using var response = await GetAsync("/orders", Issuer.TokenAt(1));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter!.Delta);
        Assert.Empty(response.Headers.WwwAuthenticate);
    }

    [Fact]
    public async Task A_missing_scope_is_insufficient_scope()
    {
        await AssertAsync("/admin", $"Bearer {Issuer.Token()}", HttpStatusCode.Forbidden, """Bearer error="insufficient_scope", scope="orders.read admin" """.Trim());
        await AssertAsync("/orders", $"Bearer {Issuer.Token(new() { ["scope"] = null })}", HttpStatusCode.Forbidden, """Bearer error="insufficient_scope", scope="orders.read" """.Trim());
    }

    [Fact]
    public async Task An_old_sign_in_is_asked_to_step_up()
    {
        const string challenge = """Bearer error="insufficient_user_authentication", error_description="A fresh or stronger sign-in is needed", """;
        using (var fresh = await GetAsync("/transfer", SignedIn(299))) Assert.Equal(HttpStatusCode.OK, fresh.StatusCode);
        await AssertAsync("/transfer", $"Bearer {SignedIn(306)}", HttpStatusCode.Unauthorized, challenge + "max_age=\"300\"");
        await AssertAsync("/transfer", $"Bearer {Issuer.Token()}", HttpStatusCode.Unauthorized, challenge + "max_age=\"300\"");
        await AssertAsync("/transfer-strong", $"Bearer {SignedIn(1)}", HttpStatusCode.Unauthorized, challenge + "acr_values=\"urn:strong\", max_age=\"300\"");
        await AssertAsync("/policy", $"Bearer {SignedIn(1, "urn:weak")}", HttpStatusCode.Unauthorized, challenge + "acr_values=\"urn:strong urn:stronger\"");
        using (var strong = await GetAsync("/policy", SignedIn(1, "urn:stronger"))) Assert.Equal(HttpStatusCode.OK, strong.StatusCode);
    }

    [Fact]
    public async Task Another_requirement_that_is_not_met_is_a_plain_403() => await AssertAsync("/closed", $"Bearer {Issuer.Token()}", HttpStatusCode.Forbidden, null);

    [Fact]
    public async Task The_keys_are_there_before_the_first_request() => await Eventually.TrueAsync(() => Issuer.Jwks == 1, "got at the start");

    [Fact]
    public async Task Two_Authorization_headers_are_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_address}/any");
        request.Headers.TryAddWithoutValidation("Authorization", [$"Bearer {Issuer.Token()}", $"Bearer {Issuer.Token()}"]);
        using var response = await Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_bound_token_gets_in_with_its_proof_once_and_by_its_scheme()
    {
        var key = new ProofKey();
        var token = Issuer.Token(key.Bound);
        var proof = key.Proof(token, Issuer.Clock.GetUtcNow());
        Assert.Equal((HttpStatusCode.OK, null), await WithProofAsync("/orders", token, proof));
        Assert.Equal((HttpStatusCode.Unauthorized, DPoPChallenge.For(VerifierRefusal.ProofReplayed)), await WithProofAsync("/orders", token, proof));
        Assert.Equal((HttpStatusCode.Unauthorized, DPoPChallenge.For(VerifierRefusal.ProofInvalid)), await WithProofAsync("/any", token, key.Proof(token, Issuer.Clock.GetUtcNow())));
        Assert.Equal((HttpStatusCode.Unauthorized, DPoPChallenge.For(VerifierRefusal.TokenMalformed)), await WithProofAsync("/orders", "abc", proof));
        await AssertAsync("/orders", $"Bearer {token}", HttpStatusCode.Unauthorized, BearerChallenge.For(VerifierRefusal.ProofMissing));

        var admin = key.Proof(token, Issuer.Clock.GetUtcNow(), url: "https://api.example/admin");
        Assert.Equal((HttpStatusCode.Forbidden, DPoPChallenge.InsteadOf(BearerChallenge.ForScope("orders.read", "admin"))), await WithProofAsync("/admin", token, admin));
    }

    private async Task<(HttpStatusCode, string?)> WithProofAsync(string path, string token, string proof)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _address + path);
        request.Headers.TryAddWithoutValidation("Authorization", $"dpop {token}");
        request.Headers.TryAddWithoutValidation("DPoP", proof);
        using var response = await Http.SendAsync(request);
        return (response.StatusCode, response.Headers.WwwAuthenticate.Select(header => header.ToString()).SingleOrDefault());
    }

    private string SignedIn(int secondsAgo, string? acr = null)
    {
        var more = new JsonObject { ["auth_time"] = Given.Seconds(Issuer.Clock.GetUtcNow()) - secondsAgo };
        if (acr is not null) more["acr"] = acr;
        return Issuer.Token(more);
    }

    private Task<HttpResponseMessage> GetAsync(string path, string token) => GetWithAsync(path, $"Bearer {token}");

    private async Task<HttpResponseMessage> GetWithAsync(string path, string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _address + path);
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await Http.SendAsync(request);
    }

    private async Task AssertAsync(string path, string? authorization, HttpStatusCode status, string? challenge)
    {
        using var response = await GetWithAsync(path, authorization);
        Assert.Equal((status, challenge), (response.StatusCode, response.Headers.WwwAuthenticate.Select(header => header.ToString()).SingleOrDefault()));
    }
}
