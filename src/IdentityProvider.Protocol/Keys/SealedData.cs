using System.Security.Cryptography;

namespace IdentityProvider.Protocol.Keys;

/// <summary>
/// AES-256-GCM as <c>version 1 ‖ salt 16 ‖ ciphertext ‖ tag 16</c>. Key and nonce come by HKDF from the caller's key and the salt, so that
/// however many messages strangers make us seal, no nonce meets the same key twice.
/// </summary>
public static class SealedData
{
    private const byte Version = 1;
    private const int KeyLength = 32;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    /// <summary>Random bytes that each sealing takes.</summary>
    public const int SaltLength = 16;

    /// <summary>How much longer than the plaintext it is, in bytes.</summary>
    public const int Overhead = 1 + SaltLength + TagLength;

    /// <summary>Seals.</summary>
    /// <param name="key">Of this purpose alone, 32 bytes.</param>
    /// <param name="plaintext">What nobody else may read or change.</param>
    /// <param name="associatedData">What it is for; whoever opens must name the same.</param>
    /// <param name="salt"><see cref="SaltLength"/> random bytes, never used before.</param>
    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> salt)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(salt.Length, SaltLength);
        var sealedData = new byte[Overhead + plaintext.Length];
        sealedData[0] = Version;
        salt.CopyTo(sealedData.AsSpan(1));

        Span<byte> keyAndNonce = stackalloc byte[KeyLength + NonceLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, keyAndNonce, salt, "aes-256-gcm"u8);
        using var aes = new AesGcm(keyAndNonce[..KeyLength], TagLength);
        var ciphertext = sealedData.AsSpan(1 + SaltLength, plaintext.Length);
        aes.Encrypt(keyAndNonce[KeyLength..], plaintext, ciphertext, sealedData.AsSpan(^TagLength..), associatedData);
        CryptographicOperations.ZeroMemory(keyAndNonce);
        return sealedData;
    }

    /// <summary>The reverse of <see cref="Seal"/>.</summary>
    /// <exception cref="CryptographicException">Another key, other associated data, or a changed byte.</exception>
    public static byte[] Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> sealedData, ReadOnlySpan<byte> associatedData)
    {
        if (sealedData.Length < Overhead || sealedData[0] != Version)
            throw new CryptographicException("Not in the format that this server seals data in.");

        Span<byte> keyAndNonce = stackalloc byte[KeyLength + NonceLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, keyAndNonce, sealedData.Slice(1, SaltLength), "aes-256-gcm"u8);
        using var aes = new AesGcm(keyAndNonce[..KeyLength], TagLength);
        var plaintext = new byte[sealedData.Length - Overhead];
        aes.Decrypt(keyAndNonce[KeyLength..], sealedData[(1 + SaltLength)..^TagLength], sealedData[^TagLength..], plaintext, associatedData);
        CryptographicOperations.ZeroMemory(keyAndNonce);
        return plaintext;
    }
}
