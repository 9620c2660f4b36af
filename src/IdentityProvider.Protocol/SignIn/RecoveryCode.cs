namespace IdentityProvider.Protocol.SignIn;

/// <summary>
/// A code that stands in for a second factor, once: ten signs of an alphabet without look-alikes, 50 bits, in two groups.
/// </summary>
public static class RecoveryCode
{
    /// <summary>How many a person gets.</summary>
    public const int Count = 10;

    /// <summary>Without the hyphen.</summary>
    public const int Length = 10;

    // Crockford's: no I, L, O, which are read as 1 and 0, and no U.
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>A code of random bytes, one for each sign; as it is shown.</summary>
    public static string Of(ReadOnlySpan<byte> random)
    {
        Span<char> signs = stackalloc char[Length + 1];
        for (var i = 0; i < Length; i++)
            signs[i < Length / 2 ? i : i + 1] = Alphabet[random[i] & 31];
        signs[Length / 2] = '-';
        return new string(signs);
    }

    /// <summary>What was typed, as it is hashed; null where it can't be a code.</summary>
    public static string? Read(string? typed)
    {
        if (typed is null or { Length: > 40 })
            return null;
        var signs = string.Concat(typed.Where(c => !char.IsWhiteSpace(c) && c != '-').Select(Plain));
        return signs.Length == Length && signs.All(Alphabet.Contains) ? signs : null;
    }

    private static char Plain(char typed) => char.ToUpperInvariant(typed) switch
    {
        'O' => '0',
        'I' or 'L' => '1',
        var other => other,
    };
}
