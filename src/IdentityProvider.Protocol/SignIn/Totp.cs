using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace IdentityProvider.Protocol.SignIn;

/// <summary>
/// Codes of authenticator apps (RFC 6238 on RFC 4226): HMAC-SHA-1, six digits, steps of 30 seconds, which is what every app understands.
/// </summary>
public static class Totp
{
    /// <summary>In bytes: as long as what HMAC-SHA-1 puts out (RFC 4226 §4, R6).</summary>
    public const int KeyLength = 20;

    public const int Digits = 6;

    /// <summary>How many steps a clock may be off, one way or the other (RFC 6238 §5.2).</summary>
    public const int Leeway = 1;

    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static TimeSpan Step { get; } = TimeSpan.FromSeconds(30);

    /// <summary>The step that a moment is in (RFC 6238 §4.2).</summary>
    public static long StepOf(DateTimeOffset now) => now.ToUnixTimeSeconds() / (long)Step.TotalSeconds;

    /// <summary>From when on a step's code is good no longer, here or on a node whose clock is as late as is allowed.</summary>
    public static DateTimeOffset EndOf(long step) => DateTimeOffset.FromUnixTimeSeconds((step + Leeway + 1) * (long)Step.TotalSeconds);

    /// <summary>The code of a step (RFC 4226 §5.3).</summary>
    public static string CodeOf(ReadOnlySpan<byte> key, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // RFC 6238 §1.2: HMAC-SHA-1 is what authenticator apps compute; an HMAC doesn't need the hash to be free of collisions.
        var mac = HMACSHA1.HashData(key, counter);
#pragma warning restore CA5350
        var offset = mac[^1] & 0x0F;
        var number = BinaryPrimitives.ReadUInt32BigEndian(mac.AsSpan(offset)) & 0x7FFF_FFFF;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>Of which step around now a code is; null where of none. Whether it was used before is for others to know (RFC 6238 §5.2).</summary>
    public static long? StepOfCode(ReadOnlySpan<byte> key, string code, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(code);
        long? found = null;
        var shown = Encoding.ASCII.GetBytes(code);
        for (var step = StepOf(now) - Leeway; step <= StepOf(now) + Leeway; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(CodeOf(key, step)), shown))
                found ??= step;
        }

        return found;
    }

    /// <summary>What was typed, as digits; null where it can't be a code. Apps show them in groups.</summary>
    public static string? Read(string? typed)
    {
        var digits = typed is null or { Length: > 20 } ? "" : string.Concat(typed.Where(c => !char.IsWhiteSpace(c) && c != '-'));
        return digits.Length == Digits && digits.All(char.IsAsciiDigit) ? digits : null;
    }

    /// <summary>The key as people type it and apps take it (RFC 4648 §6, without padding: 20 bytes need none).</summary>
    public static string TextOf(ReadOnlySpan<byte> key)
    {
        var text = new StringBuilder();
        var (bits, held) = (0, 0);
        foreach (var octet in key)
        {
            bits = ((bits << 8) | octet) & 0xFFF;
            for (held += 8; held >= 5; held -= 5)
                text.Append(Base32[(bits >> (held - 5)) & 31]);
        }

        return held == 0 ? text.ToString() : text.Append(Base32[(bits << (5 - held)) & 31]).ToString();
    }

    /// <summary>What an app reads from the square: the key, and for whom it is (the Key Uri Format of authenticator apps).</summary>
    /// <param name="key">The key.</param>
    /// <param name="issuer">Who asks for the codes.</param>
    /// <param name="account">Whose they are.</param>
    public static string UriOf(ReadOnlySpan<byte> key, string issuer, string account) =>
        $"otpauth://totp/{Uri.EscapeDataString(issuer)}:{Uri.EscapeDataString(account)}?secret={TextOf(key)}&issuer={Uri.EscapeDataString(issuer)}";
}
