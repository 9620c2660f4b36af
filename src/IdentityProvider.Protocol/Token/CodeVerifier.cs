using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace IdentityProvider.Protocol.Token;

/// <summary>Proof Key for Code Exchange at the token endpoint (RFC 7636 §4.5, §4.6), with S256 alone.</summary>
internal static class CodeVerifier
{
    private const int ChallengeLength = 43;

    private static readonly SearchValues<char> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    public static Refusal? Refuse(string? verifier, string? challenge)
    {
        // 1. A verifier where no challenge was: someone took the challenge out of the authorization request (RFC 9700 §2.1.1).
        if (challenge is null)
            return verifier is null ? null : Refusal.CodeVerifierWithoutChallenge;

        // 2. A challenge needs its verifier (RFC 7636 §4.6), 43 to 128 unreserved characters (§4.1).
        if (verifier is null)
            return Refusal.CodeVerifierMissing;
        if (verifier.Length is < 43 or > 128 || verifier.AsSpan().ContainsAnyExcept(Unreserved))
            return Refusal.CodeVerifierMalformed;

        // 3. Its SHA-256 is the challenge (RFC 7636 §4.6), compared in constant time.
        Span<byte> ascii = stackalloc byte[128];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> expected = stackalloc byte[ChallengeLength];
        SHA256.HashData(ascii[..Encoding.ASCII.GetBytes(verifier, ascii)], hash);
        Base64Url.EncodeToUtf8(hash, expected);
        return CryptographicOperations.FixedTimeEquals(expected, Encoding.ASCII.GetBytes(challenge)) ? null : Refusal.CodeVerifierMismatch;
    }
}
