using System.Text.Json;
using IdentityProvider.Jose;

namespace IdentityProvider.Verifier.Rules;

/// <summary>A document that the issuer signed: a status list, an event or a heartbeat. None of them has an audience: they are for everyone.</summary>
internal readonly record struct SignedClaims(JsonElement Claims, string Kid, DateTimeOffset IssuedAt)
{
    /// <summary>A document longer than this, in characters, is refused.</summary>
    public const int MaxLength = 1024 * 1024;

    /// <summary>Verifies one: kind, key, algorithm, issuer and date; or says why not, <paramref name="keyUnknown"/> beside it when fresher keys could help.</summary>
    public static TokenVerification.Refused? Read(string jwt, string typ, JsonWebKeySet keys, Expected expected, out SignedClaims claims, out bool keyUnknown)
    {
        claims = default;
        keyUnknown = false;

        // 1. A signature of the issuer's over this kind of document (RFC 8725 §3.11).
        if (!Jws.Verify(jwt, keys, typ, MaxLength).Accepted(out var jws, out var refused))
        {
            keyUnknown = refused.Reason is JoseRefusal.KeyUnknown;
            return new(refused.Reason is JoseRefusal.TooLarge ? VerifierRefusal.StatusListTooLarge : VerifierRefusal.StatusListUntrusted, $"{typ}: {refused}");
        }

        // 2. By an algorithm of the options.
        if (!expected.Allows(jws.Header.Algorithm)) return new(VerifierRefusal.StatusListUntrusted, $"{typ}: alg is not one of the options'");

        // 3. Claims, of the very issuer (RFC 8725 §3.8), with a date (draft-ietf-oauth-status-list §5.1).
        if (jws.ClaimsOrNull() is not { } body) return new(VerifierRefusal.StatusListMalformed, $"{typ}: no strict JSON object");
        if (TextOrNull(body, "iss") != expected.Options.Issuer) return new(VerifierRefusal.StatusListUntrusted, $"{typ}: iss is another's");
        if (DateOrNull(body, "iat") is not { } issuedAt) return new(VerifierRefusal.StatusListMalformed, $"{typ}: iat is no date");
        claims = new(body, jws.Header.Kid ?? "", issuedAt);
        return null;
    }

    public string? TextOrNull(string name) => TextOrNull(Claims, name);

    public DateTimeOffset? DateOrNull(string name) => DateOrNull(Claims, name);

    public long? CountOrNull(string name) => CountOrNull(Claims, name);

    public static long? CountOrNull(JsonElement parent, string name) => parent.TryGetProperty(name, out var member) ? CountOrNull(member) : null;

    public static long? CountOrNull(JsonElement number) =>
        number.ValueKind is JsonValueKind.Number && number.TryGetInt64(out var value) && value >= 0 ? value : null;

    public static string? TextOrNull(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var member) && member.ValueKind is JsonValueKind.String ? member.GetString() : null;

    private static DateTimeOffset? DateOrNull(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var member) && member.ValueKind is JsonValueKind.Number && member.TryGetDouble(out var seconds)
            && seconds >= 0 && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : null;
}
