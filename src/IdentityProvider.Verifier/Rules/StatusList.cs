namespace IdentityProvider.Verifier.Rules;

/// <summary>A status list that we hold, and how far it may be trusted.</summary>
internal sealed record StatusList
{
    public required string Uri { get; init; }

    public required StatusBits Statuses { get; init; }

    /// <summary>The list's version, ours; 0 for a list that says none.</summary>
    public required long Version { get; init; }

    /// <summary>The highest version of which the event stream told.</summary>
    public long KnownVersion { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required TimeSpan Ttl { get; init; }

    /// <summary>The issuer's word, list or heartbeat, that last confirmed it: never later than its receipt.</summary>
    public required DateTimeOffset ConfirmedAt { get; init; }

    /// <summary>When that word arrived, by our clock.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The keys that signed what it says: the list's own and those of the events that changed it.</summary>
    public required IReadOnlyList<string> Signers { get; init; }

    /// <summary>An event was missed.</summary>
    public bool IsBehind => KnownVersion > Version;

    public Freshness At(DateTimeOffset now, VerifierOptions options)
    {
        // 1. Never past the exp that its issuer gave it, nor past the bound of the options.
        if (now >= ExpiresAt || now >= ConfirmedAt + options.StatusLastKnownGood) return Freshness.Gone;

        // 2. A change that we know we lack is worth waiting for.
        if (IsBehind) return Freshness.Overdue;

        // 3. Fresh for its ttl from the issuer's last word, and for a sixth of it from the receipt where our clock is ahead.
        if (now >= Later(ConfirmedAt + Ttl, ReceivedAt + Ttl / 6)) return Freshness.Overdue;

        // 4. The last third of that time, and of its life, is for fetching the next.
        return now >= Later(ConfirmedAt + Ttl * 2 / 3, ReceivedAt + Ttl / 9) || now >= ExpiresAt - (ExpiresAt - IssuedAt) / 3 ? Freshness.Stale : Freshness.Fresh;
    }

    /// <summary>Confirmed by a heartbeat that names the version held (an older one changes nothing).</summary>
    public StatusList ConfirmedBy(DateTimeOffset issuedAt, DateTimeOffset now)
    {
        var confirmed = issuedAt < now ? issuedAt : now;
        return confirmed <= ConfirmedAt ? this : this with { ConfirmedAt = confirmed, ReceivedAt = now };
    }

    /// <summary>Told by the stream that this version exists.</summary>
    public StatusList Knowing(long version) => version > KnownVersion ? this with { KnownVersion = version } : this;

    /// <summary>Which of two to keep: the higher version, or the later word on the same; the one just got if the other is beyond its bound.</summary>
    public static StatusList Newer(StatusList? held, StatusList got, DateTimeOffset now, VerifierOptions options)
    {
        if (held is null || held.At(now, options) is Freshness.Gone) return got;
        if (got.Version != held.Version) return got.Version > held.Version ? got.Knowing(held.KnownVersion) : held;
        if (got.IssuedAt < held.IssuedAt) return held;
        return held.ConfirmedAt > got.ConfirmedAt ? got with { ConfirmedAt = held.ConfirmedAt, ReceivedAt = held.ReceivedAt } : got;
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
