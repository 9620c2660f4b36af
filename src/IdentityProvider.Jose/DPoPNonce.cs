using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace IdentityProvider.Jose;

/// <summary>
/// The nonce that proofs for one server must hold (RFC 9449 §8, §9): a HMAC of the period that it is given out in, so that every node knows it,
/// nothing is stored, and nobody can make a proof now for a day to come.
/// </summary>
public static class DPoPNonce
{
    private const int Length = 16;

    /// <summary>How long one is given out. It is taken for as long again, so a client that keeps the newest always has one that is good.</summary>
    public static TimeSpan Period { get; } = TimeSpan.FromMinutes(3);

    /// <summary>The nonce of a moment.</summary>
    /// <param name="key">Of this purpose alone, the same on every node of the server.</param>
    /// <param name="now">The moment.</param>
    public static string Of(ReadOnlySpan<byte> key, DateTimeOffset now) => OfPeriod(key, PeriodOf(now));

    /// <summary>Whether one is this period's, the last one's, or, of a node whose clock is ahead, the next one's.</summary>
    public static bool IsRecent(string nonce, ReadOnlySpan<byte> key, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(nonce);
        var period = PeriodOf(now);
        var sent = Encoding.UTF8.GetBytes(nonce);
        var recent = false;
        for (var known = period - 1; known <= period + 1; known++)
            recent |= CryptographicOperations.FixedTimeEquals(sent, Encoding.ASCII.GetBytes(OfPeriod(key, known)));
        return recent;
    }

    private static long PeriodOf(DateTimeOffset now) => now.ToUnixTimeSeconds() / (long)Period.TotalSeconds;

    private static string OfPeriod(ReadOnlySpan<byte> key, long period)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(number, period);
        HMACSHA256.HashData(key, number, hash);
        return CanonicalBase64Url.Encode(hash[..Length]);
    }
}
