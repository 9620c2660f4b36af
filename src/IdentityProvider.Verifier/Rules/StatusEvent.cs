using System.Text.Json;
using IdentityProvider.Jose;

namespace IdentityProvider.Verifier.Rules;

/// <summary>A change of one list, pushed: from one version to another.</summary>
internal sealed record StatusEvent(string Uri, long Previous, long Version, IReadOnlyList<StatusRange> Changes, string Kid)
{
    public const string Typ = "statusevent+jwt";

    public static TokenVerification.Refused? Read(string jwt, JsonWebKeySet keys, Expected expected, out StatusEvent? change, out bool keyUnknown)
    {
        change = null;

        // 1. Typ, signature, algorithm, iss and iat.
        if (SignedClaims.Read(jwt, Typ, keys, expected, out var signed, out keyUnknown) is { } refused) return refused;

        // 2. One of the issuer's lists, a step forward, and ranges of numbers.
        if (signed.TextOrNull("sub") is not { } uri || !expected.IsListUri(uri)) return Malformed("sub is not one of the issuer's lists");
        if (signed.CountOrNull("prev") is not { } previous || signed.CountOrNull("ver") is not { } version || version <= previous) return Malformed("prev and ver are no step");
        if (!TryReadChanges(signed.Claims, out var changes)) return Malformed("changes are no ranges");
        change = new(uri, previous, version, changes, signed.Kid);
        return null;
    }

    /// <summary>
    /// The list after this event. An old event changes nothing, so a replay is harmless; one that follows on a change that we missed, or that
    /// does not fit the list, only tells that there is a newer one: the list is then behind, and fetched.
    /// </summary>
    public StatusList ApplyTo(StatusList held)
    {
        // 1. Known already: a replay, or one that a fetch overtook.
        if (Version <= held.Version) return held;

        // 2. A gap.
        if (Previous > held.Version) return held.Knowing(Version);

        // 3. The next step, or one that overlaps what is held.
        if (!held.Statuses.TrySet(Changes, out var statuses)) return held.Knowing(Version);
        return held with { Statuses = statuses, Version = Version, Signers = held.Signers.Contains(Kid) ? held.Signers : [.. held.Signers, Kid] };
    }

    private static bool TryReadChanges(JsonElement claims, out List<StatusRange> changes)
    {
        changes = [];
        if (!claims.TryGetProperty("changes", out var ranges) || ranges.ValueKind is not JsonValueKind.Array) return false;
        foreach (var range in ranges.EnumerateArray())
        {
            if (range.ValueKind is not JsonValueKind.Array || range.GetArrayLength() != 3) return false;
            if (SignedClaims.CountOrNull(range[0]) is not { } first || SignedClaims.CountOrNull(range[1]) is not { } count || SignedClaims.CountOrNull(range[2]) is not { } value || value > 255)
                return false;
            changes.Add(new(first, count, (int)value));
        }
        return true;
    }

    private static TokenVerification.Refused Malformed(string detail) => new(VerifierRefusal.StatusListMalformed, $"{Typ}: {detail}");
}
