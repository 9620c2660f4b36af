using System.Threading.RateLimiting;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// Verifies passwords behind a small bounded queue: hashing is slow on purpose, and a flood of sign-ins must leave the processors to those who
/// verify tokens and refresh them. What does not fit is turned away at once; what runs gives way (<see cref="LowPriority"/>).
/// </summary>
internal sealed class PasswordHashing(IPasswordHasher<User> hasher, Entropy entropy, Settings settings) : IDisposable
{
    /// <summary>Who is turned away comes back so much later; in seconds, as <c>Retry-After</c> has it.</summary>
    public const string RetryAfter = "5";

    // What an unknown name is verified against: the hash of a password that nobody knows, by the same work as every other.
    private readonly Lazy<string> _nobodys = new(() => hasher.HashPassword(new User(), entropy.Token()));

    private const int LongestQueue = 32;

    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = LimitOf(settings),
        QueueLimit = settings.Throttling.Enabled ? LongestQueue : 0,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Whether whoever comes now is turned away.</summary>
    public bool IsFull => _limiter.GetStatistics() is { CurrentQueuedCount: >= LongestQueue };

    /// <summary>How many are hashed, how many wait, and how many may be hashed at once.</summary>
    public QueueFigures Figures => QueueFigures.Of(_limiter, LimitOf(settings));

    /// <summary>A place in the queue. It is not acquired where the queue is full; dispose of it either way.</summary>
    public ValueTask<RateLimitLease> EnterAsync(CancellationToken cancellation) => _limiter.AcquireAsync(1, cancellation);

    /// <summary>Verifies, off the caller's thread, a password against a hash; where there is none against nobody's, which fails after the same work.</summary>
    public Task<PasswordVerificationResult> VerifyAsync(User? user, string? hash, string password) => LowPriority.RunAsync(() =>
    {
        var dummy = _nobodys.Value;
        var result = hasher.VerifyHashedPassword(user ?? new User(), hash ?? dummy, password);
        return hash is null ? PasswordVerificationResult.Failed : result;
    });

    public string Hash(User user, string password) => hasher.HashPassword(user, password);

    /// <summary>The same, off the caller's thread: for those who hold a place in the queue.</summary>
    public Task<string> HashAsync(User user, string password) => LowPriority.RunAsync(() => Hash(user, password));

    private static int LimitOf(Settings settings) => settings.Throttling.Enabled ? Math.Max(1, Environment.ProcessorCount / 2) : int.MaxValue;

    public void Dispose() => _limiter.Dispose();
}
