using System.Runtime.InteropServices;
using System.Text.Json;

namespace IdentityProvider.Jose;

/// <summary>
/// A public verification key (RFC 7517). It says itself which algorithms may be used with it, so that a token's header never does
/// (RFC 8725 §3.1). Safe for parallel use.
/// </summary>
public sealed class JsonWebKey
{
    /// <summary>A JWK longer than this, in bytes, is refused.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>Members that only a private or a symmetric key has (RFC 7518 §6.2.2, §6.3.2, §6.4.1).</summary>
    private static readonly string[] PrivateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    private readonly PublicKey _key;

    internal JsonWebKey(PublicKey key, string? kid, IReadOnlyList<SignatureAlgorithm> algorithms)
    {
        _key = key;
        Kid = kid ?? key.Thumbprint();
        Algorithms = algorithms;
    }

    /// <summary>The <c>kid</c>; for a key that came without, its RFC 7638 thumbprint.</summary>
    public string Kid { get; }

    /// <summary>The <c>kty</c>: <c>RSA</c> or <c>EC</c>.</summary>
    public string KeyType => _key.KeyType;

    /// <summary>The algorithms that this key allows: the one that it names, or all of its <c>kty</c> when it names none.</summary>
    public IReadOnlyList<SignatureAlgorithm> Algorithms { get; }

    /// <summary>The key's algorithm; for a key that names none, the first that its <c>kty</c> allows.</summary>
    public SignatureAlgorithm Algorithm => Algorithms[0];

    /// <summary>Whether a signature by this algorithm may be verified with this key.</summary>
    public bool Allows(SignatureAlgorithm algorithm) => Algorithms.Contains(algorithm);

    /// <summary>The RFC 7638 thumbprint by SHA-256, base64url: 43 characters.</summary>
    public string Thumbprint() => _key.Thumbprint();

    /// <summary>Verifies a signature by an algorithm; false for one that the key doesn't allow.</summary>
    public bool Verify(SignatureAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        Allows(algorithm) && _key.Verify(algorithm, data, signature);

    /// <summary>Frees what the crypto library holds for a key that was needed once.</summary>
    internal void Close() => _key.Close();

    /// <summary>Writes the public JWK, with <c>kid</c>, <c>use</c> and, when there is one alone, <c>alg</c>.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteString("kid", Kid);
        writer.WriteString("use", "sig");
        if (Algorithms.Count == 1) writer.WriteString("alg", Algorithm.Name);
        _key.WriteRequiredMembers(writer);
        writer.WriteEndObject();
    }

    /// <summary>Reads one public JWK from UTF-8 JSON, strictly. Never throws on what the bytes say.</summary>
    public static JoseResult<JsonWebKey> Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxLength) return new JoseRefused(JoseRefusal.TooLarge, $"a JWK of {utf8.Length} bytes");
        return StrictJson.ParseObject(utf8, "the JWK", out var jwk) is { } refused ? refused : ParseObject(jwk);
    }

    /// <summary>Reads one public JWK out of a document that someone else parsed, as strictly: its text is parsed again.</summary>
    public static JoseResult<JsonWebKey> Parse(JsonElement jwk) => Parse(JsonMarshal.GetRawUtf8Value(jwk));

    /// <summary>The rules, on an element that <see cref="StrictJson"/> parsed.</summary>
    internal static JoseResult<JsonWebKey> ParseObject(JsonElement jwk)
    {
        // 1. kty is there (RFC 7517 §4.1), and is no shared secret.
        if (!StrictJson.TryGetString(jwk, "kty", out var keyType) || keyType is null) return Malformed("kty is not a string");
        if (keyType is "oct") return new JoseRefused(JoseRefusal.KeySymmetric, "kty is oct");
        if (keyType is not ("RSA" or "EC")) return new JoseRefused(JoseRefusal.KeyTypeUnsupported, "kty is neither RSA nor EC");

        // 2. Nothing private (RFC 7517 §9.2): who publishes it has lost it.
        if (PrivateMember(jwk) is { } secret) return new JoseRefused(JoseRefusal.KeyPrivate, $"{secret} is there");

        // 3. Meant for verifying (RFC 7517 §4.2, §4.3).
        if (!StrictJson.TryGetString(jwk, "use", out var use)) return Malformed("use is not a string");
        if (use is not (null or "sig")) return new JoseRefused(JoseRefusal.KeyUseUnexpected, "use is not sig");
        if (RefuseOperations(jwk) is { } operations) return operations;

        // 4. One algorithm, or those of its kty (RFC 7517 §4.4, RFC 8725 §3.1).
        if (RefuseAlgorithm(jwk, keyType, out var algorithms) is { } algorithm) return algorithm;

        // 5. kid is a string with something in it (RFC 7517 §4.5).
        if (!StrictJson.TryGetString(jwk, "kid", out var kid) || kid is "") return Malformed("kid is not a string");

        // 6. What the kty asks for (RFC 7518 §6).
        var parsed = keyType is "RSA" ? RsaPublicKey.Parse(jwk) : EcPublicKey.Parse(jwk);
        return parsed.Accepted(out var key, out var refused) ? new JsonWebKey(key, kid, algorithms) : refused;
    }

    /// <summary>The first member that a public key doesn't have; null where there is none.</summary>
    internal static string? PrivateMember(JsonElement jwk) => Array.Find(PrivateMembers, name => jwk.TryGetProperty(name, out _));

    private static JoseRefused? RefuseOperations(JsonElement jwk)
    {
        if (!jwk.TryGetProperty("key_ops", out var operations)) return null;
        if (operations.ValueKind is not JsonValueKind.Array) return Malformed("key_ops is not an array");
        var verifies = false;
        foreach (var operation in operations.EnumerateArray())
        {
            if (operation.ValueKind is not JsonValueKind.String) return Malformed("key_ops holds something else than strings");
            verifies |= operation.ValueEquals("verify");
        }
        return verifies ? null : new JoseRefused(JoseRefusal.KeyUseUnexpected, "key_ops lacks verify");
    }

    private static JoseRefused? RefuseAlgorithm(JsonElement jwk, string keyType, out IReadOnlyList<SignatureAlgorithm> algorithms)
    {
        algorithms = [.. SignatureAlgorithm.All.Where(a => a.KeyType == keyType)];
        if (!StrictJson.TryGetString(jwk, "alg", out var name)) return Malformed("alg is not a string");
        if (name is null) return null;
        if (SignatureAlgorithm.Refuse(name, out var algorithm) is { } reason) return new(reason, "the key's alg");
        if (algorithm!.KeyType != keyType) return new(JoseRefusal.KeyAlgorithmMismatch, $"{name} does not go with {keyType}");
        algorithms = [algorithm];
        return null;
    }

    private static JoseRefused Malformed(string detail) => new(JoseRefusal.KeyMalformed, detail);
}
