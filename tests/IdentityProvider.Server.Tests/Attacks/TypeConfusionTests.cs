using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Logout;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.TrustedIssuers;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Tests.Endpoints;
using IdentityProvider.Server.Tests.Endpoints.ClientAuthentication;
using IdentityProvider.Server.Tests.Endpoints.DPoP;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;
using IdentityProvider.Verifier;

namespace IdentityProvider.Server.Tests.Attacks;

/// <summary>
/// RFC 8725 §2.8, §3.11: every JWT that this server or its client signs, at every door that takes a JWT. The client's keys are its own and, as an
/// attacker would register them, this server's too, so that the signature is never what keeps a token out.
/// </summary>
public sealed class TypeConfusionTests : IAsyncLifetime
{
    private const string ClientId = "confused";
    private const string Partner = "https://partner.example";

    private static readonly SigningKey ClientKey = SigningKey.Generate(SignatureAlgorithm.ES256);

    private SignedIn _signedIn = null!;
    private AssertingClient _asserting = null!;
    private HttpClient _http = null!;
    private AccessTokenVerifier _verifier = null!;
    private Client _client = null!;

    private TestServer Server => _signedIn.Server;

    public async ValueTask InitializeAsync()
    {
        _signedIn = await SignedIn.StartAsync();
        _asserting = new AssertingClient(ClientId, ClientKey, Server.Clock);
        _http = Server.NewHttpOfIssuer();
        _verifier = new AccessTokenVerifier(new VerifierOptions { Issuer = TestServer.Issuer, Audience = SignedIn.NotesApi, Push = false }, _http, Server.Clock);
        Assert.True(JsonWebKeySet.Parse(await Server.Http.GetByteArrayAsync("/.well-known/jwks.json", SignedIn.Cancellation)).Accepted(out var ours, out _));
        _client = SignedIn.App with
        {
            ClientId = ClientId,
            GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken, GrantTypes.ClientCredentials, GrantTypes.JwtBearer, GrantTypes.TokenExchange],
            TokenEndpointAuthMethod = ClientAuthenticationMethod.PrivateKeyJwt,
            Jwks = ClientKeySet.Parse(new JsonWebKeySet([ClientKey.PublicKey, .. ours.Keys]).ToUtf8Bytes(), out _),
            PostLogoutRedirectUris = ["https://app.example/bye"],
            Introspects = [SignedIn.NotesApi],
            RequireConsent = false,
            UserinfoSignedResponseAlg = SignatureAlgorithm.RS256,
            TokenExchange = new() { SubjectAudiences = [SignedIn.NotesApi], Impersonation = true },
        };
        Assert.True(await Server.Get<Clients>().AddAsync(_client, SignedIn.Cancellation));
        var partner = new TrustedIssuer { Issuer = Partner, Jwks = _client.Jwks, Clients = [ClientId], Scope = ScopeSet.Of(["notes.read"]), UsernameClaim = "sub" };
        Assert.True(await Server.Get<TrustedIssuers>().AddAsync(partner, SignedIn.Cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        await _verifier.DisposeAsync();
        _http.Dispose();
        await _signedIn.DisposeAsync();
    }

    [Fact]
    public async Task No_JWT_opens_a_door_that_is_not_its_own()
    {
        var tokens = await TokensAsync();
        using var proving = new ProvingClient(_signedIn, SignedIn.Spa);
        Dictionary<string, Func<Task<string>>> kinds = new()
        {
            ["access token"] = () => Task.FromResult(tokens.AccessToken),
            ["ID token"] = () => Task.FromResult(tokens["id_token"]!),
            ["logout token"] = LogoutTokenAsync,
            ["authorization answer"] = AuthorizationAnswerAsync,
            ["UserInfo answer"] = async () => (await _signedIn.UserInfoAsync(tokens.AccessToken)).Text,
            ["signed metadata"] = async () => (await _signedIn.SendAsync(new(HttpMethod.Get, "/.well-known/openid-configuration")))["signed_metadata"]!,
            ["introspection answer"] = () => IntrospectionAnswerAsync(tokens.AccessToken),
            ["status list"] = () => Server.Http.GetStringAsync("/status/1", SignedIn.Cancellation),
            ["status event"] = () => EventAsync("status"),
            ["status heartbeat"] = () => EventAsync("heartbeat"),
            ["assertion about a person"] = () => Task.FromResult(_asserting.Assertion(c => (c["iss"], c["sub"]) = (Partner, "alice"))),
            ["proof of possession"] = () => Task.FromResult(proving.Proof()),
            ["client assertion"] = () => Task.FromResult(_asserting.Assertion()),
            ["request object"] = () => Task.FromResult(RequestObject(RequestObjectRules.Typ)),
            ["untyped request object"] = () => Task.FromResult(RequestObject(typ: null)),
        };

        // The last one ends the sign-in.
        (string Name, string[] Own, Func<string, Task<bool>> Opens)[] doors =
        [
            ("UserInfo", ["access token"], async token => (await _signedIn.UserInfoAsync(token)).Status == HttpStatusCode.OK),
            ("introspection", ["access token"], async token => (await _asserting.PostAsync(_signedIn, "/introspect", ("token", token)))["active"] == "True"),
            ("the verifier", ["access token"], async token => await _verifier.VerifyAsync(token, SignedIn.Cancellation) is not TokenVerification.Refused),
            ("client_assertion", ["client assertion"], async token => (await AssertingClient.PostAsync(_signedIn, token, "/token", ("grant_type", "client_credentials"))).Status == HttpStatusCode.OK),
            ("request", ["request object", "untyped request object"], async token => (await _asserting.PostAsync(_signedIn, "/par", ("client_id", ClientId), ("request", token))).Status == HttpStatusCode.Created),
            ("DPoP", ["proof of possession"], async token => (await ProveAsync(proving, token)).Error != "invalid_dpop_proof"),
            ("assertion", ["assertion about a person"], async token => (await TokenAsync(GrantTypes.JwtBearer, ("assertion", token))).Status == HttpStatusCode.OK),
            ("subject_token", ["access token"], async token => (await ExchangeAsync(token)).Status == HttpStatusCode.OK),
            ("refresh_token", [], async token => (await TokenAsync(GrantTypes.RefreshToken, ("refresh_token", token))).Status == HttpStatusCode.OK),
            ("id_token_hint of an authorization request", ["ID token"], HintAsync),
            ("id_token_hint of a logout", ["ID token"], LogoutHintAsync),
        ];

        foreach (var (name, own, opens) in doors)
        {
            foreach (var (kind, make) in kinds.Where(kind => !own.Contains(kind.Key)))
                Assert.False(await opens(await make()), $"{kind} opened {name}");
            foreach (var kind in own)
                Assert.True(await opens(await kinds[kind]()), $"{kind} did not open {name}");
        }
    }

    private async Task<Answer> TokensAsync()
    {
        var code = await _signedIn.CodeAsync(_client, "openid notes.read");
        return await _asserting.PostAsync(
            _signedIn, "/token", ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", SignedIn.RedirectUri), ("code_verifier", SignedIn.CodeVerifier));
    }

    private Task<Answer> TokenAsync(string grantType, params (string, string)[] form) => _asserting.PostAsync(_signedIn, "/token", [("grant_type", grantType), .. form]);

    private Task<Answer> ExchangeAsync(string token) =>
        TokenAsync(GrantTypes.TokenExchange, ("subject_token", token), ("subject_token_type", TokenExchangeRules.AccessTokenType), ("resource", SignedIn.NotesApi));

    // A good proof is asked for its nonce, or gets as far as the refresh token.
    private static Task<Answer> ProveAsync(ProvingClient proving, string token) => proving.WithProofAsync(token, ("grant_type", "refresh_token"), ("refresh_token", "x"));

    private async Task<bool> HintAsync(string token)
    {
        using var browser = new Browser(Server);
        return (await browser.OpenAsync(_client.Request("prompt=none&id_token_hint=" + token))).Answer["error"] == "login_required";
    }

    private async Task<bool> LogoutHintAsync(string token)
    {
        using var browser = new Browser(Server);
        return (await browser.OpenAsync($"/logout?id_token_hint={token}&post_logout_redirect_uri=https://app.example/bye")).Location == "https://app.example/bye";
    }

    // As the outbox makes it.
    private Task<string> LogoutTokenAsync() => Task.FromResult(LogoutToken.Sign(
        new EndedSession(ClientId, _signedIn.UserId.ToString("D"), _signedIn.SessionId), Server.Get<KeyRing>().Active(SignatureAlgorithm.RS256), TestServer.Issuer, Server.Get<Entropy>().Token(), Server.Clock.GetUtcNow()));

    private async Task<string> AuthorizationAnswerAsync()
    {
        using var browser = new Browser(Server);
        return (await browser.OpenAsync(_client.Request("prompt=none&response_mode=jwt"))).Answer["response"];
    }

    private async Task<string> IntrospectionAnswerAsync(string accessToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/introspect")
        {
            Content = new FormUrlEncodedContent(
                AssertingClient.Members(_asserting.Assertion()).Append(("token", accessToken)).Select(field => KeyValuePair.Create(field.Item1, field.Item2))),
        };
        request.Headers.Add("Accept", "application/token-introspection+jwt");
        return (await _signedIn.SendAsync(request)).Text;
    }

    // A revocation of another token makes something to tell; a heartbeat is told at once.
    private async Task<string> EventAsync(string name)
    {
        using var response = await Server.Http.GetAsync("/status/events", HttpCompletionOption.ResponseHeadersRead, SignedIn.Cancellation);
        if (name == "status")
            await _signedIn.PostAsync("/revoke", SignedIn.Machine, ("token", (await _signedIn.PostAsync("/token", SignedIn.Machine, ("grant_type", "client_credentials"))).AccessToken));
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync(SignedIn.Cancellation)).EnumerateAsync(SignedIn.Cancellation))
        {
            if (item.EventType == name)
                return item.Data;
        }

        throw new InvalidOperationException("The stream ended.");
    }

