namespace IdentityProvider.Server;

/// <summary>How this node leaves when it is told to stop (SIGTERM, Ctrl-C).</summary>
public sealed record ShutdownSettings
{
    internal static TimeSpan UsualNotice { get; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// For how long it says that it isn't ready and serves all the same, so that whoever sends it requests can learn of it; null is 5 seconds, and none in
    /// Development. A little more than a load balancer takes to notice.
    /// </summary>
    public TimeSpan? Notice { get; init; }

    /// <summary>What requests that are under way may still take after that; what then isn't done is cut off.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(20);

    internal IEnumerable<string> Mistakes()
    {
        if (Notice < TimeSpan.Zero || Notice > TimeSpan.FromMinutes(10))
            yield return "Idp:Shutdown:Notice must be from 0 to 10 minutes.";
        if (Grace < TimeSpan.Zero || Grace > TimeSpan.FromMinutes(10))
            yield return "Idp:Shutdown:Grace must be from 0 to 10 minutes.";
    }
}
