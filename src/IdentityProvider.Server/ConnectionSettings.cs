namespace IdentityProvider.Server;

/// <summary>How long one connection may take, and how many there may be. The usual values suit a server behind a proxy and one without.</summary>
public sealed record ConnectionSettings
{
    /// <summary>Who sends or takes less is cut off; in bytes in a second, over what <see cref="BodyGrace"/> is.</summary>
    internal const double SlowestBody = 240;

    /// <summary>How many at once; more are closed at once. Those who listen to <c>/status/events</c> hold one each.</summary>
    public long Most { get; init; } = 40_000;

    /// <summary>From the first byte of a request to the end of its headers.</summary>
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an open connection may ask for nothing: longer than a proxy keeps its own, or the proxy meets one that is just being closed.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>How long a body may hang before its pace counts.</summary>
    public TimeSpan BodyGrace { get; init; } = TimeSpan.FromSeconds(5);

    internal IEnumerable<string> Mistakes()
    {
        if (Most < 100)
            yield return "Idp:Connections:Most must be 100 or more.";
        if (HeadersTimeout < TimeSpan.FromSeconds(1) || IdleTimeout < TimeSpan.FromSeconds(1))
            yield return "Idp:Connections:HeadersTimeout and Idp:Connections:IdleTimeout must be a second or more.";
        if (BodyGrace < TimeSpan.FromSeconds(2))
            yield return "Idp:Connections:BodyGrace must be 2 seconds or more.";
    }
}
