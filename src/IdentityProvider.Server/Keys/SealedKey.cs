using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Keys;

/// <summary>A signing key in its row: the private part encrypted under the master key and bound to its kid and algorithm.</summary>
internal static class SealedKey
{
    public static StoredSigningKey Seal(MasterKey masterKey, SigningKey key, NextKey plan)
    {
        var pkcs8 = key.ExportPkcs8();
        try
        {
            return new StoredSigningKey
            {
                Kid = key.Kid,
                Algorithm = key.Algorithm.Name,
                Generation = plan.Generation,
                PublicJwk = PublicJwk(key.PublicKey),
                EncryptedPrivateKey = masterKey.Encrypt(pkcs8, BoundTo(key.Algorithm.Name, key.Kid)),
                AnnouncedAt = plan.AnnouncedAt,
                ActiveAt = plan.ActiveAt,
                RetiredAt = plan.RetiredAt,
                GoneAt = plan.GoneAt,
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }

    /// <summary>
    /// Decrypts the key. What is published is computed from the private key, never taken from the row: whoever can write to the database
    /// but lacks the master key gets no key of theirs into the JWKS.
    /// </summary>
    /// <exception cref="KeyException">Another master key, or a row that was changed.</exception>
    public static SigningKey Open(MasterKey masterKey, StoredSigningKey row)
    {
        SigningKey? key = null;
        byte[] pkcs8 = [];
        try
        {
            pkcs8 = masterKey.Decrypt(row.EncryptedPrivateKey, BoundTo(row.Algorithm, row.Kid));
            key = SigningKey.FromPkcs8(Algorithm(row), pkcs8);
            if (key.Kid == row.Kid && JsonWebKey.Parse(Encoding.UTF8.GetBytes(row.PublicJwk)).ValueOrNull?.Thumbprint() == row.Kid)
                return key;
        }
        catch (CryptographicException)
        {
            // Said below: which of its reasons it was helps nobody but an attacker.
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }

        key?.Dispose();
        throw new KeyException(
            $"The signing key {row.Kid} can't be decrypted: the master key (Idp:Keys:MasterKeyFile) is not the one that it was encrypted under, or its row was changed. "
            + $"Put the right master key back; to give the signing key up: idp keys revoke {row.Kid}");
    }

    public static KeyLifetime Lifetime(StoredSigningKey row) => new()
    {
        Kid = row.Kid,
        Algorithm = Algorithm(row),
        Generation = row.Generation,
        AnnouncedAt = row.AnnouncedAt,
        ActiveAt = row.ActiveAt,
        RetiredAt = row.RetiredAt,
        GoneAt = row.GoneAt,
        RevokedAt = row.RevokedAt,
    };

    private static SignatureAlgorithm Algorithm(StoredSigningKey row) =>
        SignatureAlgorithm.TryParse(row.Algorithm, out var algorithm)
            ? algorithm
            : throw new KeyException($"The signing key {row.Kid} is of an algorithm that this version doesn't know: {row.Algorithm}.");

    private static byte[] BoundTo(string algorithm, string kid) => Encoding.UTF8.GetBytes($"signing-key/{algorithm}/{kid}");

    private static string PublicJwk(JsonWebKey key)
    {
        using var buffer = new MemoryStream();
        using (var json = new System.Text.Json.Utf8JsonWriter(buffer))
            key.WriteTo(json);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
