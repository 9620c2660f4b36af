using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Tokens;

/// <summary>
/// The <c>jti</c> of an access token (RFC 9068 §2.2). One that belongs to a family begins with the family's identifier, so that whoever
/// holds the token here finds the family with no row per token; the length tells which kind it is. An identifier opens nothing: it is
/// believed only out of a token that verified.
/// </summary>
public static class TokenIdentifier
{
    /// <summary>Random bytes beside a family's identifier.</summary>
    public const int RandomLengthInFamily = 8;

    /// <summary>Random bytes of one that stands alone.</summary>
    public const int RandomLengthAlone = 16;

    private const int FamilyIdLength = 16;

    public static string InFamily(Guid familyId, ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, RandomLengthInFamily);
        Span<byte> bytes = stackalloc byte[FamilyIdLength + RandomLengthInFamily];
        familyId.TryWriteBytes(bytes, bigEndian: true, out _);
        random.CopyTo(bytes[FamilyIdLength..]);
        return CanonicalBase64Url.Encode(bytes);
    }

    public static string Alone(ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, RandomLengthAlone);
        return CanonicalBase64Url.Encode(random);
    }

    /// <summary>The family of a token of ours; null for one that stands alone.</summary>
    public static Guid? FamilyIdOrNull(string jti) =>
        CanonicalBase64Url.DecodeOrNull(jti) is { Length: FamilyIdLength + RandomLengthInFamily } bytes
            ? new Guid(bytes.AsSpan(0, FamilyIdLength), bigEndian: true)
            : null;
}
