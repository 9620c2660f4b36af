using System.Buffers;
using System.Buffers.Text;

namespace IdentityProvider.Jose;

/// <summary>
/// Base64url as JOSE means it (RFC 7515 §2): no padding, no white space, and one text for each byte string. The framework's decoder
/// forgives padding, white space and stray bits, so a signature could be respelled; here each has one spelling.
/// </summary>
public static class CanonicalBase64Url
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static readonly SearchValues<char> Allowed = SearchValues.Create(Alphabet);

    /// <summary>Encodes without padding.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    /// <summary>Decodes, or returns null when the text is not the one canonical spelling. The empty text is the empty byte string.</summary>
    public static byte[]? DecodeOrNull(ReadOnlySpan<char> text) =>
        IsCanonical(text) ? Base64Url.DecodeFromChars(text) : null;

    /// <summary>Whether the text is the spelling that <see cref="Encode"/> would give.</summary>
    public static bool IsCanonical(ReadOnlySpan<char> text)
    {
        // 1. Only the 64 characters of RFC 4648 §5.
        if (text.ContainsAnyExcept(Allowed)) return false;

        // 2. One character over a multiple of four can't end a byte (RFC 4648 §4).
        // 3. The bits that the last character has too many are zero (RFC 4648 §3.5).
        return (text.Length % 4) switch
        {
            0 => true,
            2 => (Alphabet.IndexOf(text[^1], StringComparison.Ordinal) & 0b1111) == 0,
            3 => (Alphabet.IndexOf(text[^1], StringComparison.Ordinal) & 0b11) == 0,
            _ => false,
        };
    }
}
