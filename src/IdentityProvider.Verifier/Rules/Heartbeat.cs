using System.Text.Json;
using IdentityProvider.Jose;

namespace IdentityProvider.Verifier.Rules;

/// <summary>The issuer's word on where everything stands: the version of each live list, and the hash of its key set.</summary>
internal sealed record Heartbeat(DateTimeOffset IssuedAt, IReadOnlyDictionary<string, long> Lists, string JwksHash)
{
    public const string Typ = "statusheartbeat+jwt";

    public static TokenVerification.Refused? Read(string jwt, JsonWebKeySet keys, Expected expected, out Heartbeat? heartbeat, out bool keyUnknown)
    {
        heartbeat = null;
        if (SignedClaims.Read(jwt, Typ, keys, expected, out var signed, out keyUnknown) is { } refused) return refused;
        if (signed.TextOrNull("jwks") is not { Length: > 0 } hash) return Malformed("jwks is no hash");
        if (!signed.Claims.TryGetProperty("lists", out var members) || members.ValueKind is not JsonValueKind.Object) return Malformed("lists is no object");
        Dictionary<string, long> lists = new(StringComparer.Ordinal);
        foreach (var member in members.EnumerateObject())
        {
            if (!expected.IsListUri(member.Name) || SignedClaims.CountOrNull(member.Value) is not { } version) return Malformed("lists names no versions");
            lists.Add(member.Name, version);
        }
        heartbeat = new(signed.IssuedAt, lists, hash);
        return null;
    }

    /// <summary>The list after this heartbeat: confirmed, told that it is behind, or as it was.</summary>
    public StatusList ApplyTo(StatusList held, DateTimeOffset now)
    {
        if (!Lists.TryGetValue(held.Uri, out var version)) return held;
        if (version > held.Version) return held.Knowing(version);
        return version == held.Version ? held.ConfirmedBy(IssuedAt, now) : held;
    }

    private static TokenVerification.Refused Malformed(string detail) => new(VerifierRefusal.StatusListMalformed, $"{Typ}: {detail}");
}
