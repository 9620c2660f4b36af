using System.Buffers.Text;
using System.Globalization;
using System.Text;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// Authenticator apps. A key is sealed under the master key wherever it lies: in the database for its person, and before that, while they set it up, in the
/// form that shows it, for ten minutes. A code counts once.
/// </summary>
internal sealed class Authenticators(
    IDataProtectionProvider protection, SecondFactors factors, SpentIdentifiers spent, RecoveryCodes recoveryCodes, Entropy entropy, TimeProvider clock)
{
    private readonly IDataProtector _keys = protection.CreateProtector("authenticator-key");
    private readonly TokenSeal _offers = new(protection, "authenticator-offer");

    /// <summary>A new key for this person, to be shown; it is theirs when they have shown a code of it.</summary>
    public AuthenticatorOffer Offer(Guid userId)
    {
        var key = entropy.Bytes(Totp.KeyLength);
        var content = string.Create(CultureInfo.InvariantCulture, $"{userId:N} {clock.GetUtcNow().ToUnixTimeMilliseconds()} {Convert.ToHexString(key)}");
        return new AuthenticatorOffer(key, _offers.Seal(Encoding.ASCII.GetBytes(content)));
    }

    /// <summary>The key that was offered to this person; null where the token isn't ours, is another's, or is too old.</summary>
    public AuthenticatorOffer? Open(string? token, Guid userId)
    {
        if (_offers.Open(token) is not { } content)
            return null;
        var parts = Encoding.ASCII.GetString(content).Split(' ');
        var at = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(parts[1], CultureInfo.InvariantCulture));
        return parts[0] == userId.ToString("N") && clock.GetUtcNow() - at < SignInRules.PendingFor ? new AuthenticatorOffer(Convert.FromHexString(parts[2]), token!) : null;
    }

    /// <summary>
    /// Makes the offered key the person's, where the code is one of it, with new recovery codes, which are told here alone; null where the code is wrong, or
    /// they have an authenticator already.
    /// </summary>
    public async Task<IReadOnlyList<string>?> AddAsync(User user, AuthenticatorOffer offer, string? typed, CancellationToken cancellation)
    {
        var (userId, stamp) = (user.Id, entropy.NewId().ToString("D"));
        if (Totp.Read(typed) is not { } code || Totp.StepOfCode(offer.Key, code, clock.GetUtcNow()) is not { } step || !await SpendAsync(userId, step, cancellation))
            return null;
        var (codes, hashes) = recoveryCodes.Make(userId);
        var sealedKey = Base64Url.EncodeToString(Protector(userId).Protect(offer.Key));

        // Where what the account signs in by changed since it was read, whoever is here may not be its person.
        if (!await factors.AddAuthenticatorAsync(userId, sealedKey, hashes, stamp, clock.GetUtcNow(), user.SecurityStamp, cancellation))
            return null;
        user.SecurityStamp = user.ConcurrencyStamp = stamp;
        return codes;
    }

    /// <summary>Makes a key the person's that their app has already, without recovery codes; false where they have an authenticator.</summary>
    public Task<bool> KeepAsync(User user, byte[] key, CancellationToken cancellation) =>
        factors.AddAuthenticatorAsync(user.Id, Base64Url.EncodeToString(Protector(user.Id).Protect(key)), [], entropy.NewId().ToString("D"), clock.GetUtcNow(), read: null, cancellation);

    /// <summary>Takes the person's authenticator away; false where they have none.</summary>
    public Task<bool> RemoveAsync(Guid userId, CancellationToken cancellation) => factors.RemoveAuthenticatorAsync(userId, entropy.NewId().ToString("D"), clock.GetUtcNow(), cancellation);

    /// <summary>Whether a code is one of the person's key, and nobody showed it before.</summary>
    public async Task<bool> SpendAsync(Guid userId, string code, CancellationToken cancellation)
    {
        if (await factors.FindAuthenticatorAsync(userId, cancellation) is not { } sealedKey)
            return false;
        var key = Protector(userId).Unprotect(Base64Url.DecodeFromChars(sealedKey));
        return Totp.StepOfCode(key, code, clock.GetUtcNow()) is { } step && await SpendAsync(userId, step, cancellation);
    }

    // RFC 6238 §5.2: a code that was accepted is never accepted again. One insert says who was first.
    private Task<bool> SpendAsync(Guid userId, long step, CancellationToken cancellation) =>
        spent.SpendAsync("totp", userId.ToString("N"), step.ToString(CultureInfo.InvariantCulture), Totp.EndOf(step), clock.GetUtcNow(), cancellation);

    // One person's sealed key is no good in another's row.
    private IDataProtector Protector(Guid userId) => _keys.CreateProtector(userId.ToString("N"));
}

/// <summary>A key that is shown to a person to set up.</summary>
/// <param name="Key">The key.</param>
/// <param name="Token">The same, sealed, for the form.</param>
internal sealed record AuthenticatorOffer(byte[] Key, string Token);
