using System.Globalization;

namespace IdentityProvider.Server.Admin;

/// <summary>A moment as every face of administration writes it: UTC, to the second (RFC 3339).</summary>
internal static class Moments
{
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    public static string? TextOrNull(DateTimeOffset? time) => time is { } at ? Text(at) : null;
}
