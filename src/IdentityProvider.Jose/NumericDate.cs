using System.Text.Json;

namespace IdentityProvider.Jose;

/// <summary>Seconds since 1970-01-01T00:00:00Z as a JSON number, of whatever size, with or without a fraction (RFC 7519 §2).</summary>
public static class NumericDate
{
    /// <summary>The whole seconds of a moment, for <c>iat</c>, <c>exp</c> and their kind.</summary>
    public static long From(DateTimeOffset moment) => moment.ToUnixTimeSeconds();

    /// <summary>
    /// Reads a claim as seconds; false when it is no finite number. A double is exact to far more than a second's part for any date
    /// that a person will see, and compares sensibly for the others: a DateTimeOffset would throw on them.
    /// </summary>
    internal static bool TryRead(JsonElement claim, out double seconds)
    {
        seconds = 0;
        return claim.ValueKind is JsonValueKind.Number && claim.TryGetDouble(out seconds) && double.IsFinite(seconds);
    }

    internal static double Seconds(DateTimeOffset moment) => (moment - DateTimeOffset.UnixEpoch).TotalSeconds;
}
