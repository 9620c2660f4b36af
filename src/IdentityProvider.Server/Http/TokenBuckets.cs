using System.Globalization;
using System.Threading.RateLimiting;

namespace IdentityProvider.Server.Http;

/// <summary>How often something may be asked for: a token bucket for each asker, in this node's memory.</summary>
/// <param name="settings">Whether anything is throttled.</param>
/// <param name="burst">So many at once.</param>
/// <param name="perPeriod">So many come back.</param>
/// <param name="period">Each time after this.</param>
internal sealed class TokenBuckets(Settings settings, int burst, int perPeriod, TimeSpan period) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _buckets = PartitionedRateLimiter.Create<string, string>(asker =>
        RateLimitPartition.GetTokenBucketLimiter(asker, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = burst, TokensPerPeriod = perPeriod, ReplenishmentPeriod = period, QueueLimit = 0,
        }));

    /// <summary>Takes one of the asker's; where they have none left, false, and the answer says when to come again (RFC 9110 §10.2.3).</summary>
    public bool TryTake(HttpContext http, string asker)
    {
        if (!settings.Throttling.Enabled)
            return true;
        using var lease = _buckets.AttemptAcquire(asker);
        if (lease.IsAcquired)
            return true;
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var named) ? Math.Max(1, Math.Ceiling(named.TotalSeconds)) : 1;
        http.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        return false;
    }

    public void Dispose() => _buckets.Dispose();
}
