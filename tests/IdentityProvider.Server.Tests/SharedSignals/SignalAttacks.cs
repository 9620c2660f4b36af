using System.Net;
using IdentityProvider.Protocol;
using IdentityProvider.Server.Tests.Endpoints;
using IdentityProvider.Server.Tests.Endpoints.DPoP;
using IdentityProvider.Server.Tests.Http;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.SharedSignals;

/// <summary>Who gets at no stream, at no other's, and at nobody by one.</summary>
public sealed class SignalAttacks : IAsyncLifetime
{
    private Receiver _receiver = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _receiver = await Receiver.StartAsync();

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Fact]
    public async Task Without_a_token_it_says_what_is_needed_and_who_gives_it()
    {
        using var answer = await _receiver.Server.Http.GetAsync("/ssf/streams", Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("resource_metadata=\"http://localhost:8080/.well-known/oauth-protected-resource/ssf\"", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        using var inQuery = await _receiver.Server.Http.GetAsync("/ssf/streams?access_token=" + await _receiver.TokenAsync(), Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, inQuery.StatusCode);
    }

    [Fact]
    public async Task A_token_that_may_look_changes_nothing_and_fetches_nothing()
    {
        var id = await _receiver.CreateAsync();
        var token = await _receiver.TokenAsync("ssf.read");
        Assert.Equal(HttpStatusCode.OK, (await _receiver.SendAsync(HttpMethod.Get, "/ssf/streams", token: token)).Status);
        foreach (var path in new[] { "/ssf/streams", "/ssf/status", "/ssf/subjects/add", "/ssf/subjects/remove", "/ssf/verification", "/ssf/poll/" + id })
        {
            var answer = await _receiver.SendAsync(HttpMethod.Post, path, "{}", token);
            Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
            Assert.Contains("scope=\"ssf.manage\"", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_person_s_token_and_one_for_another_API_open_nothing()
    {
        var code = await _receiver.SignedIn.CodeAsync(Receiver.Client, "openid ssf.read ssf.manage", code => code with { Resources = [Receiver.Api] });
        var ofAlice = (await _receiver.SignedIn.ExchangeAsync(Receiver.Client, code)).AccessToken;
        var ofMachine = (await _receiver.SignedIn.PostAsync("/token", SignedIn.Machine, ("grant_type", "client_credentials"), ("scope", "notes.read"))).AccessToken;
        foreach (var token in new[] { ofAlice, ofMachine, "not-a-token" })
            Assert.Equal(HttpStatusCode.Unauthorized, (await _receiver.SendAsync(HttpMethod.Get, "/ssf/streams", token: token)).Status);
    }

    [Fact]
    public async Task No_receiver_gets_at_anothers_stream()
    {
        var id = await _receiver.CreateAsync();
        var other = await _receiver.BesideAsync(client => client with { ClientId = "other" });
        foreach (var (method, path, body) in new (HttpMethod, string, string?)[]
        {
            (HttpMethod.Get, "/ssf/streams?stream_id=" + id, null), (HttpMethod.Delete, "/ssf/streams?stream_id=" + id, null), (HttpMethod.Get, "/ssf/status?stream_id=" + id, null),
            (HttpMethod.Patch, "/ssf/streams", $$"""{"stream_id":"{{id}}"}"""), (HttpMethod.Put, "/ssf/streams", $$"""{"stream_id":"{{id}}","delivery":{"method":"urn:ietf:rfc:8936"} }"""),
            (HttpMethod.Post, "/ssf/status", $$"""{"stream_id":"{{id}}","status":"disabled"}"""), (HttpMethod.Post, "/ssf/verification", $$"""{"stream_id":"{{id}}"}"""),
            (HttpMethod.Post, "/ssf/poll/" + id, """{"returnImmediately":true}"""),
            (HttpMethod.Post, "/ssf/subjects/remove", $$"""{"stream_id":"{{id}}","subject":{"format":"iss_sub","iss":"http://localhost:8080","sub":"a"} }"""),
        })
            Assert.Equal(HttpStatusCode.NotFound, (await other.SendAsync(method, path, body)).Status);
        Assert.Equal("[]", (await other.DoneAsync(HttpMethod.Get, "/ssf/streams")).Text);
        Assert.Contains("\"enabled\"", (await _receiver.DoneAsync(HttpMethod.Get, "/ssf/status?stream_id=" + id)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_names_the_API_no_more_gets_nothing_more()
    {
        await using var listener = await Listener.StartAsync();
        await _receiver.CreateAsync(listener.Address);
        await _receiver.SignInAsync();
        var token = await _receiver.TokenAsync();
        await _receiver.Server.Get<Clients>().UpdateAsync(Receiver.Client with { Resources = [SignedIn.NotesApi] }, _receiver.Server.Clock.GetUtcNow(), Cancellation);
        _receiver.Server.Get<Registry>().ForgetClients();
        Assert.Equal(HttpStatusCode.Unauthorized, (await _receiver.SendAsync(HttpMethod.Get, "/ssf/streams", token: token)).Status);
        await _receiver.SignedIn.EndSessionAsync();
        await _receiver.DeliverAsync();
        Assert.Equal(0, listener.Count);
    }

    [Fact]
    public async Task A_stolen_token_that_is_bound_to_a_key_opens_nothing()
    {
        var bound = await _receiver.BesideAsync(client => client with { ClientId = "bound", DpopBoundAccessTokens = true });
        using var proving = new ProvingClient(_receiver.SignedIn, Receiver.Client with { ClientId = "bound", DpopBoundAccessTokens = true });
        var token = (await proving.TokenAsync(("grant_type", "client_credentials"), ("resource", Receiver.Api), ("scope", "ssf.read"))).AccessToken;
        Assert.Equal(HttpStatusCode.Unauthorized, (await bound.SendAsync(HttpMethod.Get, "/ssf/streams", token: token)).Status);
        foreach (var expected in new[] { HttpStatusCode.OK, HttpStatusCode.Unauthorized })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/ssf/streams");
            request.Headers.TryAddWithoutValidation("Authorization", "DPoP " + token);
            request.Headers.TryAddWithoutValidation("DPoP", expected == HttpStatusCode.OK ? proving.Proof("GET", "/ssf/streams", token) : proving.Proof("GET", "/ssf/status", token));
            Assert.Equal(expected, (await _receiver.SignedIn.SendAsync(request)).Status);
        }
    }

    [Fact]
    public async Task Naming_people_tells_nothing_of_who_has_an_account()
    {
        var id = await _receiver.CreateAsync();
        var answers = new List<string>();
        foreach (var sub in new[] { _receiver.SignedIn.UserId.ToString("D"), Guid.Empty.ToString("D"), "nobody" })
        {
            foreach (var what in new[] { "remove", "add" })
            {
                var answer = await _receiver.SendAsync(
                    HttpMethod.Post, "/ssf/subjects/" + what, $$"""{"stream_id":"{{id}}","subject":{"format":"iss_sub","iss":"http://localhost:8080","sub":"{{sub}}"} }""");
                answers.Add($"{what} {(int)answer.Status} {answer.Text}");
            }
        }

        Assert.Equal(["add 200 ", "remove 204 "], answers.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("https://127.0.0.1:1/events")]
    [InlineData("https://169.254.169.254/latest/meta-data/")]
    [InlineData("https://[::ffff:10.0.0.1]/events")]
    public async Task No_private_address_is_pushed_to_unless_the_operator_allows_it(string url)
    {
        await using var receiver = await Receiver.StartAsync(change: s => s with { Outgoing = new OutgoingSettings { AllowPrivateNetwork = false } });
        await receiver.CreateAsync(new Uri(url));
        await receiver.SignInAsync();
        await receiver.SignedIn.EndSessionAsync();
        await receiver.DeliverAsync();
        Assert.Equal("the address is private, and Idp:Outgoing:AllowPrivateNetwork is false", Assert.Single(await receiver.PushesAsync()).LastError);
    }

    [Fact]
    public async Task A_client_that_registered_itself_gets_no_token_and_no_other_API_its_name()
    {
        var self = Receiver.Client with { ClientId = "self" };
        var policy = Protocol.Registration.RegistrationPolicy.Open with { Resources = [Receiver.Api], Scope = ScopeSet.Of(["ssf.read"]), CreatedAt = _receiver.Server.Clock.GetUtcNow() };
        await _receiver.Server.Get<RegistrationPolicies>().PutAsync(policy, Cancellation);
        await _receiver.Server.Get<Registrations>().AddAsync(self with { RegisteredBy = policy.PolicyId }, new byte[32], _receiver.Server.Clock.GetUtcNow(), Cancellation);
        var asked = await _receiver.SignedIn.PostAsync("/token", self, ("grant_type", "client_credentials"), ("resource", Receiver.Api), ("scope", "ssf.read"));
        Assert.Equal(HttpStatusCode.BadRequest, asked.Status);
        Assert.Equal("identifier", Assert.IsType<Validated<Protocol.Resources.Resource>.Invalid>(
            Protocol.Resources.ResourceMetadataRules.Decide(new() { Identifier = Receiver.Api + "/", Name = "x" }, TestServer.Issuer)).Error.Member);
    }
}
