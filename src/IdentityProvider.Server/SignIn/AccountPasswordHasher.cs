using System.Security.Cryptography;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// ASP.NET Core Identity's hasher, which also reads its own older forms, and beside it the hashes that came from other systems
/// (<see cref="PasswordHashRules"/>). Whatever isn't made as new ones are asks to be made anew.
/// </summary>
internal sealed class AccountPasswordHasher(IOptions<PasswordHasherOptions> options) : IPasswordHasher<User>
{
    /// <summary>Rounds of HMAC-SHA-512: what OWASP's Password Storage Cheat Sheet asks for (August 2026).</summary>
    public const int Rounds = 220_000;

    private static readonly byte[] Padding = new byte[16];

    private readonly PasswordHasher<User> _hasher = new(options);

    public string HashPassword(User user, string password) => _hasher.HashPassword(user, password);

    public PasswordVerificationResult VerifyHashedPassword(User user, string hashedPassword, string providedPassword)
    {
        var result = hashedPassword.StartsWith('$') ? VerifyImported(hashedPassword, providedPassword) : _hasher.VerifyHashedPassword(user, hashedPassword, providedPassword);
        var missing = options.Value.IterationCount - PasswordHashRules.WorkOf(hashedPassword);
        if (missing > 0)
            Rfc2898DeriveBytes.Pbkdf2(providedPassword, Padding, missing, HashAlgorithmName.SHA512, Padding.Length);
        return result;
    }

    private static PasswordVerificationResult VerifyImported(string hash, string password) =>
        Pbkdf2Hash.Parse(hash)?.Verify(password) == true ? PasswordVerificationResult.SuccessRehashNeeded : PasswordVerificationResult.Failed;
}
