using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Decoupled;
using IdentityProvider.Protocol.DeviceAuthorization;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Decoupled;

/// <summary>
/// The codes that people copy from a device (RFC 8628 §5.1): found by a keyed hash, since they are short, and only by who is signed in, so that
/// every guess is some account's. Wrong ones are counted by account and by address.
/// </summary>
internal sealed class UserCodes(DecoupledRequests requests, MasterKey masterKey, Settings settings, TimeProvider clock)
{
    /// <summary>Wrong codes of one account within <see cref="Window"/>.</summary>
    public const int MostOfAccount = 10;

    /// <summary>Wrong codes from one address within <see cref="Window"/>: many people may share one.</summary>
    public const int MostOfAddress = 100;

    private readonly byte[] _key = masterKey.Derive("user-code", 32);
    private readonly GuessLimit _accounts = new(MostOfAccount, Window, clock);
    private readonly GuessLimit _addresses = new(MostOfAddress, Window, clock);

    /// <summary>As long as a code lives.</summary>
    public static TimeSpan Window => DeviceAuthorizationRules.Lifetime;

    public byte[] HashOf(UserCode code) => HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes(code.Value));

    /// <summary>The request whose device shows this code, while it waits for an answer.</summary>
    /// <param name="code">What was typed.</param>
    /// <param name="userId">By whom.</param>
    /// <param name="address">From where; null where that is unknown.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Decision<DecoupledRequest>> FindAsync(UserCode code, Guid userId, string? address, CancellationToken cancellation)
    {
        var (account, place) = (userId.ToString("N"), address ?? "");
        if (settings.Throttling.Enabled && !(_accounts.TryTake(account) && _addresses.TryTake(place)))
            return Refusal.UserCodeGuessedTooOften;

        var found = await requests.FindByUserCodeAsync(HashOf(code), cancellation);
        if (found is not { Status: DecoupledStatus.Pending } || clock.GetUtcNow() >= found.ExpiresAt)
            return Refusal.UserCodeUnknown;
        _accounts.GiveBack(account);
        _addresses.GiveBack(place);
        return found;
    }
}
