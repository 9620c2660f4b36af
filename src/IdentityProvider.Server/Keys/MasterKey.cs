using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Protocol.Keys;

namespace IdentityProvider.Server.Keys;

/// <summary>
/// The one secret that is not in the database: 32 bytes, the same on every node. Whatever must stay secret at rest is encrypted under keys
/// derived from it, and what must not be stored at all is computed with others (DESIGN.md §4, §5). <see cref="MasterKeyFile"/> reads it.
/// </summary>
public sealed class MasterKey : IDisposable
{
    /// <summary>In bytes.</summary>
    public const int Length = 32;

    private readonly byte[] _key;
    private readonly byte[] _encryptionKey;
    private readonly Entropy _entropy;

    public MasterKey(ReadOnlySpan<byte> key, Entropy entropy)
    {
        if (key.Length != Length)
            throw new ArgumentException($"The master key has {Length} bytes, not {key.Length}.", nameof(key));
        _key = Unmoved(key);
        _entropy = entropy;
        var encryptionKey = Derive("encryption", 32);
        _encryptionKey = Unmoved(encryptionKey);
        CryptographicOperations.ZeroMemory(encryptionKey);
    }

    /// <summary>Clears what it holds in memory; nothing can be done with it after that.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_key);
        CryptographicOperations.ZeroMemory(_encryptionKey);
    }

    /// <summary>A key for one purpose (HKDF-SHA256, RFC 5869). The same on every node; of no use to learn the master key or another purpose's.</summary>
    /// <param name="purpose">What it is for; each use has a purpose of its own.</param>
    /// <param name="length">In bytes.</param>
    public byte[] Derive(string purpose, int length) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, length, info: Encoding.UTF8.GetBytes("idp/1/" + purpose));

    /// <summary>Encrypts for rest (AES-256-GCM), bound to the associated data: whoever decrypts must name the same.</summary>
    public byte[] Encrypt(ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associatedData) =>
        SealedData.Seal(_encryptionKey, plaintext, associatedData, _entropy.Bytes(SealedData.SaltLength));

    /// <summary>The reverse of <see cref="Encrypt"/>.</summary>
    /// <exception cref="CryptographicException">Another master key, other associated data, or a changed byte.</exception>
    public byte[] Decrypt(ReadOnlySpan<byte> encrypted, ReadOnlySpan<byte> associatedData) =>
        SealedData.Open(_encryptionKey, encrypted, associatedData);

    // The collector moves other arrays about, and leaves what was in them where they lay.
    private static byte[] Unmoved(ReadOnlySpan<byte> bytes)
    {
        var pinned = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(pinned);
        return pinned;
    }
}
