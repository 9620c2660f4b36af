using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace IdentityProvider.Jose;

/// <summary>
/// Somebody else's public key for what only they are to read (RFC 7517, <c>use</c> <c>enc</c> or none). Immutable, safe for parallel use.
/// </summary>
public sealed class EncryptionKey
{
    private static readonly string[] Operations = ["encrypt", "wrapKey", "deriveKey", "deriveBits"];

    private readonly PublicKey _key;

    private EncryptionKey(PublicKey key, string? kid, bool isForEncryptionAlone)
    {
        _key = key;
        Kid = kid;
        IsForEncryptionAlone = isForEncryptionAlone;
        Algorithm = EncryptionAlgorithm.All.First(algorithm => algorithm.KeyType == key.KeyType);
    }

    /// <summary>The <c>kid</c>; null for a key that came without.</summary>
    public string? Kid { get; }

    /// <summary>The one algorithm of ours that goes with its <c>kty</c>.</summary>
    public EncryptionAlgorithm Algorithm { get; }

    /// <summary>Whether it says by its <c>use</c> that it is for nothing else.</summary>
    public bool IsForEncryptionAlone { get; }

    /// <summary>The key of a set to encrypt for: one that says that it is for this, else one that doesn't say (OIDC Core §10.2); the first of several.</summary>
    public static EncryptionKey? Select(IEnumerable<EncryptionKey> keys, EncryptionAlgorithm algorithm) =>
        keys.Where(key => key.Algorithm == algorithm).OrderByDescending(key => key.IsForEncryptionAlone).FirstOrDefault();

    /// <summary>Reads one public JWK out of a document that someone else parsed, strictly. Never throws on what it says.</summary>
    public static JoseResult<EncryptionKey> Parse(JsonElement jwk)
    {
        var utf8 = JsonMarshal.GetRawUtf8Value(jwk);
        if (utf8.Length > JsonWebKey.MaxLength) return new JoseRefused(JoseRefusal.TooLarge, $"a JWK of {utf8.Length} bytes");
        return StrictJson.ParseObject(utf8, "the JWK", out var strict) is { } refused ? refused : ParseObject(strict);
    }

    private static JoseResult<EncryptionKey> ParseObject(JsonElement jwk)
    {
        // 1. A kty of ours, and nothing private (RFC 7517 §4.1, §9.2).
        if (!StrictJson.TryGetString(jwk, "kty", out var keyType) || keyType is null) return Malformed("kty is not a string");
        if (keyType is not ("RSA" or "EC")) return new JoseRefused(JoseRefusal.KeyTypeUnsupported, "kty is neither RSA nor EC");
        if (JsonWebKey.PrivateMember(jwk) is { } secret) return new JoseRefused(JoseRefusal.KeyPrivate, $"{secret} is there");

        // 2. Not meant for something else (RFC 7517 §4.2, §4.3).
        if (!StrictJson.TryGetString(jwk, "use", out var use)) return Malformed("use is not a string");
        if (use is not (null or "enc") || !AllowsEncryption(jwk)) return new JoseRefused(JoseRefusal.KeyUseUnexpected, "the key is not for encryption");

        // 3. For the algorithm that goes with its kty, if it names one (RFC 7517 §4.4).
        if (!StrictJson.TryGetString(jwk, "alg", out var name)) return Malformed("alg is not a string");
        if (name is not null && !(EncryptionAlgorithm.TryParse(name, out var algorithm) && algorithm.KeyType == keyType))
            return new JoseRefused(JoseRefusal.AlgorithmNotAllowed, "the key's alg");

        // 4. A kid that is a string, and what the kty asks for (RFC 7517 §4.5, RFC 7518 §6).
        if (!StrictJson.TryGetString(jwk, "kid", out var kid) || kid is "") return Malformed("kid is not a string");
        var parsed = keyType is "RSA" ? RsaPublicKey.Parse(jwk) : EcPublicKey.Parse(jwk);
        return parsed.Accepted(out var key, out var refused) ? new EncryptionKey(key, kid, use is "enc") : refused;
    }

    /// <summary>The content key, encrypted for the key's owner (RFC 7518 §4.3).</summary>
    internal byte[] Wrap(ReadOnlySpan<byte> contentKey)
    {
        using var rsa = RSA.Create(((RsaPublicKey)_key).Parameters);
        return rsa.Encrypt(contentKey, RSAEncryptionPadding.OaepSHA256);
    }

    /// <summary>The secret shared with the key's owner (RFC 7518 §4.6, SP 800-56A §5.7.1.2).</summary>
    internal byte[] Agree(ECDiffieHellman ephemeral)
    {
        using var theirs = ECDiffieHellman.Create(((EcPublicKey)_key).Parameters);
        return ephemeral.DeriveRawSecretAgreement(theirs.PublicKey);
    }

    private static bool AllowsEncryption(JsonElement jwk) =>
        !jwk.TryGetProperty("key_ops", out var operations)
        || (operations.ValueKind is JsonValueKind.Array
            && operations.EnumerateArray().Any(operation => operation.ValueKind is JsonValueKind.String && Operations.Contains(operation.GetString())));

    private static JoseRefused Malformed(string detail) => new(JoseRefusal.KeyMalformed, detail);
}
