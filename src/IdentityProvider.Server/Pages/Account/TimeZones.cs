using System.Collections.Frozen;

namespace IdentityProvider.Server.Pages.Account;

/// <summary>The time zones that this system knows, by their names in the tz database.</summary>
internal static class TimeZones
{
    /// <summary>All, each with its area: Europe/Paris is in Europe.</summary>
    public static IReadOnlyList<(string Area, IReadOnlyList<string> Names)> ByArea { get; } =
    [
        .. TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id).Where(name => name.Contains('/', StringComparison.Ordinal)).Append("Etc/UTC")
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .GroupBy(name => name.Split('/')[0], StringComparer.Ordinal)
            .Select(area => (area.Key, (IReadOnlyList<string>)[.. area])),
    ];

    public static FrozenSet<string> Names { get; } = ByArea.SelectMany(area => area.Names).ToFrozenSet(StringComparer.Ordinal);
}
