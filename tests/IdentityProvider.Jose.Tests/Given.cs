using System.Security.Cryptography;
using System.Text;

namespace IdentityProvider.Jose.Tests;

/// <summary>Keys, claims and tokens that the tests start from. Tokens that no honest signer would write are made by <c>Token</c>.</summary>
internal static class Given
{
    public const string Issuer = "https://issuer.example";
    public const string Audience = "https://api.example";

    /// <summary>2026-01-01T00:00:00Z.</summary>
    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_767_225_600);

    public static readonly SigningKey Rs256 = SigningKey.Generate(SignatureAlgorithm.RS256);
    public static readonly SigningKey Ps256 = SigningKey.Generate(SignatureAlgorithm.PS256);
    public static readonly SigningKey Es256 = SigningKey.Generate(SignatureAlgorithm.ES256);

    /// <summary>A key that no set here knows.</summary>
    public static readonly SigningKey Stranger = SigningKey.Generate(SignatureAlgorithm.RS256);

    public static readonly JsonWebKeySet Keys = new([Rs256.PublicKey, Ps256.PublicKey, Es256.PublicKey]);

    public static readonly JwtExpectations Expectations = new() { Typ = "at+jwt", Issuer = Issuer, Audience = Audience };

    public static TheoryData<string> Algorithms => [.. SignatureAlgorithm.All.Select(algorithm => algorithm.Name)];

    public static SigningKey Key(string algorithm) => algorithm switch { "RS256" => Rs256, "PS256" => Ps256, _ => Es256 };

    public static long At(int secondsFromNow) => Now.ToUnixTimeSeconds() + secondsFromNow;

    /// <summary>Good claims, with this text put in front of them.</summary>
    public static string Claims(string more = "") => $$"""{{{more}}"iss":"{{Issuer}}","aud":"{{Audience}}","exp":{{At(60)}}}""";

    /// <summary>A good header for this key, with this text put after it.</summary>
    public static string Header(SigningKey key, string more = "") => $$"""{"alg":"{{key.Algorithm.Name}}","typ":"at+jwt","kid":"{{key.Kid}}"{{more}}}""";

    public static string Token(string header, string claims, SigningKey? signer = null) =>
        Token(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(claims), signer ?? Rs256);

    public static string Token(byte[] header, byte[] claims, SigningKey signer)
    {
        var input = $"{CanonicalBase64Url.Encode(header)}.{CanonicalBase64Url.Encode(claims)}";
        return $"{input}.{CanonicalBase64Url.Encode(Sign(signer, input))}";
    }

    public static byte[] Sign(SigningKey signer, string input)
    {
        var signature = new byte[signer.SignatureLength];
        signer.Sign(Encoding.ASCII.GetBytes(input), signature);
        return signature;
    }

    /// <summary>A good token by RS256 with these claims.</summary>
    public static string TokenWith(string claims) => Token(Header(Rs256), claims);

    /// <summary>A good token with its last part replaced.</summary>
    public static string WithSignature(string token, byte[] signature) => $"{SigningInput(token)}.{CanonicalBase64Url.Encode(signature)}";

    public static string SigningInput(string token) => token[..token.LastIndexOf('.')];

    public static JoseRefusal? Refusal(string token, JwtExpectations? expectations = null, JsonWebKeySet? keys = null) =>
        (Jwt.Verify(token, keys ?? Keys, expectations ?? Expectations, Now) as JwtVerification.Refused)?.Reason;

    public static JsonWebKey PublicJwk(string json) =>
        JsonWebKey.Parse(Encoding.UTF8.GetBytes(json)) is var parsed && parsed.Accepted(out var key, out var refused)
            ? key
            : throw new InvalidOperationException(refused!.ToString());

    public static JoseRefusal? JwkRefusal(string json) => JsonWebKey.Parse(Encoding.UTF8.GetBytes(json)).Refused?.Reason;

    public static string RsaJwk(int bits, string more = "")
    {
        using var rsa = RSA.Create(bits);
        var parameters = rsa.ExportParameters(includePrivateParameters: false);
        return RsaJwk(parameters.Modulus!, parameters.Exponent!, more);
    }

    public static string RsaJwk(byte[] n, byte[] e, string more = "") =>
        $$"""{"kty":"RSA"{{more}},"n":"{{CanonicalBase64Url.Encode(n)}}","e":"{{CanonicalBase64Url.Encode(e)}}"}""";

    public static string EcJwk(string more = "") => Vectors.EcPublic.Replace("{", "{" + more, StringComparison.Ordinal);
}
