using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Tests.DPoP;

/// <summary>A client's key, and the proofs that it signs: written by hand here, so that what they say may be wrong.</summary>
public sealed class ProofKey(bool rsa = false) : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly RSA? _rsa = rsa ? RSA.Create(2048) : null;

    public string Thumbprint => CanonicalBase64Url.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(Jwk.ToJsonString())));

    private JsonObject Jwk
    {
        get
        {
            if (_rsa?.ExportParameters(includePrivateParameters: false) is { } parameters)
                return new() { ["e"] = CanonicalBase64Url.Encode(parameters.Exponent), ["kty"] = "RSA", ["n"] = CanonicalBase64Url.Encode(parameters.Modulus) };
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
        var header = new JsonObject { ["typ"] = typ, ["alg"] = _rsa is null ? "ES256" : "RS256", ["jwk"] = Jwk };
        var input = $"{Encode(header)}.{Encode(claims)}";
        return $"{input}.{CanonicalBase64Url.Encode(Sign(Encoding.ASCII.GetBytes(input)))}";
    }

    /// <summary>A proof that was found good.</summary>
    public DPoPProof Good() => DPoPProof.Verify(Proof("POST", Given.Issuer + "/token", Given.Now), new() { Method = "POST", TargetUri = Given.Issuer + "/token" }, Given.Now).ValueOrNull!;

    public void Dispose()
    {
        _key.Dispose();
        _rsa?.Dispose();
    }

    private byte[] Sign(byte[] input) => _rsa?.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) ?? _key.SignData(input, HashAlgorithmName.SHA256);

    private static string Encode(JsonObject json) => CanonicalBase64Url.Encode(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
