namespace IdentityProvider.Protocol.Keys;

/// <summary>A key that is to be made: its place in the ring and its moments, all but the key itself.</summary>
public sealed class NextKey
{
    private NextKey(Ring ring, KeySchedule schedule, DateTimeOffset announcedAt, DateTimeOffset activeAt)
    {
        Generation = ring.NextGeneration;
        AnnouncedAt = announcedAt;
        ActiveAt = activeAt;
        RetiredAt = activeAt + schedule.RotationInterval;
        GoneAt = RetiredAt + schedule.Retirement;
    }

    public int Generation { get; }

    public DateTimeOffset AnnouncedAt { get; }

    public DateTimeOffset ActiveAt { get; }

    public DateTimeOffset RetiredAt { get; }

    public DateTimeOffset GoneAt { get; }

    /// <summary>Whether the ring needs a key now, and which; null when it needs none. Every node asks; the unique generation lets one of them win.</summary>
    public static NextKey? Decide(Ring ring, KeySchedule schedule, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ring);
        ArgumentNullException.ThrowIfNull(schedule);

        // 1. A ring in which nothing can sign gets a key that signs at once.
        if (ring.Signer(now) is not { } signer)
            return AtOnce(ring, schedule, now);

        // 2. One successor at a time.
        if (Announced(ring, schedule, now) is not null)
            return null;

        // 3. It is due when the row says, or sooner if the operator has shortened the interval since.
        var due = Due(signer, schedule);
        if (now < due - schedule.AnnounceLead - schedule.HeadStart)
            return null;

        // 4. It signs from the moment that its predecessor planned, or when it is late, after the whole lead: the old key signs until then.
        return new NextKey(ring, schedule, Whole(now), Later(due, WholeAfter(now) + schedule.AnnounceLead));
    }

    /// <summary>
    /// For how long the ring has lacked the next key, beyond the head start that an outage may take; zero where it is there or isn't due. A ring in which
    /// nothing signs is late by a whole lead.
    /// </summary>
    public static TimeSpan Overdue(Ring ring, KeySchedule schedule, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ring);
        ArgumentNullException.ThrowIfNull(schedule);
        if (ring.Signer(now) is not { } signer)
            return schedule.AnnounceLead;
        var late = now - (Due(signer, schedule) - schedule.AnnounceLead);
        return late <= TimeSpan.Zero || Announced(ring, schedule, now) is not null ? TimeSpan.Zero : late;
    }

    /// <summary>A successor ahead of its time, as an operator asks for it; null when one is announced already.</summary>
    public static NextKey? Early(Ring ring, KeySchedule schedule, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ring);
        ArgumentNullException.ThrowIfNull(schedule);
        if (ring.Signer(now) is not { } signer)
            return AtOnce(ring, schedule, now);
        return Announced(ring, schedule, now) is null
            ? new NextKey(ring, schedule, Whole(now), Later(signer.ActiveAt, WholeAfter(now) + schedule.AnnounceLead))
            : null;
    }

    /// <summary>A key that signs at once: the first of a ring, and the operator's emergency. Caches don't have it yet.</summary>
    public static NextKey AtOnce(Ring ring, KeySchedule schedule, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ring);
        ArgumentNullException.ThrowIfNull(schedule);

        // Not before the key that signs, which a clock a little ahead of ours may have made: it would take over again.
        var signer = ring.Signer(now);
        var activeAt = signer is not null && signer.ActiveAt <= now + schedule.ClockSkew ? Later(Whole(now), signer.ActiveAt) : Whole(now);
        return new NextKey(ring, schedule, Whole(now), activeAt);
    }

    /// <summary>The key that will take over next. One that a broken clock dated far ahead is none: rotation would wait for it.</summary>
    public static KeyLifetime? Announced(Ring ring, KeySchedule schedule, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ring);
        ArgumentNullException.ThrowIfNull(schedule);
        var latest = now + (2 * schedule.AnnounceLead) + schedule.ClockSkew;
        return ring.Keys.FirstOrDefault(key => key.ActiveAt > now && key.ActiveAt <= latest && ring.StateOf(key, now) is KeyState.Announced);
    }

    private static DateTimeOffset Due(KeyLifetime signer, KeySchedule schedule) => Earlier(signer.RetiredAt, signer.ActiveAt + schedule.RotationInterval);

    // Whole seconds: a database that keeps fewer digits than we do must not move a moment.
    private static DateTimeOffset Whole(DateTimeOffset moment) => new(moment.UtcTicks - (moment.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);

    private static DateTimeOffset WholeAfter(DateTimeOffset moment) => Whole(moment.AddTicks(TimeSpan.TicksPerSecond - 1));

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
