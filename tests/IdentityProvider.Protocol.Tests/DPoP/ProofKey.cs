using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Tests.DPoP;

/// <summary>A client's key, and the proofs that it signs: written by hand here, so that what they say may be wrong.</summary>
public sealed class ProofKey : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Thumbprint => CanonicalBase64Url.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(Jwk.ToJsonString())));

    private JsonObject Jwk
    {
        get
        {
            var point = _key.ExportParameters(includePrivateParameters: false).Q;
            return new() { ["crv"] = "P-256", ["kty"] = "EC", ["x"] = CanonicalBase64Url.Encode(point.X), ["y"] = CanonicalBase64Url.Encode(point.Y) };
        }
    }

    public string Proof(string method, string target, DateTimeOffset now, string? nonce = null, string? accessToken = null, string jti = "jti-1", string typ = "dpop+jwt")
    {
        var claims = new JsonObject { ["jti"] = jti, ["htm"] = method, ["htu"] = target, ["iat"] = now.ToUnixTimeSeconds() };
        if (nonce is not null)
            claims["nonce"] = nonce;
        if (accessToken is not null)
            claims["ath"] = CanonicalBase64Url.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)));
        var header = new JsonObject { ["typ"] = typ, ["alg"] = "ES256", ["jwk"] = Jwk };
        var input = $"{Encode(header)}.{Encode(claims)}";
        return $"{input}.{CanonicalBase64Url.Encode(_key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256))}";
    }

    /// <summary>A proof that was found good.</summary>
    public DPoPProof Good() => DPoPProof.Verify(Proof("POST", Given.Issuer + "/token", Given.Now), new() { Method = "POST", TargetUri = Given.Issuer + "/token" }, Given.Now).ValueOrNull!;

    public void Dispose() => _key.Dispose();

    private static string Encode(JsonObject json) => CanonicalBase64Url.Encode(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
