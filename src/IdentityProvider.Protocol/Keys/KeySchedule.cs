namespace IdentityProvider.Protocol.Keys;

/// <summary>
/// How long a key is announced, signs and stays published, chosen so that no verifier that keeps the JWKS for its whole
/// <see cref="JwksMaxAge"/> ever meets a token whose key it lacks, while clocks differ by up to <see cref="ClockSkew"/> and a node may have
/// read nothing for a while.
/// </summary>
public sealed class KeySchedule
{
    /// <summary>
    /// A node that can't read the rows signs for so long beyond the announce lead, and then no more. A retired key stays published that
    /// much longer, so that what such a node signs with it verifies.
    /// </summary>
    private static readonly TimeSpan Unattended = TimeSpan.FromMinutes(5);

    /// <summary>Reading a change takes a node a moment: <see cref="MaxSilence"/> can't be less.</summary>
    private static readonly TimeSpan ShortestSilence = TimeSpan.FromSeconds(2);

    /// <summary>Validates a schedule.</summary>
    /// <param name="rotationInterval">How long a key signs.</param>
    /// <param name="announceLead">How long it is published before.</param>
    /// <param name="jwksMaxAge">How long a verifier may keep the JWKS.</param>
    /// <param name="clockSkew">How far apart two clocks may be.</param>
    /// <param name="longestTokenLife">Nothing that is signed lives longer.</param>
    /// <param name="longestHint">How long an ID token is worth something as a hint (<c>id_token_hint</c>) after it expired.</param>
    /// <exception cref="ArgumentException">A verifier could refuse a good token under this schedule; the message says which rule it breaks.</exception>
    public KeySchedule(
        TimeSpan rotationInterval, TimeSpan announceLead, TimeSpan jwksMaxAge, TimeSpan clockSkew, TimeSpan longestTokenLife, TimeSpan longestHint)
    {
        // 1. Nothing runs backwards.
        if (jwksMaxAge < TimeSpan.Zero || clockSkew < TimeSpan.Zero || longestTokenLife <= TimeSpan.Zero || longestHint < TimeSpan.Zero)
            throw new ArgumentException("A span of a key schedule is negative.");

        // 2. Every cache has let go of the JWKS without the new key when the fastest clock first signs with it.
        if (announceLead < jwksMaxAge + clockSkew + ShortestSilence)
            throw new ArgumentException($"The announce lead ({announceLead}) must be at least the JWKS's cache life ({jwksMaxAge}), the clock skew ({clockSkew}) and {ShortestSilence}.");

        // 3. A successor is made while its predecessor signs.
        if (rotationInterval <= announceLead)
            throw new ArgumentException($"The rotation interval ({rotationInterval}) must be longer than the announce lead ({announceLead}).");

        RotationInterval = rotationInterval;
        AnnounceLead = announceLead;
        JwksMaxAge = jwksMaxAge;
        ClockSkew = clockSkew;

        // 4. The last token of the slowest clock outlives no publication by the fastest, at a verifier that allows the skew once more.
        // A hint is worth less than a short JWKS: no more than about one retired key stays for its sake.
        var shortest = longestTokenLife + (2 * clockSkew) + Unattended;
        var hints = longestHint < rotationInterval ? longestHint : rotationInterval;
        Retirement = hints > shortest ? hints : shortest;
    }

    public TimeSpan RotationInterval { get; }

    public TimeSpan AnnounceLead { get; }

    /// <summary>The JWKS's <c>Cache-Control: max-age</c>.</summary>
    public TimeSpan JwksMaxAge { get; }

    public TimeSpan ClockSkew { get; }

    /// <summary>How long a key is published after it last signed.</summary>
    public TimeSpan Retirement { get; }

    /// <summary>The successor is made so much before its lead begins, so that a slow tick or a short outage doesn't move the switch.</summary>
    public TimeSpan HeadStart => AnnounceLead / 4;

    /// <summary>
    /// How long after its last reading of the rows a node may hand out its JWKS: a key that it doesn't know yet begins to sign no sooner
    /// than the lead after that reading, and by then the caches that it filled are empty again.
    /// </summary>
    public TimeSpan MaxSilence => AnnounceLead - JwksMaxAge - ClockSkew;

    /// <summary>How long after its last reading of the rows a node may sign: what it then signs with a retired key still verifies.</summary>
    public TimeSpan MaxSigningSilence => AnnounceLead + Unattended;
}
