using System.Buffers.Binary;
using System.Security.Cryptography;
using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Tokens;

/// <summary>
/// A refresh token: opaque to everyone, computed and never stored. Its text is base64url of
/// <c>version (1 byte) ‖ family id (16) ‖ generation (4, big-endian) ‖ HMAC-SHA-256 of these (32)</c>. An instance is one that we made: only
/// <see cref="Parse"/> and the rules of the grants make any.
/// </summary>
public sealed class RefreshToken
{
    private const byte Version = 1;
    private const int SignedLength = 1 + 16 + 4;
    private const int Length = SignedLength + HMACSHA256.HashSizeInBytes;

    /// <summary>Characters of the text.</summary>
    public const int TextLength = ((Length * 4) + 2) / 3;

    internal RefreshToken(Guid familyId, int generation)
    {
        FamilyId = familyId;
        Generation = generation;
    }

    public Guid FamilyId { get; }

    /// <summary>How many refreshes went before it in its family.</summary>
    public int Generation { get; }

    /// <summary>Reads a token that a client presents. Never throws on what the text says.</summary>
    /// <param name="text">The token.</param>
    /// <param name="key">The key that the master key gives for this purpose.</param>
    public static Decision<RefreshToken> Parse(string text, ReadOnlySpan<byte> key)
    {
        ArgumentNullException.ThrowIfNull(text);

        // 1. The one spelling of the right length and version.
        if (text.Length != TextLength || CanonicalBase64Url.DecodeOrNull(text) is not { } bytes || bytes[0] != Version)
            return Refusal.RefreshTokenMalformed;

        // 2. Our own HMAC, compared in constant time.
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, bytes.AsSpan(0, SignedLength), expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, bytes.AsSpan(SignedLength)))
            return Refusal.RefreshTokenUnknown;

        return new RefreshToken(new Guid(bytes.AsSpan(1, 16), bigEndian: true), BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(17, 4)));
    }

    /// <summary>The text: the same for the same family, generation and key, whoever computes it and whenever.</summary>
    public string Compute(ReadOnlySpan<byte> key)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = Version;
        FamilyId.TryWriteBytes(bytes[1..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(bytes[17..], Generation);
        HMACSHA256.HashData(key, bytes[..SignedLength], bytes[SignedLength..]);
        return CanonicalBase64Url.Encode(bytes);
    }
}
