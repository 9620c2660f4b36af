using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Server.Tests.Endpoints.DPoP;

/// <summary>A client with a key, which keeps the nonce that it was last told, as real ones do, and never uses a proof twice unless told to.</summary>
internal sealed class ProvingClient(SignedIn signedIn, Client client) : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private int _proofs;

    public string? Nonce { get; set; }

    /// <summary>How far its clock is ahead.</summary>
    public TimeSpan Ahead { get; set; }

    public Client Client => client;

    public string Thumbprint => CanonicalBase64Url.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(Jwk.ToJsonString())));

    public Confirmation Confirmation => new() { JwkThumbprint = Thumbprint };

    private JsonObject Jwk
    {
        get
        {
            var point = _key.ExportParameters(includePrivateParameters: false).Q;
            return new() { ["crv"] = "P-256", ["kty"] = "EC", ["x"] = CanonicalBase64Url.Encode(point.X), ["y"] = CanonicalBase64Url.Encode(point.Y) };
        }
    }

    public string Proof(string method = "POST", string path = "/token", string? accessToken = null, string issuer = TestServer.Issuer, Action<JsonObject>? change = null)
    {
        var claims = new JsonObject { ["jti"] = $"{Thumbprint}-{_proofs++}", ["htm"] = method, ["htu"] = issuer + path, ["iat"] = (signedIn.Server.Clock.GetUtcNow() + Ahead).ToUnixTimeSeconds() };
        if (Nonce is not null)
            claims["nonce"] = Nonce;
        if (accessToken is not null)
            claims["ath"] = CanonicalBase64Url.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)));
        change?.Invoke(claims);
        var input = $"{Encode(new JsonObject { ["typ"] = "dpop+jwt", ["alg"] = "ES256", ["jwk"] = Jwk })}.{Encode(claims)}";
        return $"{input}.{CanonicalBase64Url.Encode(_key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256))}";
    }

    /// <summary>A token request with its proof; asked for another nonce it goes once more with that.</summary>
    public async Task<Answer> TokenAsync(params (string, string)[] form)
    {
        var answer = await WithProofAsync(Proof(), form);
        return answer["error"] == "use_dpop_nonce" ? await WithProofAsync(Proof(), form) : answer;
    }

    /// <summary>A token request with these very proofs.</summary>
    public Task<Answer> WithProofAsync(string proof, params (string, string)[] form) => SendAsync(SignedIn.Post("/token", client, form), proof);

    public async Task<Answer> ExchangeAsync(string code) => await TokenAsync(Exchange(code));

    public static (string, string)[] Exchange(string code) =>
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", SignedIn.RedirectUri), ("code_verifier", SignedIn.CodeVerifier)];

    public Task<Answer> RefreshAsync(string refreshToken) => TokenAsync(Refresh(refreshToken));

    public static (string, string)[] Refresh(string refreshToken) => [("grant_type", "refresh_token"), ("refresh_token", refreshToken)];

    public async Task<Answer> TokensAsync(string scope = "openid notes.read")
    {
        var answer = await ExchangeAsync(await signedIn.CodeAsync(client, scope));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return answer;
    }

    /// <summary>UserInfo with a proof for it, or this one.</summary>
    public Task<Answer> UserInfoAsync(string accessToken, string? proof = null, string scheme = "DPoP")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/userinfo");
        request.Headers.Authorization = new AuthenticationHeaderValue(scheme, accessToken);
        return SendAsync(request, proof ?? Proof("GET", "/userinfo", accessToken));
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request, string proof)
    {
        request.Headers.TryAddWithoutValidation("DPoP", proof);
        var answer = await signedIn.SendAsync(request);
        if (answer.Header("DPoP-Nonce") is { Length: > 0 } nonce)
            Nonce = nonce;
        return answer;
    }

    public void Dispose() => _key.Dispose();

    private static string Encode(JsonObject json) => CanonicalBase64Url.Encode(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
