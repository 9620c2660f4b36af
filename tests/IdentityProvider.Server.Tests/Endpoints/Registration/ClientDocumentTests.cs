using System.Net;
using System.Net.Security;
using System.Text.Json;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Tests.Endpoints.ClientAuthentication;
using IdentityProvider.Server.Tests.Http;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IdentityProvider.Server.Tests.Endpoints.Registration;

/// <summary>Clients whose identifier is the address of their metadata, over TLS: what is fetched, how often, and what it becomes.</summary>
public sealed class ClientDocumentTests : IAsyncLifetime
{
    private Listener _app = null!;
    private TestServer _server = null!;
    private string _id = "";
    private string _document = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        using var authority = new TestAuthority();
        var certificate = authority.IssueForServer();
        _app = await Listener.StartAsync(certificate);
        _id = $"https://localhost:{_app.Address.Port}/client.json";
        _document = Document();
        _app.AnswerAsync = http => AnswerAsync(http);
        _server = await StartAsync(s => s);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task A_client_signs_people_in_by_the_address_of_its_document_and_people_see_its_host()
    {
        var username = await _server.AddPersonAsync();
        using var browser = new Browser(_server);

        var consent = await browser.SignInAsync(await browser.OpenAsync(Request()), username);

        Assert.Contains($"localhost:{_app.Address.Port}", consent.Text, StringComparison.Ordinal);
        Assert.Contains("known here by its address alone", consent.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("logo.png", consent.Html, StringComparison.Ordinal);
        var back = await browser.SubmitAsync(consent, ("decision", "allow"));
        using var form = new FormUrlEncodedContent(
            [new("grant_type", "authorization_code"), new("client_id", _id), new("code", back.Answer["code"]), new("redirect_uri", RedirectUri), new("code_verifier", SignedIn.CodeVerifier)]);
        using var tokens = await _server.Http.PostAsync("/token", form, Cancellation);
        Assert.Equal(HttpStatusCode.OK, tokens.StatusCode);
        Assert.Equal(1, _app.Count);

        // Every node, and all that comes later, knows the client as any other.
        await using var other = await StartAsync(s => s, beside: _server);
        Assert.Equal("Agent", (await other.Get<Registry>().FindClientAsync(_id, Cancellation))!.ClientName);
        Assert.Equal("/login", (await other.Http.GetAsync(Request(), Cancellation)).Headers.Location!.OriginalString.Split('?')[0]);
        Assert.Equal(1, _app.Count);
    }

    [Fact]
    public async Task A_document_is_used_as_long_as_it_says_and_then_read_again()
    {
        Assert.True(await IsKnownAsync());
        _server.Clock.Advance(TimeSpan.FromMinutes(9));
        _document = Document().Replace("\"Agent\"", "\"Renamed\"", StringComparison.Ordinal);
        Assert.True(await IsKnownAsync());
        Assert.Equal(1, _app.Count);

        _server.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.True(await IsKnownAsync());
        Assert.Equal(2, _app.Count);
        Assert.Equal("Renamed", (await _server.Get<Clients>().FindAsync(_id, Cancellation))!.ClientName);

        // Gone, and with it the beginning of any sign-in.
        _server.Clock.Advance(TimeSpan.FromHours(1));
        _app.AnswerAlways(404);
        Assert.False(await IsKnownAsync());
    }

    [Theory]
    [InlineData("redirect")]
    [InlineData("status")]
    [InlineData("html")]
    [InlineData("long")]
    [InlineData("other")]
    [InlineData("secret")]
    public async Task What_is_not_the_document_of_that_address_makes_no_client(string fault)
    {
        _app.AnswerAsync = http =>
        {
            switch (fault)
            {
                case "redirect":
                    http.Response.StatusCode = 302;
                    http.Response.Headers.Location = "/elsewhere.json";
                    return Task.CompletedTask;
                case "status":
                    return AnswerAsync(http, status: 203);
                case "html":
                    return AnswerAsync(http, type: "text/html");
                case "long":
                    _document = Document()[..^1] + $",\"padding\":\"{new string('a', ClientDocumentRules.LongestDocument)}\"}}";
                    break;
                case "other":
                    _document = Document().Replace("client.json", "other.json", StringComparison.Ordinal);
                    break;
                case "secret":
                    _document = Document()[..^1] + ",\"client_secret\":\"s\"}";
                    break;
            }

            return AnswerAsync(http);
        };

        Assert.False(await IsKnownAsync());
        Assert.False(await IsKnownAsync()); // it rests
        Assert.Equal(["/client.json"], _app.Requests.Select(r => r.Path));
        Assert.Null(await _server.Get<Clients>().FindAsync(_id, Cancellation));

        _server.Clock.Advance(ClientDocumentFetch.Rest);
        await IsKnownAsync();
        Assert.Equal(2, _app.Count);
    }

    [Fact]
    public async Task One_host_is_asked_a_few_times_a_minute_whatever_addresses_are_made_up()
    {
        for (var i = 0; i < ClientDocumentFetch.MostPerHost + 5; i++)
            Assert.False(await IsKnownAsync(_id.Replace("client.json", $"{i}.json", StringComparison.Ordinal)));
        Assert.Equal(ClientDocumentFetch.MostPerHost, _app.Count);
        _server.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await IsKnownAsync());
    }

