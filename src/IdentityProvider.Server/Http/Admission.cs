using System.Threading.RateLimiting;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Http;

/// <summary>
/// How many requests for tokens are worked on at once. Each costs signatures, and more at once would only make all of them, and whatever else asks, wait
/// longer: who finds no room is told so at once. It is entered once a request is read and its client known, so that nobody slow holds a place.
/// </summary>
internal sealed class Admission(Settings settings) : IDisposable
{
    /// <summary>Who is turned away comes back so much later; in seconds, as <c>Retry-After</c> has it.</summary>
    public const string RetryAfter = "1";

    /// <summary>For each processor: many times what keeps it busy while the database answers, and some ten milliseconds of work.</summary>
    public const int PerProcessor = 64;

    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = LimitOf(settings),
        QueueLimit = 0,
    });

    /// <summary>A place; dispose of it either way.</summary>
    public RateLimitLease Enter() => _limiter.AttemptAcquire();

    /// <summary>How many are worked on, and how many that may be.</summary>
    public QueueFigures Figures => QueueFigures.Of(_limiter, LimitOf(settings));

    private static int LimitOf(Settings settings) => settings.Throttling.Enabled ? PerProcessor * Environment.ProcessorCount : int.MaxValue;

    public void Dispose() => _limiter.Dispose();
}
