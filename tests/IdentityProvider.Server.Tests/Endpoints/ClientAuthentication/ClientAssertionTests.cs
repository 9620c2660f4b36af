using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Tests.Http;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Endpoints.ClientAuthentication;

/// <summary><c>private_key_jwt</c> over HTTP: RFC 7523 §3, OpenID Connect Core §9, and RFC 9700's attacks on it.</summary>
public sealed class ClientAssertionTests : IAsyncLifetime
{
    private static readonly (string Name, string Value)[] Own = [("grant_type", "client_credentials"), ("scope", "notes.read")];

    private SignedIn _signedIn = null!;
    private AssertingClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _signedIn = await SignedIn.StartAsync();
        _client = new("signer", SigningKey.Generate(SignatureAlgorithm.ES256), _signedIn.Server.Clock);
        await AddAsync(Signer);
    }

    public ValueTask DisposeAsync() => _signedIn.DisposeAsync();

    private Client Signer => SignedIn.App with
    {
        ClientId = "signer",
        GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken, GrantTypes.ClientCredentials],
        TokenEndpointAuthMethod = ClientAuthenticationMethod.PrivateKeyJwt,
        Introspects = [SignedIn.NotesApi],
        Jwks = _client.Jwks,
        Secrets = [],
    };

    [Fact]
    public async Task An_assertion_is_taken_wherever_a_client_authenticates()
    {
        var code = await _signedIn.CodeAsync(Signer);
        var tokens = await _client.PostAsync(
            _signedIn, "/token", ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", SignedIn.RedirectUri), ("code_verifier", SignedIn.CodeVerifier));
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        Assert.Equal(HttpStatusCode.OK, (await _client.PostAsync(_signedIn, "/token", ("grant_type", "refresh_token"), ("refresh_token", tokens.RefreshToken))).Status);

        Assert.Equal("True", (await _client.PostAsync(_signedIn, "/introspect", ("token", tokens.AccessToken), ("client_id", "signer")))["active"]);
        Assert.Equal(HttpStatusCode.OK, (await _client.PostAsync(_signedIn, "/revoke", ("token", tokens.AccessToken))).Status);
        Assert.Equal("False", (await _client.PostAsync(_signedIn, "/introspect", ("token", tokens.AccessToken)))["active"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/token")]
    [InlineData("/introspect")]
    public async Task Its_audience_is_the_issuer_the_token_endpoint_or_the_endpoint_that_is_asked(string path)
    {
        var assertion = _client.Assertion(claims => claims["aud"] = TestServer.Issuer + path);
        Assert.Equal(HttpStatusCode.OK, (await AssertingClient.PostAsync(_signedIn, assertion, "/introspect", ("token", "x"))).Status);
        var elsewhere = _client.Assertion(claims => claims["aud"] = TestServer.Issuer + "/revoke");
        Assert.Equal("invalid_client", (await AssertingClient.PostAsync(_signedIn, elsewhere, "/introspect", ("token", "x"))).Error);
    }

    [Fact]
    public async Task An_assertion_is_shown_once_whichever_node_and_endpoint_it_is_shown_to()
    {
        await using var other = await TestServer.StartAsync(_signedIn.Server);
        var assertion = _client.Assertion();
        Assert.Equal(HttpStatusCode.OK, (await AssertingClient.PostAsync(_signedIn, assertion, "/token", Own)).Status);

        Assert.Equal("invalid_client", (await AssertingClient.PostAsync(_signedIn, assertion, "/token", Own)).Error);
        Assert.Equal("invalid_client", (await AssertingClient.PostAsync(_signedIn, assertion, "/introspect", ("token", "x"))).Error);
        using var there = await other.Http.PostAsync("/token", Form([.. Own, .. AssertingClient.Members(assertion)]), SignedIn.Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, there.StatusCode);
    }

    [Fact]
    public async Task Of_many_at_once_one_is_the_first()
    {
        var assertion = _client.Assertion();
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => AssertingClient.PostAsync(_signedIn, assertion, "/token", Own))));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Whatever_is_wrong_the_bytes_are_the_same_and_nothing_is_spent()
    {
        var (other, confused) = (_client.With(SigningKey.Generate(SignatureAlgorithm.ES256)), _client.With(_client.Key));
        string[] wrong =
        [
            other.Assertion(),
            _client.Assertion(claims => claims["aud"] = "https://other.example"),
            _client.Assertion(claims => claims["aud"] = new JsonArray(TestServer.Issuer, "https://other.example")),
            _client.Assertion(claims => claims["sub"] = "nobody"),
            _client.Assertion(claims => claims["sub"] = "app"),
            _client.Assertion(claims => claims["iss"] = "app"),
            _client.Assertion(claims => claims["exp"] = NumericDate.From(_signedIn.Server.Clock.GetUtcNow().AddMinutes(-5))),
            _client.Assertion(claims => claims["exp"] = NumericDate.From(_signedIn.Server.Clock.GetUtcNow().AddDays(1))),
            _client.Assertion(claims => claims["nbf"] = NumericDate.From(_signedIn.Server.Clock.GetUtcNow().AddMinutes(1))),
            _client.Assertion(claims => claims.Remove("jti")),
            confused.Assertion()[..^2],
            "x",
        ];
        var answers = new List<(HttpStatusCode, string, string)>();
        foreach (var assertion in wrong)
        {
            var answer = await AssertingClient.PostAsync(_signedIn, assertion, "/token", Own);
            answers.Add((answer.Status, answer.Text, answer.Header("WWW-Authenticate")));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, Assert.Single(answers.Distinct()).Item1);
        await using var db = await _signedIn.Server.Get<IDbContextFactory<IdpDb>>().CreateDbContextAsync(SignedIn.Cancellation);
        Assert.Equal(0, await db.Database.SqlQuery<int>($"""SELECT count(*)::int AS "Value" FROM "SpentIdentifiers" """).SingleAsync(SignedIn.Cancellation));
    }

    [Fact]
    public async Task An_HMAC_with_the_public_key_is_no_signature()
    {
        // The oldest confusion of keys: what everybody knows, taken for a shared secret.
        var header = CanonicalBase64Url.Encode(Encoding.UTF8.GetBytes($$"""{"alg":"HS256","kid":"{{_client.Key.Kid}}"}"""));
        var input = $"{header}.{_client.Assertion().Split('.')[1]}";
        var mac = System.Security.Cryptography.HMACSHA256.HashData(_client.Jwks.Verification.ToUtf8Bytes(), Encoding.ASCII.GetBytes(input));
        Assert.Equal("invalid_client", (await AssertingClient.PostAsync(_signedIn, $"{input}.{CanonicalBase64Url.Encode(mac)}", "/token", Own)).Error);
    }

    [Fact]
    public async Task Neither_the_bare_identifier_nor_a_secret_stands_in_for_an_assertion()
    {
        Assert.Equal("invalid_client", (await _signedIn.SendAsync(new(HttpMethod.Post, "/token") { Content = Form([.. Own, ("client_id", "signer")]) })).Error);
        Assert.Equal("invalid_client", (await _signedIn.SendAsync(new(HttpMethod.Post, "/token") { Content = Form([.. Own, ("client_id", "signer"), ("client_secret", "x")]) })).Error);
        Assert.Equal("invalid_request", (await _client.PostAsync(_signedIn, "/token", [.. Own, ("client_secret", "x")])).Error);
    }

    [Fact]
    public async Task Moves_to_a_new_key_by_its_jwks_without_a_refused_request()
    {
        var next = _client.With(SigningKey.Generate(SignatureAlgorithm.PS256));
        var both = ClientKeySet.Parse(new JsonWebKeySet([_client.Key.PublicKey, next.Key.PublicKey]).ToUtf8Bytes(), out _);
        await UpdateAsync(Signer with { Jwks = both });
        Assert.Equal(HttpStatusCode.OK, (await _client.PostAsync(_signedIn, "/token", Own)).Status);
        Assert.Equal(HttpStatusCode.OK, (await next.PostAsync(_signedIn, "/token", Own)).Status);

        await UpdateAsync(Signer with { Jwks = next.Jwks });
        Assert.Equal(HttpStatusCode.OK, (await next.PostAsync(_signedIn, "/token", Own)).Status);
        Assert.Equal("invalid_client", (await _client.PostAsync(_signedIn, "/token", Own)).Error);
    }

    [Fact]
    public async Task Moves_to_a_new_key_by_its_jwks_uri_within_a_minute()
    {
        await using var published = await Listener.StartAsync();
        var next = _client.With(SigningKey.Generate(SignatureAlgorithm.RS256));
        await UpdateAsync(Signer with { Jwks = null, JwksUri = published.Address.ToString() });
        published.AnswerAsync = http => http.Response.WriteAsync(Encoding.UTF8.GetString(_client.Jwks.Verification.ToUtf8Bytes()));
        Assert.Equal(HttpStatusCode.OK, (await _client.PostAsync(_signedIn, "/token", Own)).Status);

        published.AnswerAsync = http => http.Response.WriteAsync(Encoding.UTF8.GetString(new JsonWebKeySet([_client.Key.PublicKey, next.Key.PublicKey]).ToUtf8Bytes()));
        _signedIn.Server.Clock.Advance(ClientKeys.FetchInterval);
        Assert.Equal(HttpStatusCode.OK, (await next.PostAsync(_signedIn, "/token", Own)).Status);
        Assert.Equal(HttpStatusCode.OK, (await _client.PostAsync(_signedIn, "/token", Own)).Status);
    }

    [Fact]
    public async Task A_jwks_uri_at_a_private_address_is_asked_by_no_production_server()
    {
        await using var inside = await Listener.StartAsync();
        await using var server = await TestServer.StartAsync(_signedIn.Server, settings => settings with { Outgoing = new() { AllowPrivateNetwork = false } });
        foreach (var uri in new[] { inside.Address.ToString(), "https://127.0.0.1:1/", "https://169.254.169.254/latest/meta-data/", "https://[::ffff:10.0.0.1]/" })
        {
            await UpdateAsync(Signer with { Jwks = null, JwksUri = uri });
            server.Get<Registry>().ForgetClients();
            using var answer = await server.Http.PostAsync("/token", Form([.. Own, .. AssertingClient.Members(_client.Assertion())]), SignedIn.Cancellation);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        Assert.Equal(0, inside.Count);
    }

    private static FormUrlEncodedContent Form((string Name, string Value)[] fields) => new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    private async Task AddAsync(Client client) => Assert.True(await _signedIn.Server.Get<Clients>().AddAsync(client, SignedIn.Cancellation));

    private async Task UpdateAsync(Client client)
    {
        Assert.True(await _signedIn.Server.Get<Clients>().UpdateAsync(client, _signedIn.Server.Clock.GetUtcNow(), SignedIn.Cancellation));
        _signedIn.Server.Get<Registry>().ForgetClients();
    }
}
