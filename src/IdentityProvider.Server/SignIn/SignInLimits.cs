using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// Slows down whoever guesses passwords: all strangers who try one account, and all strangers at one address. A browser in which the person signed
/// in before has an allowance of its own, so that nobody can lock them out by guessing. A name that nobody has is counted as any other.
/// </summary>
internal sealed class SignInLimits(Attempts attempts, BrowserMemory memory, MasterKey masterKey, Settings settings, TimeProvider clock)
{
    private readonly byte[] _key = masterKey.Derive("attempted-name", 32);

    /// <summary>Takes an attempt, which counts as wrong until it is forgiven, and so whether or not anybody still waits; null where none may be made.</summary>
    /// <param name="http">The request.</param>
    /// <param name="userId">Whose name it is; null where it is nobody's.</param>
    /// <param name="name">The name as it was typed.</param>
    public async Task<TakenAttempt?> TakeAsync(HttpContext http, Guid? userId, string name)
    {
        var now = clock.GetUtcNow();
        var known = await memory.FindAsync(http, userId ?? Guid.Empty);
        var address = known is null && settings.Throttling.Enabled ? AttemptKey.OfAddress(http.Connection.RemoteIpAddress) : null;
        if (address is not null && await attempts.TakeAsync(address, AttemptLimit.OfAddress, now, CancellationToken.None) is null)
            return null;
        var account = known is not null ? AttemptKey.OfBrowser(known.UserId, known.BrowserId)
            : userId is { } id ? AttemptKey.OfAccount(id)
            : AttemptKey.OfName(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(name.ToUpperInvariant())));
        return await attempts.TakeAsync(account, AttemptLimit.OfAccount, now, CancellationToken.None) is { } taken
            ? new TakenAttempt(account, address, taken.NextAt is not null)
            : null;
    }

    /// <summary>The attempt was right: what was wrong before is forgotten, but at the address only this one.</summary>
    public async Task ForgiveAsync(TakenAttempt taken, CancellationToken cancellation)
    {
        await attempts.ForgetAsync(taken.Account, cancellation);
        if (taken.Address is { } address)
            await attempts.GiveBackAsync(address, AttemptLimit.OfAddress, cancellation);
    }
}

/// <summary>An attempt that may be made.</summary>
/// <param name="Account">Where it counts: at the account, the unknown name, or the known browser.</param>
/// <param name="Address">Where else; null where no address is limited.</param>
/// <param name="Locks">Whether the next one has to wait if this is wrong.</param>
internal sealed record TakenAttempt(string Account, string? Address, bool Locks);
