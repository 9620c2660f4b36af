using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace IdentityProvider.Jose;

/// <summary>
/// JSON Web Encryption in its compact form (RFC 7516 §3.1, §7.1), for others' keys alone: nothing here decrypts. What is inside is signed first
/// (RFC 7519 §11.2), since encryption says nothing of who wrote it.
/// </summary>
public static class Jwe
{
    /// <summary>The <c>enc</c> of all of them: AES-256 in Galois/Counter Mode (RFC 7518 §5.3).</summary>
    public const string ContentEncryption = "A256GCM";

    /// <summary>Random bytes that each encryption takes: a content key and a nonce.</summary>
    public const int RandomLength = KeyLength + NonceLength;

    private const int KeyLength = 32;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Encrypts a JWT of ours: <c>cty</c> says that one is inside (RFC 7519 §5.2).</summary>
    /// <param name="jwt">Signed.</param>
    /// <param name="key">Whose owner alone is to read it.</param>
    /// <param name="random"><see cref="RandomLength"/> random bytes, never used before.</param>
    public static string Encrypt(string jwt, EncryptionKey key, ReadOnlySpan<byte> random)
    {
        ArgumentNullException.ThrowIfNull(jwt);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, RandomLength);
        var plaintext = Encoding.ASCII.GetBytes(jwt);
        if (key.Algorithm == EncryptionAlgorithm.EcdhEs)
        {
            using var ephemeral = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
            return EncryptByAgreement(plaintext, key, ephemeral, random[KeyLength..]);
        }

        // RFC 7516 §5.1: the header, the content key for the recipient, and the rest under it.
        var header = Header(key, ephemeral: null);
        return Join(header, key.Wrap(random[..KeyLength]), Seal(random[..KeyLength], random[KeyLength..], header, plaintext), random[KeyLength..]);
    }

    /// <summary>RFC 7518 §4.6: the agreed key is the content key, and the second part stays empty (RFC 7516 §5.1 step 5).</summary>
    private static string EncryptByAgreement(byte[] plaintext, EncryptionKey key, ECDiffieHellman ephemeral, ReadOnlySpan<byte> nonce)
    {
        var header = Header(key, ephemeral);
        var secret = key.Agree(ephemeral);
        var contentKey = ConcatKdf(secret, ContentEncryption, [], [], KeyLength);
        CryptographicOperations.ZeroMemory(secret);
        var text = Join(header, [], Seal(contentKey, nonce, header, plaintext), nonce);
        CryptographicOperations.ZeroMemory(contentKey);
        return text;
    }

    /// <summary>Ciphertext and tag; what is authenticated beside them is the header's text (RFC 7516 §5.1 steps 14, 15).</summary>
    internal static (byte[] Ciphertext, byte[] Tag) Seal(ReadOnlySpan<byte> contentKey, ReadOnlySpan<byte> nonce, string header, ReadOnlySpan<byte> plaintext)
    {
        var ciphertext = new byte[plaintext.Length];
        var tag = new byte[TagLength];
        using var aes = new AesGcm(contentKey, TagLength);
        aes.Encrypt(nonce, plaintext, ciphertext, tag, Encoding.ASCII.GetBytes(header));
        return (ciphertext, tag);
    }

    /// <summary>The Concat KDF with SHA-256, of at most one block (RFC 7518 §4.6.2, SP 800-56A §5.8.1).</summary>
    internal static byte[] ConcatKdf(ReadOnlySpan<byte> secret, string algorithm, ReadOnlySpan<byte> partyU, ReadOnlySpan<byte> partyV, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, SHA256.HashSizeInBytes);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, 1);
        hash.AppendData(secret);
        Append(hash, algorithm.Length);
        hash.AppendData(Encoding.ASCII.GetBytes(algorithm));
        Append(hash, partyU.Length);
        hash.AppendData(partyU);
        Append(hash, partyV.Length);
        hash.AppendData(partyV);
        Append(hash, length * 8);
        return hash.GetHashAndReset()[..length];
    }

    private static void Append(IncrementalHash hash, int number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        hash.AppendData(bytes);
    }

    private static string Header(EncryptionKey key, ECDiffieHellman? ephemeral)
    {
        var json = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(json, Plain))
        {
            writer.WriteStartObject();
            writer.WriteString("alg", key.Algorithm.Name);
            writer.WriteString("enc", ContentEncryption);
            writer.WriteString("cty", "JWT");
            if (key.Kid is not null) writer.WriteString("kid", key.Kid);
            if (ephemeral is not null) WriteEphemeralKey(writer, ephemeral.ExportParameters(includePrivateParameters: false));
            writer.WriteEndObject();
        }

        return Base64Url.EncodeToString(json.WrittenSpan);
    }

    // RFC 7518 §4.6.1.1: the public half alone.
    private static void WriteEphemeralKey(Utf8JsonWriter writer, ECParameters key)
    {
        writer.WriteStartObject("epk");
        writer.WriteString("kty", "EC");
        writer.WriteString("crv", "P-256");
        writer.WriteString("x", CanonicalBase64Url.Encode(key.Q.X));
        writer.WriteString("y", CanonicalBase64Url.Encode(key.Q.Y));
        writer.WriteEndObject();
    }

    private static string Join(string header, byte[] encryptedKey, (byte[] Ciphertext, byte[] Tag) content, ReadOnlySpan<byte> nonce) =>
        $"{header}.{CanonicalBase64Url.Encode(encryptedKey)}.{CanonicalBase64Url.Encode(nonce)}.{CanonicalBase64Url.Encode(content.Ciphertext)}.{CanonicalBase64Url.Encode(content.Tag)}";
}
