using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using IdentityProvider.Server.SignIn;

namespace IdentityProvider.Server.Accounts;

/// <summary>
/// How many mails one network may ask for: a token bucket for each, in this node's memory. A site of IPv6 has as many addresses as it likes, so its
/// first 64 bits count as one.
/// </summary>
internal sealed class MailLimit(Settings settings) : IDisposable
{
    /// <summary>At once; more than a class of students that registers together would have to wait.</summary>
    public const int Burst = 30;

    /// <summary>How long until one comes back.</summary>
    public static TimeSpan Period { get; } = TimeSpan.FromMinutes(1);

    private readonly PartitionedRateLimiter<string> _buckets = PartitionedRateLimiter.Create<string, string>(network =>
        RateLimitPartition.GetTokenBucketLimiter(network, static _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = Burst, TokensPerPeriod = 1, ReplenishmentPeriod = Period, QueueLimit = 0,
        }));

    public bool TryTake(HttpContext http)
    {
        if (!settings.Throttling.Enabled)
            return true;
        using var lease = _buckets.AttemptAcquire(NetworkOf(Origin.Of(http).Address));
        return lease.IsAcquired;
    }

    public void Dispose() => _buckets.Dispose();

    private static string NetworkOf(string? address) =>
        IPAddress.TryParse(address, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(ip.GetAddressBytes().AsSpan(0, 8)) : address ?? "";
}
