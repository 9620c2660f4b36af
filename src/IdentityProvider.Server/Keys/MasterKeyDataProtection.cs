using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Protocol.Keys;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityProvider.Server.Keys;

/// <summary>
/// The framework's data protection (antiforgery, Identity's tokens, our resume tokens) from the master key instead of a stored key ring:
/// each chain of purposes has a key derived from it, so every node agrees and nothing is kept.
/// </summary>
public sealed class MasterKeyDataProtection(MasterKey masterKey, Entropy entropy) : IDataProtectionProvider
{
    private readonly Protector _root = new(masterKey.Derive("data-protection", 32), entropy);

    /// <inheritdoc/>
    public IDataProtector CreateProtector(string purpose) => _root.CreateProtector(purpose);

    private sealed class Protector(byte[] key, Entropy entropy) : IDataProtector
    {
        public IDataProtector CreateProtector(string purpose)
        {
            ArgumentNullException.ThrowIfNull(purpose);
            return new Protector(HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, info: Encoding.UTF8.GetBytes("purpose/" + purpose)), entropy);
        }

        // The info of the key that seals differs from any purpose's, so a parent's messages and its children's keys have nothing in common.
        public byte[] Protect(byte[] plaintext) => SealedData.Seal(key, plaintext, "data-protection"u8, entropy.Bytes(SealedData.SaltLength));

        public byte[] Unprotect(byte[] protectedData) => SealedData.Open(key, protectedData, "data-protection"u8);
    }
}
