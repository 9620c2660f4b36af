namespace IdentityProvider.Protocol.SignIn;

/// <summary>How many wrong passwords or second factors are forgiven, and how long the next one then waits.</summary>
/// <param name="Free">So many at once wait for nothing.</param>
/// <param name="FirstDelay">Then so long, and twice as long after each further one.</param>
/// <param name="LongestDelay">But never longer.</param>
/// <param name="ForgetsOneEvery">So often one is forgotten.</param>
public sealed record AttemptLimit(int Free, TimeSpan FirstDelay, TimeSpan LongestDelay, TimeSpan ForgetsOneEvery)
{
    /// <summary>
    /// Of one account, or of a person in a browser that they signed in with before: at most five at once and then some thirty a day, far from the
    /// hundred in a row that NIST SP 800-63B-4 §3.2.2 allows.
    /// </summary>
    public static AttemptLimit OfAccount { get; } = new(5, TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), TimeSpan.FromHours(3));

    /// <summary>Of all strangers at one address, behind which a whole office may sit: never closed for long.</summary>
    public static AttemptLimit OfAddress { get; } = new(50, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(30));

    /// <summary>
    /// Of an account's second factor, or of it in a browser that its person signed in with before: six digits are soon guessed otherwise (RFC 4226
    /// §7.3). Only who proved the first factor gets here. With three codes good at a time, one try a day is right once in nine hundred years; so
    /// seldom is one forgotten that this stays so.
    /// </summary>
    public static AttemptLimit OfSecondFactor { get; } = new(5, TimeSpan.FromMinutes(1), TimeSpan.FromDays(1), TimeSpan.FromDays(30));

    /// <summary>Counting stops where the delay does, so that nothing takes for ever to be forgotten.</summary>
    public int Most => Free + (int)Math.Ceiling(Math.Log2(LongestDelay / FirstDelay));
}

/// <summary>The attempts that are remembered.</summary>
/// <param name="Count">How many.</param>
/// <param name="CountedAt">From when on they are forgotten one by one.</param>
/// <param name="NextAt">Before when none is made; null where none waits.</param>
public sealed record AttemptCount(int Count, DateTimeOffset CountedAt, DateTimeOffset? NextAt);

/// <summary>
/// The brake on guessing passwords and second factors. An attempt is taken, and counts as wrong, before its outcome is known, so that of attempts
/// that race none goes uncounted; a right one takes it back.
/// </summary>
public static class AttemptRules
{
    /// <summary>With one more; null where none may be made yet.</summary>
    public static AttemptCount? Take(AttemptCount? standing, AttemptLimit limit, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(limit);

        // 1. Nothing is tried while the last one is waited out, nor does it count: whoever hammers makes nobody wait longer.
        if (standing?.NextAt > now)
            return null;

        // 2. What time has forgotten is forgotten, and one more counts.
        var (count, since) = Remembered(standing, limit, now);
        count = Math.Min(count + 1, limit.Most);
        return new AttemptCount(count, since, count < limit.Free ? null : now + DelayOf(count, limit));
    }

    /// <summary>With the one that was right taken back; a delay stands where others were wrong often enough.</summary>
    public static AttemptCount GiveBack(AttemptCount standing, AttemptLimit limit)
    {
        ArgumentNullException.ThrowIfNull(standing);
        ArgumentNullException.ThrowIfNull(limit);
        var count = Math.Max(0, standing.Count - 1);
        return standing with { Count = count, NextAt = count < limit.Free ? null : standing.NextAt };
    }

    /// <summary>When nothing of it is remembered.</summary>
    public static DateTimeOffset EndOf(AttemptCount count, AttemptLimit limit)
    {
        ArgumentNullException.ThrowIfNull(count);
        ArgumentNullException.ThrowIfNull(limit);
        return count.CountedAt + (count.Count * limit.ForgetsOneEvery);
    }

    private static (int Count, DateTimeOffset Since) Remembered(AttemptCount? standing, AttemptLimit limit, DateTimeOffset now)
    {
        if (standing is null)
            return (0, now);
        var forgotten = Math.Max(0, (now - standing.CountedAt).Ticks / limit.ForgetsOneEvery.Ticks);
        return forgotten >= standing.Count ? (0, now) : (standing.Count - (int)forgotten, standing.CountedAt + (forgotten * limit.ForgetsOneEvery));
    }

    private static TimeSpan DelayOf(int count, AttemptLimit limit)
    {
        var delay = limit.FirstDelay * Math.Pow(2, count - limit.Free);
        return delay < limit.LongestDelay ? delay : limit.LongestDelay;
    }
}