    private string RequestObject(string? typ)
    {
        var now = Server.Clock.GetUtcNow();
        var claims = new JsonObject
        {
            ["iss"] = ClientId,
            ["aud"] = TestServer.Issuer,
            ["client_id"] = ClientId,
            ["nbf"] = NumericDate.From(now),
            ["exp"] = NumericDate.From(now.AddMinutes(1)),
            ["redirect_uri"] = SignedIn.RedirectUri,
            ["response_type"] = "code",
            ["scope"] = "openid",
            ["code_challenge"] = SignedIn.CodeChallenge,
            ["code_challenge_method"] = "S256",
        };
        var payload = Encoding.UTF8.GetBytes(claims.ToJsonString());
        if (typ is not null)
            return Jws.Sign(ClientKey, typ, payload);

        var header = new JsonObject { ["alg"] = "ES256", ["kid"] = ClientKey.Kid };
        var signed = $"{CanonicalBase64Url.Encode(Encoding.UTF8.GetBytes(header.ToJsonString()))}.{CanonicalBase64Url.Encode(payload)}";
        var signature = new byte[ClientKey.SignatureLength];
        ClientKey.Sign(Encoding.ASCII.GetBytes(signed), signature);
        return $"{signed}.{CanonicalBase64Url.Encode(signature)}";
    }
}
