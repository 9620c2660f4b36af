using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Tests.Endpoints.ClientAuthentication;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Endpoints.Fapi;

/// <summary>FAPI 2.0 Security Profile §5.3 and Message Signing §5.3 over HTTP: what one word on a client turns on.</summary>
public sealed class FapiTests : IAsyncLifetime
{
    private static readonly SigningKey Key = SigningKey.Generate(SignatureAlgorithm.PS256);

    private SignedIn _signedIn = null!;

    public async ValueTask InitializeAsync() => _signedIn = await SignedIn.StartAsync();

    public ValueTask DisposeAsync() => _signedIn.DisposeAsync();

    [Fact]
    public async Task A_request_is_pushed_or_refused()
    {
        using var client = await AddAsync(ClientProfile.Fapi2);
        var pushed = await client.PushAsync(FapiClient.Request);
        Assert.Equal(HttpStatusCode.Created, pushed.Status);
        Assert.True(pushed.Json.GetProperty("expires_in").GetInt32() <= 60);

        var query = string.Join('&', FapiClient.Request.Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value)}"));
        using var direct = await _signedIn.Server.Http.GetAsync("/authorize?" + query, SignedIn.Cancellation);
        Assert.Contains("error=invalid_request", direct.Headers.Location?.Query, StringComparison.Ordinal);
        Assert.Equal("invalid_request", (await client.PushAsync([.. FapiClient.Request.Where(p => p.Name != "redirect_uri")])).Error);
        Assert.Equal("invalid_request", (await client.PushAsync([.. FapiClient.Request.Where(p => p.Name != "code_challenge")])).Error);
    }

    [Fact]
    public async Task An_assertion_names_the_issuer_as_one_string_and_nothing_else()
    {
        using var client = await AddAsync(ClientProfile.Fapi2);
        JsonNode[] wrong = [new JsonArray(TestServer.Issuer), TestServer.Issuer + "/par", TestServer.Issuer + "/token", "https://other.example"];
        foreach (var aud in wrong)
        {
            var answer = await client.PushAsync(client.Asserting.Assertion(claims => claims["aud"] = aud.DeepClone()));
            Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (answer.Status, answer.Error));
        }

        foreach (var (ahead, status) in new[] { (8, HttpStatusCode.Created), (61, HttpStatusCode.Unauthorized) })
        {
            var nbf = NumericDate.From(_signedIn.Server.Clock.GetUtcNow().AddSeconds(ahead));
            Assert.Equal(status, (await client.PushAsync(client.Asserting.Assertion(claims => claims["nbf"] = nbf))).Status);
        }
    }

    [Fact]
    public async Task Everything_that_is_signed_for_it_is_signed_by_what_the_profile_allows()
    {
        using var client = await AddAsync(ClientProfile.Fapi2);
        var tokens = await client.ExchangeAsync();
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        Assert.Equal(SignatureAlgorithm.PS256, Algorithm(tokens["id_token"]!));
        Assert.Equal(SignatureAlgorithm.ES256, Algorithm(tokens.AccessToken));
    }

    [Fact]
    public async Task A_code_is_good_for_a_minute()
    {
        using var client = await AddAsync(ClientProfile.Fapi2);
        Assert.Equal("invalid_grant", (await client.ExchangeAsync(TimeSpan.FromSeconds(62))).Error);
    }

    [Fact]
    public async Task Without_a_proof_there_is_no_token()
    {
        using var client = await AddAsync(ClientProfile.Fapi2);
        var tokens = await client.ExchangeAsync();
        Assert.Equal("DPoP", tokens["token_type"]);
        var bare = await client.BearerTokenAsync(("grant_type", "refresh_token"), ("refresh_token", tokens.RefreshToken));
        Assert.Equal(HttpStatusCode.BadRequest, bare.Status);
    }

    [Fact]
    public async Task Its_refresh_token_stays_and_works_again_half_a_minute_and_a_day_later()
    {
        using var client = await AddAsync(ClientProfile.Fapi2);
        var refreshToken = (await client.ExchangeAsync()).RefreshToken;
        foreach (var later in new[] { 0, 30, 3600, 86_400 })
        {
            _signedIn.Server.Clock.Advance(TimeSpan.FromSeconds(later));
            var answer = await client.RefreshAsync(refreshToken);
            Assert.Equal(refreshToken, answer.RefreshToken);
        }

        var many = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => client.RefreshAsync(refreshToken))));
        Assert.All(many, answer => Assert.Equal(refreshToken, answer.RefreshToken));
    }

    [Fact]
    public async Task Message_signing_takes_a_signed_request_and_no_other()
    {
        using var client = await AddAsync(ClientProfile.Fapi2MessageSigning);
        Assert.Equal(HttpStatusCode.Created, (await client.PushAsync(("client_id", FapiClient.ClientId), ("request", client.SignedRequest()))).Status);
        Assert.Equal("invalid_request", (await client.PushAsync(FapiClient.Request)).Error);
        var stranger = SigningKey.Generate(SignatureAlgorithm.PS256);
        Assert.Equal("invalid_request_object", (await client.PushAsync(("client_id", FapiClient.ClientId), ("request", client.SignedRequest(stranger)))).Error);
    }

    [Fact]
    public async Task With_a_certificate_it_proves_who_it_is_and_its_tokens_are_bound_to_it()
    {
        using var certificate = TestAuthority.SelfSigned("CN=bank");
        await using var behind = await TestServer.StartAsync(
            _signedIn.Server, settings => settings with { ClientCertificates = new() { Header = "Client-Cert", TrustedProxies = ["127.0.0.1"] } });
        using var bank = await AddAsync(ClientProfile.Fapi2, client => client with
        {
            TokenEndpointAuthMethod = ClientAuthenticationMethod.SelfSignedTlsClientAuth,
            Jwks = TestAuthority.KeysOf(certificate),
            DpopBoundAccessTokens = false,
            TlsClientCertificateBoundAccessTokens = true,
        });

        var code = await _signedIn.CodeAsync(bank.Client);
        (string Name, string Value)[] form =
        [
            ("client_id", FapiClient.ClientId), ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", SignedIn.RedirectUri), ("code_verifier", SignedIn.CodeVerifier),
        ];
        using var bare = await AskAsync(behind, form, null);
        Assert.Equal(HttpStatusCode.Unauthorized, bare.StatusCode);
        using var answer = await AskAsync(behind, form, certificate);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var token = JsonElement.Parse(await answer.Content.ReadAsStringAsync(SignedIn.Cancellation)).GetProperty("access_token").GetString()!;
        var claims = JsonElement.Parse(CanonicalBase64Url.DecodeOrNull(token.Split('.')[1])!);
        Assert.Equal(CanonicalBase64Url.Encode(SHA256.HashData(certificate.RawData)), claims.GetProperty("cnf").GetProperty("x5t#S256").GetString());
    }

    private static async Task<HttpResponseMessage> AskAsync(TestServer server, (string Name, string Value)[] form, X509Certificate2? certificate)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/token") { Content = new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value))) };
        if (certificate is not null)
            request.Headers.Add("Client-Cert", $":{Convert.ToBase64String(certificate.RawData)}:");
        return await server.Http.SendAsync(request, SignedIn.Cancellation);
    }

    private static SignatureAlgorithm Algorithm(string jwt) => UnverifiedJwt.Read(jwt).ValueOrNull!.Header.Algorithm;

    private async Task<FapiClient> AddAsync(ClientProfile profile, Func<Client, Client>? change = null)
    {
        var now = _signedIn.Server.Clock.GetUtcNow();
        var api = await _signedIn.Server.Get<Resources>().FindAsync(SignedIn.NotesApi, SignedIn.Cancellation);
        await _signedIn.Server.Get<Resources>().UpdateAsync(api! with { SigningAlg = SignatureAlgorithm.ES256 }, now, SignedIn.Cancellation);
        var client = new FapiClient(_signedIn, Key, profile);
        Assert.True(await _signedIn.Server.Get<Clients>().AddAsync(change?.Invoke(client.Client) ?? client.Client, SignedIn.Cancellation));
        return client;
    }
}
