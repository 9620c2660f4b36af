using System.Buffers.Binary;

namespace IdentityProvider.Protocol.DeviceAuthorization;

/// <summary>
/// The code that a person copies from a device to a browser (RFC 8628 §6.1): eight letters, no vowel, so that none makes a word, and none that
/// is taken for a digit; 34.5 bits, which throttled guessing doesn't find in ten minutes (§5.1). Case, dashes and spaces don't matter.
/// </summary>
public sealed class UserCode
{
    /// <summary>Random bytes for one; the remainder favours no code by more than one part in 10^8.</summary>
    public const int RandomLength = sizeof(ulong);

    /// <summary>No longer text is looked at.</summary>
    public const int LongestText = 64;

    private const string Letters = "BCDFGHJKLMNPQRSTVWXZ";
    private const int Length = 8;

    private UserCode(string letters) => Value = letters;

    /// <summary>The letters alone: the one spelling that is compared.</summary>
    public string Value { get; }

    /// <summary>A new one.</summary>
    /// <param name="random"><see cref="RandomLength"/> bytes that nobody can guess.</param>
    public static UserCode From(ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, RandomLength);
        var rest = BinaryPrimitives.ReadUInt64BigEndian(random);
        Span<char> letters = stackalloc char[Length];
        for (var i = 0; i < Length; i++)
        {
            letters[i] = Letters[(int)(rest % (ulong)Letters.Length)];
            rest /= (ulong)Letters.Length;
        }

        return new UserCode(letters.ToString());
    }

    /// <summary>Reads what a person typed; null where it can be no code. Never throws on what the text says.</summary>
    public static UserCode? Parse(string? typed)
    {
        if (typed is null or { Length: > LongestText })
            return null;
        var letters = new string([.. typed.Where(c => c != '-' && !char.IsWhiteSpace(c)).Select(char.ToUpperInvariant)]);
        return letters.Length == Length && letters.All(Letters.Contains) ? new UserCode(letters) : null;
    }

    /// <summary>As it is shown: <c>XXXX-XXXX</c>.</summary>
    public override string ToString() => $"{Value[..(Length / 2)]}-{Value[(Length / 2)..]}";
}
