using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace IdentityProvider.Protocol.Users;

/// <summary>
/// A password's PBKDF2 hash (RFC 8018 §5.2) that another system made, in the text that passlib prints: <c>$pbkdf2-sha256$ROUNDS$SALT$HASH</c>,
/// with base64 that has a dot for the plus and no padding. It lives until its person signs in.
/// </summary>
public sealed class Pbkdf2Hash
{
    /// <summary>More rounds than any system's default; one verification takes a second at most.</summary>
    public const int MostRounds = 2_000_000;

    public const int FewestRounds = 1000;

    /// <summary>In bytes, of a salt.</summary>
    public const int LongestSalt = 128;

    private static readonly (string Name, HashAlgorithmName Algorithm, int Length)[] Functions =
    [
        ("pbkdf2", HashAlgorithmName.SHA1, 20), ("pbkdf2-sha256", HashAlgorithmName.SHA256, 32), ("pbkdf2-sha512", HashAlgorithmName.SHA512, 64),
    ];

    private readonly (string Name, HashAlgorithmName Algorithm, int Length) _function;
    private readonly byte[] _salt;
    private readonly byte[] _hash;

    private Pbkdf2Hash((string Name, HashAlgorithmName Algorithm, int Length) function, int rounds, byte[] salt, byte[] hash)
    {
        _function = function;
        Rounds = rounds;
        _salt = salt;
        _hash = hash;
    }

    public int Rounds { get; }

    /// <summary>How many rounds of HMAC-SHA-512 cost as much: a round of the others is a little under half of one.</summary>
    public int Work => _function.Algorithm == HashAlgorithmName.SHA512 ? Rounds : (int)(Rounds * 0.45);

    /// <summary>Makes one; null where the function is unknown, or a part is too short, too long or too costly to verify.</summary>
    /// <param name="function"><c>pbkdf2</c> (with SHA-1), <c>pbkdf2-sha256</c> or <c>pbkdf2-sha512</c>.</param>
    /// <param name="rounds">The iteration count.</param>
    /// <param name="salt">The salt.</param>
    /// <param name="hash">The derived key. Of a long one the first block is kept, which says as much: each block is derived by itself.</param>
    public static Pbkdf2Hash? Of(string function, int rounds, byte[]? salt, byte[]? hash)
    {
        var known = Functions.FirstOrDefault(f => f.Name == function);
        return known.Name is null || rounds is < FewestRounds or > MostRounds || salt is not { Length: >= 1 and <= LongestSalt } || hash is not { Length: >= 16 and <= 512 }
            ? null
            : new(known, rounds, salt, hash[..Math.Min(hash.Length, known.Length)]);
    }

    /// <summary>Reads the text; null where it isn't one.</summary>
    public static Pbkdf2Hash? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split('$') is ["", var function, var rounds, var salt, var hash] && ReadRounds(rounds) is { } count
            ? Of(function, count, ReadBase64(salt.Replace('.', '+')), ReadBase64(hash.Replace('.', '+')))
            : null;
    }

    /// <summary>A number of rounds as others write it; null where it isn't one.</summary>
    public static int? ReadRounds(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) ? rounds : null;

    /// <summary>Base64 with padding or without; null where it isn't any.</summary>
    public static byte[]? ReadBase64(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var padded = text.TrimEnd('=') is var bare ? bare.PadRight((bare.Length + 3) / 4 * 4, '=') : text;
        var bytes = new byte[padded.Length];
        return !text.Contains(' ', StringComparison.Ordinal) && Convert.TryFromBase64String(padded, bytes, out var length) ? bytes[..length] : null;
    }

    /// <summary>Whether it is this password's; slow on purpose.</summary>
    public bool Verify(string password) => CryptographicOperations.FixedTimeEquals(
        _hash, Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), _salt, Rounds, _function.Algorithm, _hash.Length));

    public override string ToString() =>
        $"${_function.Name}${Rounds.ToString(CultureInfo.InvariantCulture)}${Text(_salt)}${Text(_hash)}";

    private static string Text(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '.');
}
