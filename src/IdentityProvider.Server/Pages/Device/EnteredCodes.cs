using System.Globalization;
using System.Text;
using IdentityProvider.Protocol.DeviceAuthorization;
using IdentityProvider.Server.Keys;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityProvider.Server.Pages.Device;

/// <summary>
/// The token that carries a code from our own form through the sign-in to the question, sealed under the master key and good in the browser alone
/// that sent the form: no link from elsewhere leads past it, and the code stands in no address that a browser keeps.
/// </summary>
internal sealed class EnteredCodes(IDataProtectionProvider protection, TimeProvider clock)
{
    private readonly TokenSeal _seal = new(protection, "device");

    /// <param name="code">What was typed.</param>
    /// <param name="browser">Where (<see cref="Forms.BrowserOf"/>).</param>
    public string Seal(UserCode code, string browser) =>
        _seal.Seal(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow().ToUnixTimeMilliseconds()} {code.Value} {browser}")));

    /// <summary>What a token carries, or null where it isn't one of ours, is another browser's, or is older than any code.</summary>
    public EnteredCode? Open(string? token, string? browser)
    {
        if (_seal.Open(token) is not { } content)
            return null;
        var parts = Encoding.ASCII.GetString(content).Split(' ');
        var at = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(parts[0], CultureInfo.InvariantCulture));
        return parts[2] == browser && clock.GetUtcNow() - at < DeviceAuthorizationRules.Lifetime && UserCode.Parse(parts[1]) is { } code ? new EnteredCode(code, at) : null;
    }
}

/// <param name="Code">What was typed.</param>
/// <param name="At">When, in whole milliseconds.</param>
internal sealed record EnteredCode(UserCode Code, DateTimeOffset At);
