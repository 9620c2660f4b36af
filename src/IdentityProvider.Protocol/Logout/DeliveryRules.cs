namespace IdentityProvider.Protocol.Logout;

/// <summary>What counts as delivered, and when a delivery that failed is tried again.</summary>
public static class DeliveryRules
{
    /// <summary>The wait after the first failure; it doubles with each.</summary>
    public static TimeSpan ShortestWait { get; } = TimeSpan.FromSeconds(5);

    public static TimeSpan LongestWait { get; } = TimeSpan.FromMinutes(30);

    /// <summary>Whether this status says that the client did what it was told: 200, or the 204 of some frameworks (Back-Channel Logout §2.8).</summary>
    public static bool IsDelivered(int status) => status is 200 or 204;

    /// <summary>When to try again; null where that is too late and it is given up.</summary>
    /// <param name="attempts">How many were made.</param>
    /// <param name="expiresAt">When it is given up.</param>
    /// <param name="jitter">From 0 up to 1, random: half of the wait is left to it, so that what failed together doesn't come back together.</param>
    /// <param name="now">The time.</param>
    public static DateTimeOffset? NextAttempt(int attempts, DateTimeOffset expiresAt, double jitter, DateTimeOffset now)
    {
        var doublings = Math.Clamp(attempts - 1, 0, 20);
        var wait = TimeSpan.FromTicks(Math.Min(LongestWait.Ticks, ShortestWait.Ticks << doublings));
        var next = now + (wait * (0.5 + (jitter / 2)));
        return next < expiresAt ? next : null;
    }
}
