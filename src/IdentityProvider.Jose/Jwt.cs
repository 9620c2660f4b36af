using System.Text.Json;

namespace IdentityProvider.Jose;

/// <summary>Verification of JSON Web Tokens (RFC 7519 §7.2, with the care of RFC 8725). Pure: the moment is an argument.</summary>
public static class Jwt
{
    private static readonly string[] Strings = ["iss", "sub", "jti"];

    /// <summary>Verifies a token. Never throws on what the token says.</summary>
    public static JwtVerification Verify(string token, JsonWebKeySet keys, JwtExpectations expectations, DateTimeOffset now) =>
        Verify(token, keys, expectations, now, expiredIsFine: false);

    /// <summary>
    /// As <see cref="Verify(string, JsonWebKeySet, JwtExpectations, DateTimeOffset)"/>, but an <c>exp</c> in the past is no reason to
    /// refuse. For <c>id_token_hint</c> alone (OIDC RP-Initiated Logout §2, OIDC Core §3.1.2.1), which is a hint and opens nothing.
    /// </summary>
    public static JwtVerification VerifyEvenIfExpired(string token, JsonWebKeySet keys, JwtExpectations expectations, DateTimeOffset now) =>
        Verify(token, keys, expectations, now, expiredIsFine: true);

    private static JwtVerification Verify(string token, JsonWebKeySet keys, JwtExpectations expectations, DateTimeOffset now, bool expiredIsFine)
    {
        ArgumentNullException.ThrowIfNull(expectations);

        // 1. A signature by a key of ours over the right kind of token (RFC 7519 §7.2 steps 1–7).
        if (!Jws.Verify(token, keys, expectations.Typ, expectations.MaxLength).Accepted(out var jws, out var refused))
            return new JwtVerification.Refused(refused);

        // 2. The payload is one strict JSON object (RFC 7519 §7.2 step 10).
        refused = StrictJson.ParseObject(jws.Payload.Span, "the payload", out var claims);

        // 3. What it says (RFC 7519 §4.1).
        refused ??= RefuseParties(claims, expectations);
        refused ??= RefuseTimes(claims, expectations, NumericDate.Seconds(now), expiredIsFine);
        refused ??= RefuseMissing(claims, expectations.RequiredClaims);
        return refused is null ? new JwtVerification.Verified(jws.Header, claims) : new JwtVerification.Refused(refused);
    }

    private static JoseRefused? RefuseParties(JsonElement claims, JwtExpectations expectations)
    {
        // 1. iss, sub and jti are strings where they are there (RFC 7519 §2, §4.1).
        foreach (var name in Strings)
            if (!StrictJson.TryGetString(claims, name, out _))
                return Malformed(name);

        // 2. The issuer whose keys these are (RFC 8725 §3.8).
        if (!claims.TryGetProperty("iss", out var issuer)) return Missing("iss");
        if (!issuer.ValueEquals(expectations.Issuer)) return new(JoseRefusal.IssuerUnexpected, "iss is another's");

        // 3. An audience that is a string or an array of them, and names us (RFC 7519 §4.1.3).
        if (!claims.TryGetProperty("aud", out var aud)) return Missing("aud");
        if (ReadAudiences(aud) is not { } audiences) return Malformed("aud");
        return expectations.Audience.Matches(audiences) ? null : new(JoseRefusal.AudienceUnexpected, "aud does not name us");
    }

    private static JoseRefused? RefuseTimes(JsonElement claims, JwtExpectations expectations, double now, bool expiredIsFine)
    {
        var skew = expectations.ClockSkew.TotalSeconds;

        // 1. Each date that is there is a number (RFC 7519 §2).
        if (ReadDate(claims, "exp", out var exp) is { } badExp) return badExp;
        if (ReadDate(claims, "nbf", out var nbf) is { } badNbf) return badNbf;
        if (ReadDate(claims, "iat", out var iat) is { } badIat) return badIat;

        // 2. exp is required, and lies ahead (RFC 7519 §4.1.4: on or after it, no more).
        if (exp is null) return Missing("exp");
        if (!expiredIsFine && now >= exp + skew) return new(JoseRefusal.Expired, "exp is past");

        // 3. nbf and iat don't (RFC 7519 §4.1.5, §4.1.6).
        if (nbf > now + skew) return new(JoseRefusal.NotYetValid, "nbf lies ahead");
        if (iat > now + skew) return new(JoseRefusal.IssuedInTheFuture, "iat lies ahead");

        // 4. Neither too long a life nor too long ago, where the caller sets a bound (RFC 7523 §3).
        if (iat is null && (expectations.MaxLifetime ?? expectations.MaxAge) is not null) return Missing("iat");
        if (exp - iat > expectations.MaxLifetime?.TotalSeconds) return new(JoseRefusal.LifetimeTooLong, "exp lies too far after iat");
        return now - iat > expectations.MaxAge?.TotalSeconds + skew ? new(JoseRefusal.TooOld, "iat lies too far back") : null;
    }

    private static JoseRefused? RefuseMissing(JsonElement claims, IReadOnlyList<string> required)
    {
        foreach (var name in required)
            if (!claims.TryGetProperty(name, out var claim) || claim.ValueKind is JsonValueKind.Null)
                return Missing(name);
        return null;
    }

    private static List<string>? ReadAudiences(JsonElement aud)
    {
        if (aud.ValueKind is JsonValueKind.String) return [aud.GetString()!];
        if (aud.ValueKind is not JsonValueKind.Array) return null;
        List<string> audiences = [];
        foreach (var audience in aud.EnumerateArray())
        {
            if (audience.ValueKind is not JsonValueKind.String) return null;
            audiences.Add(audience.GetString()!);
        }
        return audiences;
    }

    private static JoseRefused? ReadDate(JsonElement claims, string name, out double? seconds)
    {
        seconds = null;
        if (!claims.TryGetProperty(name, out var claim)) return null;
        if (!NumericDate.TryRead(claim, out var read)) return Malformed(name);
        seconds = read;
        return null;
    }

    private static JoseRefused Missing(string claim) => new(JoseRefusal.ClaimMissing, $"{claim} is absent");

    private static JoseRefused Malformed(string claim) => new(JoseRefusal.ClaimMalformed, $"{claim} is not of its type");
}