    [Fact]
    public async Task Many_who_come_at_once_wait_for_one_fetch()
    {
        var known = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => IsKnownAsync()));
        Assert.All(known, Assert.True);
        Assert.Equal(1, _app.Count);
        Assert.Equal(1, (await _server.Get<RegistrationPolicies>().FindAsync(RegistrationPolicy.DocumentsId, Cancellation))!.ClientCount);
    }

    [Fact]
    public async Task What_an_operator_took_no_document_brings_back()
    {
        Assert.True(await IsKnownAsync());
        var kept = (await _server.Get<Clients>().FindAsync(_id, Cancellation))!;
        var narrowed = kept with { GrantTypes = ["authorization_code"] };
        Assert.Equal(Replaced.Done, await _server.Get<Clients>().ReplaceAsync(narrowed, kept, OperatorMembers.Changed(kept, narrowed), secret: null, _server.Clock.GetUtcNow(), Cancellation));

        _document = Document().Replace("\"Agent\"", "\"Renamed\"", StringComparison.Ordinal);
        _server.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.True(await IsKnownAsync());
        var again = (await _server.Get<Clients>().FindAsync(_id, Cancellation))!;
        Assert.Equal(("Renamed", "authorization_code"), (again.ClientName, Assert.Single(again.GrantTypes)));
    }

    [Fact]
    public async Task A_client_that_an_operator_removed_stays_away_and_an_operators_own_is_never_read_from_its_address()
    {
        Assert.True(await IsKnownAsync());
        await _server.Get<Clients>().DenyAsync(_id, _server.Clock.GetUtcNow(), Cancellation);
        await _server.Get<Background.TopicWatch>().LookAsync(Cancellation);
        _server.Clock.Advance(TimeSpan.FromHours(1));
        Assert.False(await IsKnownAsync());
        Assert.Equal(1, _app.Count);

        await _server.Get<Clients>().AddAsync(SignedIn.App with { ClientId = _id, ClientName = "The operator's", RedirectUris = [RedirectUri] }, Cancellation);
        Assert.True(await IsKnownAsync());
        Assert.Equal("The operator's", (await _server.Get<Clients>().FindAsync(_id, Cancellation))!.ClientName);
        Assert.Equal(1, _app.Count);
    }

    [Fact]
    public async Task However_many_addresses_are_made_up_a_newcomer_finds_room()
    {
        await _server.Get<RegistrationPolicies>().PutAsync(RegistrationPolicy.Documents with { MaxClients = 3 }, Cancellation);
        for (var i = 0; i < 6; i++)
        {
            var id = _id.Replace("client.json", $"{i}.json", StringComparison.Ordinal);
            _document = Document().Replace(_id, id, StringComparison.Ordinal);
            Assert.True(await IsKnownAsync(id));
        }

        _document = Document();
        Assert.True(await IsKnownAsync());
        Assert.Equal(3, (await _server.Get<RegistrationPolicies>().FindAsync(RegistrationPolicy.DocumentsId, Cancellation))!.ClientCount);
    }

    [Fact]
    public async Task Where_it_is_off_or_the_host_is_not_meant_or_private_nothing_is_fetched()
    {
        await using var off = await StartAsync(s => s with { Registration = s.Registration with { ClientIdMetadataDocuments = false } });
        Assert.False(await IsKnownAsync(_id, off));
        await using var elsewhere = await StartAsync(s => s with { Registration = s.Registration with { ClientIdMetadataHosts = ["*.example.com"] } });
        Assert.False(await IsKnownAsync(_id, elsewhere));
        await using var strict = await StartAsync(s => s with { Outgoing = s.Outgoing with { AllowPrivateNetwork = false } });
        Assert.False(await IsKnownAsync(_id, strict));
        Assert.Equal(0, _app.Count);

        using var metadata = JsonDocument.Parse(await off.Http.GetStringAsync("/.well-known/oauth-authorization-server", Cancellation));
        Assert.False(metadata.RootElement.TryGetProperty("client_id_metadata_document_supported", out _));
        using var on = JsonDocument.Parse(await _server.Http.GetStringAsync("/.well-known/oauth-authorization-server", Cancellation));
        Assert.True(on.RootElement.GetProperty("client_id_metadata_document_supported").GetBoolean());
    }

    [Fact]
    public async Task A_link_that_is_wrong_takes_nobody_to_a_stranger_unless_they_are_signed_in()
    {
        using var browser = new Browser(_server);
        var page = await browser.OpenAsync(Request().Replace("response_type=code", "response_type=token", StringComparison.Ordinal));
        Assert.Equal((HttpStatusCode.BadRequest, null), (page.Status, page.Location));
        var silent = await browser.OpenAsync(Request() + "&prompt=none");
        Assert.Equal(Refusals.Of(Refusal.LoginRequired).Error, silent.Answer["error"]);

        await browser.SignInAsync(await browser.OpenAsync(Request()), await _server.AddPersonAsync());
        var told = await browser.OpenAsync(Request().Replace("response_type=code", "response_type=token", StringComparison.Ordinal));
        Assert.Equal(Refusals.Of(Refusal.ResponseTypeUnsupported).Error, told.Answer["error"]);
    }

    private string RedirectUri => _id.Replace("/client.json", "/cb", StringComparison.Ordinal);

    private string Document() => $$"""
        {"client_id":"{{_id}}","client_name":"Agent","redirect_uris":["{{RedirectUri}}"],"grant_types":["authorization_code","refresh_token"],"token_endpoint_auth_method":"none","logo_uri":"https://localhost/logo.png"}
        """;

    private string Request(string? id = null) =>
        $"/authorize?client_id={Uri.EscapeDataString(id ?? _id)}&redirect_uri={Uri.EscapeDataString(RedirectUri)}&response_type=code&scope=openid&state=s&code_challenge={SignedIn.CodeChallenge}&code_challenge_method=S256";

    private async Task<bool> IsKnownAsync(string? id = null, TestServer? at = null)
    {
        using var answer = await (at ?? _server).Http.GetAsync(Request(id), Cancellation);
        return answer.Headers.Location is { } location && location.OriginalString.StartsWith("/login", StringComparison.Ordinal);
    }

    private Task AnswerAsync(HttpContext http, int status = 200, string type = "application/json")
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        http.Response.Headers.CacheControl = "max-age=600";
        return http.Response.WriteAsync(_document);
    }

    // This server's word for localhost is believed here, and only here.
    private static Task<TestServer> StartAsync(Func<Settings, Settings> change, TestServer? beside = null) => TestServer.StartAsync(
        beside,
        s => change(s with { Registration = s.Registration with { ClientIdMetadataDocuments = true } }),
        replace: services => services.Replace(ServiceDescriptor.Singleton(
            provider => new Outgoing(provider.GetRequiredService<Settings>(), provider.GetRequiredService<TimeProvider>()) { Trusts = (_, errors) => (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == SslPolicyErrors.None })));
}
