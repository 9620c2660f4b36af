using System.Net;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Server.Admin.Api;
using IdentityProvider.Server.Tests.Endpoints;
using IdentityProvider.Server.Tests.Endpoints.DPoP;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Admin;

/// <summary>Who may not administer, and how they are told.</summary>
public sealed class AdminAccessTests : IAsyncLifetime
{
    private const string Clients = "/api/admin/v1/clients";

    private Administrators _all = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _all = await Administrators.StartAsync();

    public ValueTask DisposeAsync() => _all.DisposeAsync();

    [Fact]
    public void Every_path_of_administration_goes_through_the_one_door()
    {
        var open = _all.Server.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText?.StartsWith("/api/", StringComparison.Ordinal) == true && endpoint.Metadata.GetMetadata<AdminRoute>() is null);
        Assert.Equal(["/api/admin/v1/openapi.json"], open.Select(endpoint => endpoint.RoutePattern.RawText));
    }

    [Fact]
    public async Task Without_a_token_it_says_what_is_needed_and_who_gives_it()
    {
        using var answer = await _all.Server.Http.GetAsync(Clients, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var challenges = answer.Headers.WwwAuthenticate.Select(challenge => challenge.ToString()).ToList();
        Assert.Contains(challenges, challenge => challenge.StartsWith("Bearer ", StringComparison.Ordinal) && !challenge.Contains("error", StringComparison.Ordinal));
        Assert.All(challenges, challenge => Assert.Contains("resource_metadata=\"http://localhost:8080/.well-known/oauth-protected-resource/api/admin/v1\"", challenge, StringComparison.Ordinal));
        var metadata = await _all.Server.Http.GetStringAsync("/.well-known/oauth-protected-resource/api/admin/v1", Cancellation);
        Assert.Contains("\"resource\":\"http://localhost:8080/api/admin/v1\"", metadata, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_without_the_scope_is_told_which_it_needs()
    {
        var answer = await GetAsync(await _all.TokenAsync("idp.read:users"));
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Contains("error=\"insufficient_scope\"", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.Contains("scope=\"idp.read:clients\"", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(await _all.TokenAsync("idp.read:clients"))).Status);
    }

    [Fact]
    public async Task A_token_for_another_API_or_for_UserInfo_opens_nothing()
    {
        var other = await _all.SignedIn.PostAsync("/token", SignedIn.Machine, ("grant_type", "client_credentials"), ("scope", "notes.read"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(other.AccessToken)).Status);
        await _all.GiveAliceAsync("admin");
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync((await _all.SignedIn.TokensAsync(SignedIn.App, "openid profile")).AccessToken)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("not-a-token")).Status);
    }

    [Fact]
    public async Task A_person_needs_a_role_and_loses_the_door_with_it()
    {
        var token = await _all.TokenOfAliceAsync();
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(token)).Status);
        await _all.GiveAliceAsync("staff");
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(token)).Status);
        await _all.GiveAliceAsync("auditor");
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(token)).Status);
        await _all.GiveAliceAsync();
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(token)).Status);
    }

    [Fact]
    public async Task A_token_falls_at_once_with_its_sign_in_its_person_and_itself()
    {
        var token = await _all.TokenOfAliceAsAdminAsync();
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(token)).Status);
        await _all.SignedIn.PostAsync("/revoke", Administrators.Console, ("token", token));
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(token)).Status);

        token = await _all.TokenOfAliceAsync();
        await _all.SignedIn.EndSessionAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(token)).Status);
    }

    [Fact]
    public async Task A_disabled_person_administers_nothing()
    {
        var token = await _all.TokenOfAliceAsAdminAsync();
        await _all.SignedIn.DisableUserAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(token)).Status);
    }

    [Fact]
    public async Task A_client_from_which_the_API_or_its_tokens_were_taken_opens_nothing_more()
    {
        var token = await _all.TokenAsync();
        await _all.Server.Get<Clients>().UpdateAsync(Administrators.Robot with { Resources = [SignedIn.NotesApi], Scope = ScopeSet.Of(["notes.read"]) }, _all.Server.Clock.GetUtcNow(), Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(token)).Status);

        var of = await _all.TokenOfAliceAsAdminAsync();
        await _all.Server.Get<Clients>().DeleteAsync(Administrators.Console.ClientId, _all.Server.Clock.GetUtcNow(), Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(of)).Status);
    }

    [Fact]
    public async Task A_client_that_registered_itself_gets_no_such_token_and_could_not_use_one()
    {
        // Whatever a row says: a policy, or an operator before this rule was.
        var self = SignedIn.Machine with { ClientId = "self", Scope = ScopeSet.Of(["idp.read"]), Resources = [Administrators.Api] };
        var policy = RegistrationPolicy.Open with { Resources = [Administrators.Api], Scope = ScopeSet.Of(["idp.read"]), CreatedAt = _all.Server.Clock.GetUtcNow() };
        await _all.Server.Get<RegistrationPolicies>().PutAsync(policy, Cancellation);
        await _all.Server.Get<Registrations>().AddAsync(self with { RegisteredBy = policy.PolicyId }, new byte[32], _all.Server.Clock.GetUtcNow(), Cancellation);
        var asked = await _all.SignedIn.PostAsync("/token", self, ("grant_type", "client_credentials"), ("resource", Administrators.Api), ("scope", "idp.read"));
        Assert.Equal(HttpStatusCode.BadRequest, asked.Status);

        // No operator can give it to one, and no policy can name it.
        var api = await _all.ByDocumentAsync(await _all.TokenAsync());
        var given = await api.CallAsync(
            "replaceClient", new() { ["client_id"] = "self", ["If-Match"] = "*" }, $$"""{"grant_types":["client_credentials"],"resources":["{{Administrators.Api}}"],"scope":"idp.read"}""");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "/resources"), (given.Status, given.Json.GetProperty("errors")[0].GetProperty("pointer").GetString()));
        var named = await api.CallAsync("createRegistrationPolicy", body: $$"""{"for":"open","resources":["{{Administrators.Api}}"]}""");
        Assert.Equal("/resources", named.Json.GetProperty("errors")[0].GetProperty("pointer").GetString());
    }

    [Fact]
    public async Task Registration_and_documents_of_clients_ask_for_it_in_vain()
    {
        await _all.Server.Get<RegistrationPolicies>().PutAsync(RegistrationPolicy.Open with { CreatedAt = _all.Server.Clock.GetUtcNow() }, Cancellation);
        foreach (var asks in new[] { $"\"resources\":[\"{Administrators.Api}\"]", "\"scope\":\"openid idp.read\"" })
        {
            using var content = new StringContent($$"""{"redirect_uris":["https://self.example/cb"],{{asks}}}""", System.Text.Encoding.UTF8, "application/json");
            using var answer = await _all.Server.Http.PostAsync("/register", content, Cancellation);
            Assert.False(answer.IsSuccessStatusCode);
        }
    }

    [Fact]
    public async Task A_bound_token_goes_with_its_proof_alone_and_a_proof_once()
    {
        var client = Administrators.Robot with { ClientId = "bound", DpopBoundAccessTokens = true, TokenEndpointAuthMethod = ClientAuthenticationMethod.ClientSecretBasic };
        await _all.Server.Get<Clients>().AddAsync(client, Cancellation);
        using var proving = new ProvingClient(_all.SignedIn, client);
        var token = (await proving.TokenAsync(("grant_type", "client_credentials"), ("resource", Administrators.Api), ("scope", "idp.read"))).AccessToken;

        var stolen = await GetAsync(token);
        Assert.Equal(HttpStatusCode.Unauthorized, stolen.Status);
        Assert.Contains("DPoP ", stolen.Header("WWW-Authenticate"), StringComparison.Ordinal);
        var proof = proving.Proof("GET", Clients, token);
        Assert.Equal(HttpStatusCode.OK, (await ProveAsync(token, proof)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ProveAsync(token, proof)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ProveAsync(token, proving.Proof("GET", "/api/admin/v1/users", token))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ProveAsync(token, proving.Proof("POST", Clients, token))).Status);

        // The proof is for the address as it is written, with a name in it that is encoded.
        const string api = "/api/admin/v1/resources/https%3A%2F%2Fnotes.example";
        Assert.Equal(HttpStatusCode.OK, (await ProveAsync(token, proving.Proof("GET", api, token), api)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ProveAsync(token, proving.Proof("GET", "/api/admin/v1/resources/https%3A%2F%2Fother.example", token), api)).Status);
    }

    [Fact]
    public async Task Of_an_issuer_with_a_path_it_stands_below_that_path()
    {
        await using var server = await TestServer.StartAsync(change: settings => settings with { Issuer = "http://localhost:8080/idp" });
        using var answer = await server.Http.GetAsync("/idp/api/admin/v1/clients", Cancellation);
        const string metadata = "/.well-known/oauth-protected-resource/idp/api/admin/v1";
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains($"resource_metadata=\"http://localhost:8080{metadata}\"", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Contains("\"resource\":\"http://localhost:8080/idp/api/admin/v1\"", await server.Http.GetStringAsync(metadata, Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_asks_too_often_is_told_when_to_come_again()
    {
        await using var limited = await Administrators.StartAsync(settings => settings);
        var token = await limited.TokenAsync("idp.read");
        HttpStatusCode status;
        var (asked, last) = (0, (HttpResponseMessage?)null);
        do
        {
            last?.Dispose();
            last = await limited.Server.Http.SendAsync(AdminApiTests.Bearer(HttpMethod.Get, "/api/admin/v1/roles?limit=1", token), Cancellation);
            status = last.StatusCode;
        }
        while (status == HttpStatusCode.OK && ++asked < 5000);
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.True(asked >= AdminRates.Burst);
        Assert.NotNull(last.Headers.RetryAfter);
        Assert.Equal("application/problem+json", last.Content.Headers.ContentType!.MediaType);
        last.Dispose();
    }

    private Task<Answer> GetAsync(string token) => _all.SignedIn.SendAsync(AdminApiTests.Bearer(HttpMethod.Get, Clients, token));

    private Task<Answer> ProveAsync(string token, string proof, string path = Clients) =>
        _all.SignedIn.SendAsync(new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Authorization", $"DPoP {token}" }, { "DPoP", proof } } });
}
