using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Tests.Endpoints.ClientAuthentication;
using IdentityProvider.Server.Tests.Endpoints.DPoP;

namespace IdentityProvider.Server.Tests.Endpoints.Fapi;

/// <summary>A client of FAPI 2.0: assertions, requests that it may sign and pushes, and tokens.</summary>
internal sealed class FapiClient(SignedIn signedIn, SigningKey key, ClientProfile profile) : IDisposable
{
    public const string ClientId = "bank";

    private readonly AssertingClient _asserting = new(ClientId, key, signedIn.Server.Clock);

    private readonly ProvingClient _proving = new(signedIn, SignedIn.App);

    public AssertingClient Asserting => _asserting;

    public Client Client => SignedIn.App with
    {
        ClientId = ClientId,
        Profile = profile,
        TokenEndpointAuthMethod = ClientAuthenticationMethod.PrivateKeyJwt,
        Jwks = _asserting.Jwks,
        Secrets = [],
        DpopBoundAccessTokens = true,
        RequirePushedAuthorizationRequests = true,
        RequireSignedRequestObject = profile == ClientProfile.Fapi2MessageSigning,
        IdTokenSignedResponseAlg = SignatureAlgorithm.PS256,
        AuthorizationSignedResponseAlg = SignatureAlgorithm.PS256,
    };

    /// <summary>The authorization request as it is.</summary>
    public static (string Name, string Value)[] Request =>
    [
        ("response_type", "code"), ("client_id", ClientId), ("redirect_uri", SignedIn.RedirectUri), ("scope", "openid"), ("state", "s"), ("nonce", "n"),
        ("code_challenge", SignedIn.CodeChallenge), ("code_challenge_method", "S256"),
    ];

    /// <summary>The same in an object that it signed.</summary>
    public string SignedRequest(SigningKey? by = null)
    {
        var now = signedIn.Server.Clock.GetUtcNow();
        var claims = new JsonObject { ["iss"] = ClientId, ["aud"] = TestServer.Issuer, ["nbf"] = NumericDate.From(now), ["exp"] = NumericDate.From(now.AddMinutes(5)) };
        foreach (var (name, value) in Request)
            claims[name] = value;
        return Jws.Sign(by ?? key, RequestObjectRules.Typ, Encoding.UTF8.GetBytes(claims.ToJsonString()));
    }

    public Task<Answer> PushAsync(params (string, string)[] form) => _asserting.PostAsync(signedIn, "/par", form);

    public Task<Answer> PushAsync(string assertion) => AssertingClient.PostAsync(signedIn, assertion, "/par", Request);

    public async Task<Answer> ExchangeAsync(TimeSpan? later = null)
    {
        var code = await signedIn.CodeAsync(Client);
        signedIn.Server.Clock.Advance(later ?? TimeSpan.Zero);
        return await TokenAsync(("grant_type", "authorization_code"), ("code", code), ("redirect_uri", SignedIn.RedirectUri), ("code_verifier", SignedIn.CodeVerifier));
    }

    public async Task<Answer> RefreshAsync(string refreshToken)
    {
        var answer = await TokenAsync(("grant_type", "refresh_token"), ("refresh_token", refreshToken));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return answer;
    }

    /// <summary>With a proof of its key, and once more with the nonce that it is told.</summary>
    public async Task<Answer> TokenAsync(params (string, string)[] form)
    {
        var answer = await ProvenAsync(form);
        return answer["error"] == "use_dpop_nonce" ? await ProvenAsync(form) : answer;
    }

    /// <summary>Without a proof.</summary>
    public Task<Answer> BearerTokenAsync(params (string, string)[] form) => _asserting.PostAsync(signedIn, "/token", form);

    public void Dispose() => _proving.Dispose();

    private Task<Answer> ProvenAsync((string Name, string Value)[] form) => _proving.SendAsync(
        new(HttpMethod.Post, "/token")
        {
            Content = new FormUrlEncodedContent(form.Concat(AssertingClient.Members(_asserting.Assertion())).Select(f => KeyValuePair.Create(f.Name, f.Value))),
        },
        _proving.Proof());
}
