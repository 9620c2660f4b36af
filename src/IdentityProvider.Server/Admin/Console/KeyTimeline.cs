using IdentityProvider.Protocol.Keys;
using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>The lives of the signing keys beside each other: what is drawn, in thousandths of the span of time that is shown.</summary>
/// <param name="From">Where the picture begins.</param>
/// <param name="To">Where it ends.</param>
/// <param name="Now">Where the present is.</param>
/// <param name="Rings">By algorithm.</param>
public sealed record KeyTimeline(DateTimeOffset From, DateTimeOffset To, double Now, IReadOnlyList<KeyTimeline.RingLines> Rings)
{
    private const double Width = 1000;

    /// <summary>How long a key that was revoked is still shown.</summary>
    private static readonly TimeSpan RevokedFor = TimeSpan.FromDays(7);

    /// <summary>Draws them.</summary>
    /// <param name="keys">All keys, as they are listed.</param>
    /// <param name="announceLead">How long before it signs the next key of a ring is announced.</param>
    /// <param name="now">The moment.</param>
    public static KeyTimeline Of(IReadOnlyList<KeyListing> keys, TimeSpan announceLead, DateTimeOffset now)
    {
        var shown = keys.Where(key => key.RevokedAt is { } at ? now - at < RevokedFor : key.State is not KeyState.Gone).ToList();
        var from = shown.Select(key => key.AnnouncedAt).Append(now - TimeSpan.FromHours(1)).Min();
        var to = shown.Select(EndOf).Append(now + TimeSpan.FromHours(1)).Max();
        double At(DateTimeOffset moment) => Math.Round(Math.Clamp((moment - from) / (to - from), 0, 1) * Width, 1);
        var rings = shown.GroupBy(key => key.Algorithm, StringComparer.Ordinal).Select(ring => new RingLines(
            ring.Key,
            [.. ring.OrderByDescending(key => key.Generation).Select(key => new KeyLine(key, [.. SpansOf(key, At)]))],
            NextOf([.. ring], announceLead)));
        return new KeyTimeline(from, to, At(now), [.. rings]);
    }

    private static DateTimeOffset EndOf(KeyListing key) => key.RevokedAt ?? key.GoneAt;

    private static IEnumerable<Span> SpansOf(KeyListing key, Func<DateTimeOffset, double> at)
    {
        var end = EndOf(key);
        foreach (var (state, from, to) in new[]
        {
            ("announced", key.AnnouncedAt, key.ActiveAt),
            ("active", key.ActiveAt, key.RetiredAt),
            ("retired", key.RetiredAt, key.GoneAt),
        })
        {
            var (begin, stop) = (at(from), at(to < end ? to : end));
            if (from < end && stop > begin)
                yield return new Span(state, begin, stop - begin);
        }
    }

    private static Rotation? NextOf(IReadOnlyList<KeyListing> ring, TimeSpan announceLead)
    {
        if (ring.Where(key => key.State == KeyState.Announced).MinBy(key => key.ActiveAt) is { } announced)
            return new Rotation(announced.ActiveAt, announced.Kid, announced.AnnouncedAt);
        return ring.FirstOrDefault(key => key.State == KeyState.Active) is { } active ? new Rotation(active.RetiredAt, null, active.RetiredAt - announceLead) : null;
    }

    /// <summary>The keys of one algorithm.</summary>
    /// <param name="Algorithm">Its name.</param>
    /// <param name="Lines">The newest key first.</param>
    /// <param name="Next">When the next takes over; null where nothing signs.</param>
    public sealed record RingLines(string Algorithm, IReadOnlyList<KeyLine> Lines, Rotation? Next);

    /// <summary>One key.</summary>
    public sealed record KeyLine(KeyListing Key, IReadOnlyList<Span> Spans);

    /// <summary>A part of a key's life.</summary>
    /// <param name="State"><c>announced</c>, <c>active</c> or <c>retired</c>.</param>
    /// <param name="X">Where it begins.</param>
    /// <param name="Width">How long it is.</param>
    public sealed record Span(string State, double X, double Width);

    /// <summary>A change of the key that signs.</summary>
    /// <param name="At">When.</param>
    /// <param name="Kid">The key that takes over; null where it isn't made yet.</param>
    /// <param name="AnnouncedAt">When it was, or will be, announced.</param>
    public sealed record Rotation(DateTimeOffset At, string? Kid, DateTimeOffset AnnouncedAt);
}
