using System.Globalization;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>A search of the audit as somebody wrote it, the same at every face.</summary>
internal static class AuditSearches
{
    /// <summary>Reads it; the fault is at the filter that is wrong.</summary>
    /// <param name="written">What is written at a filter; null where nothing is.</param>
    public static Operated<AuditSearch> Read(Func<string, string?> written)
    {
        var actions = written("action")?.Split(',');
        if (actions?.Any(action => !AuditActions.Names.Contains(action, StringComparer.Ordinal)) == true)
            return Fault.Refused("action", "is none that the audit tells of");
        var area = written("area");
        if (area is not null && !AuditActions.Areas.Contains(area, StringComparer.Ordinal))
            return Fault.Refused("area", $"must be one of {string.Join(", ", AuditActions.Areas)}");
        if (!TryMoment(written("from"), out var from))
            return Fault.Refused("from", "must be a moment such as 2026-01-31T12:00:00Z");
        if (!TryMoment(written("to"), out var to))
            return Fault.Refused("to", "must be a moment such as 2026-01-31T12:00:00Z");
        return new AuditSearch
        {
            Actions = actions is null ? area is null ? null : AuditActions.NamesOf(area) : [.. actions.Where(action => area is null || AuditActions.NamesOf(area).Contains(action, StringComparer.Ordinal))],
            Actor = written("actor"),
            Target = written("target"),
            From = from,
            To = to,
        };
    }

    /// <summary>Where a line stands, for a cursor.</summary>
    public static string PlaceOf(AuditEvent entry) => string.Create(CultureInfo.InvariantCulture, $"{entry.At.UtcTicks} {entry.EventId:N}");

    /// <summary>The place that a cursor holds. It is opaque, and no secret: one that somebody made up leads to nothing that they may not read.</summary>
    public static AuditPlace? PlaceOf(string? place) =>
        place?.Split(' ') is [var ticks, var id] && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at <= DateTimeOffset.MaxValue.UtcTicks
        && Guid.TryParse(id, out var eventId)
            ? new AuditPlace(new DateTimeOffset(at, TimeSpan.Zero), eventId)
            : null;

    private static bool TryMoment(string? text, out DateTimeOffset? moment)
    {
        var isMoment = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var read);
        moment = isMoment ? read : null;
        return isMoment || text is null;
    }
}
