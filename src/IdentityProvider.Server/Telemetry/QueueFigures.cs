using System.Threading.RateLimiting;

namespace IdentityProvider.Server.Telemetry;

/// <summary>A bounded queue at one moment.</summary>
/// <param name="Running">Who is served.</param>
/// <param name="Waiting">Who waits.</param>
/// <param name="Limit">How many may be served at once.</param>
internal sealed record QueueFigures(long Running, long Waiting, int Limit)
{
    public static QueueFigures Of(ConcurrencyLimiter limiter, int limit) =>
        limiter.GetStatistics() is { } now ? new(limit - now.CurrentAvailablePermits, now.CurrentQueuedCount, limit) : new(0, 0, limit);
}
