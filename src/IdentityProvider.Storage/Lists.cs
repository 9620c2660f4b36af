using System.Globalization;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Status;

namespace IdentityProvider.Storage;

/// <summary>
/// Scopes, resource indicators and authentication methods have no space in them (RFC 6749 §3.3, RFC 3986, RFC 8176), so one separates them.
/// </summary>
internal static class Lists
{
    /// <summary>Behind every text that begins so, in byte order: two bounds use an index whatever the plan, where LIKE would not always.</summary>
    public static string EndOf(string beginning) => beginning + '\uFFFF';

    public static string Join(IReadOnlyList<string> items) => string.Join(' ', items);

    public static IReadOnlyList<string> Split(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public static ScopeSet Scopes(string text) => ScopeSet.Of(Split(text));

    /// <summary>Each status as <c>list.index.seconds</c>.</summary>
    public static string Join(IEnumerable<LiveStatus> statuses) => string.Join(' ', statuses.Select(Text));

    public static IReadOnlyList<LiveStatus> Statuses(string text) => text.Length == 0 ? [] : [.. Split(text).Select(Status)];

    private static string Text(LiveStatus status) => string.Create(
        CultureInfo.InvariantCulture,
        $"{status.Reference.List}.{status.Reference.Index}.{(status.ExpiresAt.UtcTicks + TimeSpan.TicksPerSecond - 1 - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerSecond}");

    private static LiveStatus Status(string text)
    {
        var parts = text.Split('.');
        return new LiveStatus(
            new StatusReference(int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture)),
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[2], CultureInfo.InvariantCulture)));
    }
}
