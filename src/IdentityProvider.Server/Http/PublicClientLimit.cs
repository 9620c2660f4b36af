using System.Globalization;
using System.Threading.RateLimiting;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Server.Http;

/// <summary>
/// How often a client that proves nothing may make this server keep something before any person is there: whoever reads its <c>client_id</c> can ask
/// in its name. A token bucket for each public client, in this node's memory, shared by all endpoints where nothing more is asked for than that.
/// </summary>
internal sealed class PublicClientLimit(Settings settings) : IDisposable
{
    /// <summary>Requests of one client at once.</summary>
    public const int Burst = 100;

    /// <summary>What comes back: a thousand people can begin to sign in within about three minutes.</summary>
    public const int PerSecond = 5;

    private readonly PartitionedRateLimiter<string> _buckets = PartitionedRateLimiter.Create<string, string>(clientId =>
        RateLimitPartition.GetTokenBucketLimiter(clientId, static _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = Burst, TokensPerPeriod = PerSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0,
        }));

    /// <summary>Takes one of the client's requests; where it has none left, false, and the answer says when to come again (RFC 9110 §10.2.3).</summary>
    public static bool TryTake(HttpContext http, AuthenticatedClient client) => http.RequestServices.GetRequiredService<PublicClientLimit>().TryTakeOne(http, client);

    public void Dispose() => _buckets.Dispose();

    private bool TryTakeOne(HttpContext http, AuthenticatedClient client)
    {
        if (!settings.Throttling.Enabled || !client.Client.IsPublic)
            return true;
        using var lease = _buckets.AttemptAcquire(client.ClientId);
        if (lease.IsAcquired)
            return true;
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var named) ? Math.Max(1, Math.Ceiling(named.TotalSeconds)) : 1;
        http.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        return false;
    }
}
