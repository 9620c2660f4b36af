using System.Security.Cryptography;
using System.Text;

namespace IdentityProvider.Protocol.Tokens;

/// <summary>
/// What is kept of a bearer secret: client secrets, authorization codes and session cookies alike. Each is 256 random bits, so a plain SHA-256
/// is as good as a slow hash (RFC 6749 §10.1, §10.10 ask that they can't be guessed), and nothing that was stolen at rest can be used.
/// </summary>
public static class SecretHash
{
    /// <summary>SHA-256 of the secret's text as it is handed out.</summary>
    public static byte[] Of(string secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return SHA256.HashData(Encoding.UTF8.GetBytes(secret));
    }
}
