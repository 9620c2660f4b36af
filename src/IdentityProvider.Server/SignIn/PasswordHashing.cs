using System.Threading.RateLimiting;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// Verifies passwords behind a small bounded queue: hashing is slow on purpose, and a flood of sign-ins must leave the processors to those who
/// verify tokens and refresh them. What does not fit is turned away at once.
/// </summary>
internal sealed class PasswordHashing(IOptions<PasswordHasherOptions> options, Entropy entropy, Settings settings) : IDisposable
{
    /// <summary>Longer than any password or passphrase that a person types; in characters.</summary>
    public const int LongestPassword = 1024;

    private readonly PasswordHasher<User> _hasher = new(options);

    // What an unknown name is verified against: the hash of a password that nobody knows, by the same work as every other.
    private readonly Lazy<string> _nobodys = new(() => new PasswordHasher<User>(options).HashPassword(new User(), entropy.Token()));

    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = settings.Throttling.Enabled ? Math.Max(1, Environment.ProcessorCount / 2) : int.MaxValue,
        QueueLimit = settings.Throttling.Enabled ? 32 : 0,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>A place in the queue. It is not acquired where the queue is full; dispose of it either way.</summary>
    public ValueTask<RateLimitLease> EnterAsync(CancellationToken cancellation) => _limiter.AcquireAsync(1, cancellation);

    /// <summary>Verifies, off the caller's thread, a password against a hash; where there is none against nobody's, which fails after the same work.</summary>
    public Task<PasswordVerificationResult> VerifyAsync(User? user, string? hash, string password) => Task.Run(() =>
    {
        var dummy = _nobodys.Value;
        var result = _hasher.VerifyHashedPassword(user ?? new User(), hash ?? dummy, password);
        return hash is null ? PasswordVerificationResult.Failed : result;
    });

    public string Hash(User user, string password) => _hasher.HashPassword(user, password);

    /// <summary>The same, off the caller's thread: for those who hold a place in the queue.</summary>
    public Task<string> HashAsync(User user, string password) => Task.Run(() => Hash(user, password));

    public void Dispose() => _limiter.Dispose();
}
