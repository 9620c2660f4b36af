using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IdentityProvider.Jose;

/// <summary>The request that a proof must have been made for, and when (RFC 9449 §4.3).</summary>
public sealed record DPoPExpectations
{
    /// <summary>How old a proof may be where nobody says otherwise.</summary>
    public static TimeSpan DefaultMaxAge { get; } = TimeSpan.FromSeconds(60);

    /// <summary>The method of the request, case-sensitive (RFC 9110 §9.1).</summary>
    public required string Method { get; init; }

    /// <summary>Where the request went: absolute; query and fragment don't count.</summary>
    public required string TargetUri { get; init; }

    /// <summary>The access token beside the proof, whose hash the proof must have; null where a token is only asked for.</summary>
    public string? AccessToken { get; init; }

    /// <summary>What may sign proofs.</summary>
    public IReadOnlyList<SignatureAlgorithm> Algorithms { get; init; } = SignatureAlgorithm.All;

    /// <summary>How far back <c>iat</c> may lie.</summary>
    public TimeSpan MaxAge { get; init; } = DefaultMaxAge;

    /// <summary>How far ahead <c>iat</c> may lie: clocks differ, and a proof made for later is a proof to steal (RFC 9449 §11.1, §11.2).</summary>
    public TimeSpan MaxAhead { get; init; } = TimeSpan.FromSeconds(15);
}

/// <summary>
/// A DPoP proof (RFC 9449 §4): a JWT by which the sender of one request shows that it has a private key. Made by <see cref="Verify"/> alone.
/// Left to the caller: that it is the only one of its request, that its nonce is wanted, that the key is the one which the token is bound
/// to, and that its <see cref="Jti"/> was not seen before.
/// </summary>
public sealed class DPoPProof
{
    /// <summary>The <c>typ</c> (RFC 9449 §4.2).</summary>
    public const string Typ = "dpop+jwt";

    /// <summary>A longer proof, in characters, is refused: one by RSA of 8192 bits has fewer.</summary>
    public const int MaxLength = 8 * 1024;

    /// <summary>A longer <c>jti</c>, in characters, is refused.</summary>
    public const int MaxJtiLength = 256;

    private DPoPProof(SignatureAlgorithm algorithm, string thumbprint, string jti, DateTimeOffset expiresAt, string? nonce)
    {
        Algorithm = algorithm;
        Thumbprint = thumbprint;
        Jti = jti;
        ExpiresAt = expiresAt;
        Nonce = nonce;
    }

    /// <summary>What signed it.</summary>
    public SignatureAlgorithm Algorithm { get; }

    /// <summary>The key's RFC 7638 thumbprint, SHA-256: what <c>cnf.jkt</c> and <c>dpop_jkt</c> name (RFC 9449 §6.1, §10).</summary>
    public string Thumbprint { get; }

    /// <summary>What tells the proof from every other of its key.</summary>
    public string Jti { get; }

    /// <summary>From when on the proof is refused for its age, so that its <see cref="Jti"/> need not be remembered.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>What a server told the sender to put in (RFC 9449 §8, §9); null where there is none.</summary>
    public string? Nonce { get; }

    /// <summary>Verifies a proof, in the order of RFC 9449 §4.3. Never throws on what the proof says.</summary>
    public static JoseResult<DPoPProof> Verify(string proof, DPoPExpectations expectations, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(proof);
        ArgumentNullException.ThrowIfNull(expectations);

        // 2. One JWT; 4.–7. of its type, by an algorithm that is allowed, signed by the public key in it.
        if (!Jws.VerifyByOwnKey(proof, Typ, expectations.Algorithms, MaxLength, out var thumbprint).Accepted(out var jws, out var refused)) return refused;
        refused = StrictJson.ParseObject(jws.Payload.Span, "the payload", out var claims);
        if (refused is not null) return refused;

        // 3. Every claim that a proof has (§4.2), of its type.
        if (ReadString(claims, "jti", out var jti) is { } badJti) return badJti;
        if (ReadString(claims, "htm", out var method) is { } badMethod) return badMethod;
        if (ReadString(claims, "htu", out var target) is { } badTarget) return badTarget;
        if (ReadDate(claims, out var issuedAt) is { } badDate) return badDate;
        if (jti.Length > MaxJtiLength) return new JoseRefused(JoseRefusal.TooLarge, $"a jti of {jti.Length} characters");
        if (!StrictJson.TryGetString(claims, "nonce", out var nonce)) return new JoseRefused(JoseRefusal.ClaimMalformed, "nonce is not of its type");

        // 8. The request's method.
        if (!string.Equals(method, expectations.Method, StringComparison.Ordinal)) return new JoseRefused(JoseRefusal.MethodUnexpected, "htm is another's");

        // 9. Where it went.
        if (!TargetUri.AreSame(target, expectations.TargetUri)) return new JoseRefused(JoseRefusal.TargetUnexpected, "htu is another's");

        // 11. Made about now. What exp and nbf say is nothing that a proof is asked (§4.2).
        var seconds = NumericDate.Seconds(now);
        if (issuedAt > seconds + expectations.MaxAhead.TotalSeconds) return new JoseRefused(JoseRefusal.IssuedInTheFuture, "iat lies ahead");
        if (seconds - issuedAt > expectations.MaxAge.TotalSeconds) return new JoseRefused(JoseRefusal.TooOld, "iat lies too far back");

        // 12. For the access token beside it.
        if (expectations.AccessToken is { } token && RefuseHash(claims, token) is { } foreign) return foreign;
        return new DPoPProof(jws.Header.Algorithm, thumbprint!, jti, now.AddSeconds(issuedAt - seconds) + expectations.MaxAge + TimeSpan.FromSeconds(1), nonce);
    }

    /// <summary>The <c>ath</c> of an access token: base64url of the SHA-256 of its ASCII (RFC 9449 §4.2).</summary>
    public static string HashOf(string accessToken) => CanonicalBase64Url.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)));

    private static JoseRefused? RefuseHash(JsonElement claims, string accessToken)
    {
        if (ReadString(claims, "ath", out var hash) is { } refused) return refused;
        return string.Equals(hash, HashOf(accessToken), StringComparison.Ordinal) ? null : new JoseRefused(JoseRefusal.AccessTokenUnexpected, "ath is another token's");
    }

    private static JoseRefused? ReadString(JsonElement claims, string name, out string value)
    {
        value = "";
        if (!claims.TryGetProperty(name, out _)) return new JoseRefused(JoseRefusal.ClaimMissing, $"{name} is absent");
        if (!StrictJson.TryGetString(claims, name, out var text) || text is not { Length: > 0 }) return new JoseRefused(JoseRefusal.ClaimMalformed, $"{name} is not of its type");
        value = text;
        return null;
    }

    private static JoseRefused? ReadDate(JsonElement claims, out double seconds)
    {
        seconds = 0;
        if (!claims.TryGetProperty("iat", out var iat)) return new JoseRefused(JoseRefusal.ClaimMissing, "iat is absent");
        return NumericDate.TryRead(iat, out seconds) ? null : new JoseRefused(JoseRefusal.ClaimMalformed, "iat is not of its type");
    }
}
