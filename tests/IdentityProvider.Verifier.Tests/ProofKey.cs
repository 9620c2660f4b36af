using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;

namespace IdentityProvider.Verifier.Tests;

/// <summary>A client's key and its proofs, written by hand, so that what they say may be wrong.</summary>
internal sealed class ProofKey
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private int _proofs;

    public string Thumbprint => CanonicalBase64Url.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(Jwk.ToJsonString())));

    private JsonObject Jwk
    {
        get
        {
            var point = _key.ExportParameters(includePrivateParameters: false).Q;
            return new() { ["crv"] = "P-256", ["kty"] = "EC", ["x"] = CanonicalBase64Url.Encode(point.X), ["y"] = CanonicalBase64Url.Encode(point.Y) };
        }
    }

    /// <summary>A token that is bound to this key.</summary>
    public JsonObject Bound => new() { ["cnf"] = new JsonObject { ["jkt"] = Thumbprint } };

    public string Proof(string token, DateTimeOffset now, string method = "GET", string url = "https://api.example/orders", string? nonce = null)
    {
        var claims = new JsonObject { ["jti"] = $"{_proofs++}", ["htm"] = method, ["htu"] = url, ["iat"] = now.ToUnixTimeSeconds(), ["ath"] = DPoPProof.HashOf(token) };
        if (nonce is not null) claims["nonce"] = nonce;
        var input = $"{Encode(new JsonObject { ["typ"] = "dpop+jwt", ["alg"] = "ES256", ["jwk"] = Jwk })}.{Encode(claims)}";
        return $"{input}.{CanonicalBase64Url.Encode(_key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256))}";
    }

    private static string Encode(JsonObject json) => CanonicalBase64Url.Encode(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
