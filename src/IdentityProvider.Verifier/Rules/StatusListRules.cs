using System.Text.Json;
using IdentityProvider.Jose;

namespace IdentityProvider.Verifier.Rules;

/// <summary>Reads a status list (draft-ietf-oauth-status-list §5.1, §8.3).</summary>
internal static class StatusListRules
{
    public const string Typ = "statuslist+jwt";

    /// <summary>The ttl, in seconds, of a list that says none, and the bounds of one that does: nobody makes us ask all the time, or never.</summary>
    private const double UnsaidTtl = 60, LeastTtl = 1, MostTtl = 24 * 3600;

    /// <summary>The list, or why it is refused. <paramref name="now"/> is the moment of its receipt.</summary>
    public static TokenVerification.Refused? Read(string jwt, string uri, JsonWebKeySet keys, Expected expected, DateTimeOffset now, out StatusList? list, out bool keyUnknown)
    {
        list = null;

        // 1. Typ, signature, algorithm, iss and iat.
        if (SignedClaims.Read(jwt, Typ, keys, expected, out var signed, out keyUnknown) is { } refused) return refused;

        // 2. sub is the address that the token names: no list of the same issuer stands in for another (§8.3 step 4a).
        if (signed.TextOrNull("sub") != uri) return Refuse(VerifierRefusal.StatusListUntrusted, "sub is another list's");

        // 3. Not past exp (§8.3 step 4c). A list without one lives for a ttl of its own: there is no word to trust longer.
        if (!TryReadTtl(signed.Claims, out var ttl)) return Refuse(VerifierRefusal.StatusListMalformed, "ttl is no time");
        var expiresAt = signed.Claims.TryGetProperty("exp", out _) ? signed.DateOrNull("exp") : signed.IssuedAt + ttl;
        if (expiresAt is null) return Refuse(VerifierRefusal.StatusListMalformed, "exp is no date");
        if (now >= expiresAt) return Refuse(VerifierRefusal.StatusListExpired, "exp is past");

        // 4. From an issuer whose clock is ours, within the skew (RFC 7519 §4.1.6).
        if (signed.IssuedAt > now + expected.Options.ClockSkew) return Refuse(VerifierRefusal.StatusListUntrusted, "iat lies ahead");

        // 5. The bits (§4.2).
        if (ReadStatuses(signed.Claims, out var statuses) is { } fault) return Refuse(fault, "status_list");
        var version = signed.Claims.TryGetProperty("ver", out _) ? signed.CountOrNull("ver") : 0;
        if (version is null) return Refuse(VerifierRefusal.StatusListMalformed, "ver is no version");
        list = new StatusList
        {
            Uri = uri,
            Statuses = statuses!,
            Version = version.Value,
            IssuedAt = signed.IssuedAt,
            ExpiresAt = expiresAt.Value,
            Ttl = ttl,
            ConfirmedAt = signed.IssuedAt < now ? signed.IssuedAt : now,
            ReceivedAt = now,
            Signers = [signed.Kid],
        };
        return null;
    }

    private static bool TryReadTtl(JsonElement claims, out TimeSpan ttl)
    {
        var seconds = UnsaidTtl;
        var isTime = !claims.TryGetProperty("ttl", out var member) || (member.ValueKind is JsonValueKind.Number && member.TryGetDouble(out seconds) && seconds > 0);
        ttl = TimeSpan.FromSeconds(isTime ? Math.Clamp(seconds, LeastTtl, MostTtl) : UnsaidTtl);
        return isTime;
    }

    private static VerifierRefusal? ReadStatuses(JsonElement claims, out StatusBits? statuses)
    {
        statuses = null;
        if (!claims.TryGetProperty("status_list", out var list) || list.ValueKind is not JsonValueKind.Object) return VerifierRefusal.StatusListMalformed;
        if (SignedClaims.CountOrNull(list, "bits") is not { } bits || bits > 8) return VerifierRefusal.StatusListMalformed;
        if (SignedClaims.TextOrNull(list, "lst") is not { } text || CanonicalBase64Url.DecodeOrNull(text) is not { } compressed) return VerifierRefusal.StatusListMalformed;
        return StatusBits.Read(compressed, (int)bits, out statuses);
    }

    private static TokenVerification.Refused Refuse(VerifierRefusal reason, string detail) => new(reason, $"{Typ}: {detail}");
}
