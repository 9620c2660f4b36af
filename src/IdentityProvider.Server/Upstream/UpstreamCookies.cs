using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Keys;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityProvider.Server.Upstream;

/// <summary>
/// What a browser keeps while its person is at an upstream: each attempt in a cookie of its own, so that several tabs don't end each other's, sealed under the
/// master key; and who came back without an account, while they are asked whether they are new.
/// </summary>
internal sealed class UpstreamCookies(IDataProtectionProvider protection, Settings settings, TimeProvider clock)
{
    /// <summary>Of all attempts but the newest, in characters: more would make every request of this browser too long.</summary>
    private const int MostKept = 8 * 1024;

    // A request under way may be longer than one cookie may be.
    private readonly ChunkingCookieManager _chunks = new() { ThrowForPartialCookies = false };

    private readonly TokenSeal _attempts = new(protection, "upstream-attempt");
    private readonly TokenSeal _newcomers = new(protection, "upstream-newcomer");

    private string Prefix => settings.CookieName("idp-upstream") + "-";

    private string NewcomerName => settings.CookieName("idp-newcomer");

    public void Keep(HttpContext http, UpstreamAttempt attempt)
    {
        var room = MostKept;
        foreach (var (name, other) in Others(http).OrderByDescending(o => o.Attempt?.StartedAt))
        {
            room -= _chunks.GetRequestCookie(http, name)?.Length ?? 0;
            if (room < 0 || other is null || clock.GetUtcNow() >= other.ExpiresAt)
                _chunks.DeleteCookie(http, name, settings.Cookie());
        }

        _chunks.AppendResponseCookie(http, NameOf(attempt.State), _attempts.Seal(attempt), settings.Cookie(UpstreamAttempt.Lifetime));
    }

    /// <summary>The attempt that an answer with this <c>state</c> ends; null where this browser keeps none.</summary>
    public UpstreamAttempt? Find(HttpContext http, string? state) => state is null ? null : _attempts.Open<UpstreamAttempt>(_chunks.GetRequestCookie(http, NameOf(state)));

    public void Forget(HttpContext http, UpstreamAttempt attempt) => _chunks.DeleteCookie(http, NameOf(attempt.State), settings.Cookie());

    public void Keep(HttpContext http, UpstreamNewcomer newcomer) => _chunks.AppendResponseCookie(http, NewcomerName, _newcomers.Seal(newcomer), settings.Cookie(UpstreamAttempt.Lifetime));

    /// <summary>Who came back by this upstream and was asked; null where nobody, or too long ago.</summary>
    public UpstreamNewcomer? FindNewcomer(HttpContext http, string upstream) =>
        _newcomers.Open<UpstreamNewcomer>(_chunks.GetRequestCookie(http, NewcomerName)) is { } newcomer
        && newcomer.Upstream == upstream && clock.GetUtcNow() < newcomer.At + UpstreamAttempt.Lifetime ? newcomer : null;

    public void ForgetNewcomer(HttpContext http) => _chunks.DeleteCookie(http, NewcomerName, settings.Cookie());

    private IEnumerable<(string Name, UpstreamAttempt? Attempt)> Others(HttpContext http) =>
        http.Request.Cookies.Keys.Where(name => name.Length == Prefix.Length + HashLength && name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => (name, _attempts.Open<UpstreamAttempt>(_chunks.GetRequestCookie(http, name))));

    private const int HashLength = 16;

    private string NameOf(string state) => Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)))[..HashLength];
}

/// <summary>Somebody who came from an upstream, and is asked whether they have an account here.</summary>
/// <param name="Upstream">By its name here.</param>
/// <param name="Session">Who they are there.</param>
/// <param name="IsStrong">Whether it counts as two factors.</param>
/// <param name="Claims">What was said of them, in our words, as JSON.</param>
/// <param name="Target">Where the sign-in leads back to, as a query of <c>/login</c>.</param>
/// <param name="At">When they came.</param>
internal sealed record UpstreamNewcomer(string Upstream, UpstreamSession Session, bool IsStrong, string Claims, string Target, DateTimeOffset At);
