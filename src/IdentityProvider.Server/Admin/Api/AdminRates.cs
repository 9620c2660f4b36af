using System.Globalization;
using System.Threading.RateLimiting;

namespace IdentityProvider.Server.Admin.Api;

/// <summary>How often one client, or one person by it, may ask: a token bucket each, in this node's memory. A mistake in a script must not starve sign-ins.</summary>
internal sealed class AdminRates(Settings settings) : IDisposable
{
    /// <summary>Requests at once.</summary>
    public const int Burst = 200;

    /// <summary>What comes back.</summary>
    public const int PerSecond = 20;

    private readonly PartitionedRateLimiter<string> _buckets = PartitionedRateLimiter.Create<string, string>(who =>
        RateLimitPartition.GetTokenBucketLimiter(who, static _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = Burst, TokensPerPeriod = PerSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0,
        }));

    /// <summary>Takes one; where none is left, false, and the answer says when to come again (RFC 6585 §4).</summary>
    public bool TryTake(HttpContext http, Actor actor)
    {
        if (!settings.Throttling.Enabled)
            return true;
        using var lease = _buckets.AttemptAcquire($"{actor.Who.Kind}/{actor.Who.ClientId}/{actor.Who.Name}");
        if (lease.IsAcquired)
            return true;
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var named) ? Math.Max(1, Math.Ceiling(named.TotalSeconds)) : 1;
        http.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        return false;
    }

    public void Dispose() => _buckets.Dispose();
}
