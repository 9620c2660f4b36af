using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// Recovery codes: kept by a hash under a key derived from the master key, since they are short enough to be tried by who has the database alone.
/// </summary>
internal sealed class RecoveryCodes(SecondFactors factors, MasterKey masterKey, Entropy entropy)
{
    private readonly byte[] _key = masterKey.Derive("recovery-code", 32);

    /// <summary>New codes as they are shown, once, and their hashes.</summary>
    public (IReadOnlyList<string> Codes, IReadOnlyList<string> Hashes) Make(Guid userId)
    {
        var codes = Enumerable.Range(0, RecoveryCode.Count).Select(_ => RecoveryCode.Of(entropy.Bytes(RecoveryCode.Length))).ToList();
        return (codes, [.. codes.Select(code => HashOf(userId, RecoveryCode.Read(code)!))]);
    }

    /// <summary>New codes in place of the old; null where the person has nothing that they could stand in for.</summary>
    public async Task<IReadOnlyList<string>?> ReplaceAsync(Guid userId, CancellationToken cancellation)
    {
        var (codes, hashes) = Make(userId);
        return await factors.ReplaceRecoveryCodesAsync(userId, hashes, entropy.NewId().ToString("D"), cancellation) ? codes : null;
    }

    /// <summary>Whether a code (<see cref="RecoveryCode.Read"/>) is one of the person's; it is spent then.</summary>
    public Task<bool> SpendAsync(Guid userId, string code, CancellationToken cancellation) => factors.SpendRecoveryCodeAsync(userId, HashOf(userId, code), cancellation);

    private string HashOf(Guid userId, string code) => Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes($"{userId:N} {code}")));
}
