using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IdentityProvider.Protocol.Upstream;
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

    private readonly IDataProtector _attempts = protection.CreateProtector("upstream-attempt");
    private readonly IDataProtector _newcomers = protection.CreateProtector("upstream-newcomer");

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

        _chunks.AppendResponseCookie(http, NameOf(attempt.State), Seal(_attempts, attempt), settings.Cookie(UpstreamAttempt.Lifetime));
    }

    /// <summary>The attempt that an answer with this <c>state</c> ends; null where this browser keeps none.</summary>
    public UpstreamAttempt? Find(HttpContext http, string? state) => state is null ? null : Open<UpstreamAttempt>(_attempts, _chunks.GetRequestCookie(http, NameOf(state)));

    public void Forget(HttpContext http, UpstreamAttempt attempt) => _chunks.DeleteCookie(http, NameOf(attempt.State), settings.Cookie());

    public void Keep(HttpContext http, UpstreamNewcomer newcomer) => _chunks.AppendResponseCookie(http, NewcomerName, Seal(_newcomers, newcomer), settings.Cookie(UpstreamAttempt.Lifetime));

    /// <summary>Who came back by this upstream and was asked; null where nobody, or too long ago.</summary>
    public UpstreamNewcomer? FindNewcomer(HttpContext http, string upstream) =>
        Open<UpstreamNewcomer>(_newcomers, _chunks.GetRequestCookie(http, NewcomerName)) is { } newcomer
        && newcomer.Upstream == upstream && clock.GetUtcNow() < newcomer.At + UpstreamAttempt.Lifetime ? newcomer : null;

    public void ForgetNewcomer(HttpContext http) => _chunks.DeleteCookie(http, NewcomerName, settings.Cookie());

    private IEnumerable<(string Name, UpstreamAttempt? Attempt)> Others(HttpContext http) =>
        http.Request.Cookies.Keys.Where(name => name.Length == Prefix.Length + HashLength && name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => (name, Open<UpstreamAttempt>(_attempts, _chunks.GetRequestCookie(http, name))));

    private const int HashLength = 16;

    private string NameOf(string state) => Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)))[..HashLength];

    private static string Seal<T>(IDataProtector protector, T content) => Base64Url.EncodeToString(protector.Protect(JsonSerializer.SerializeToUtf8Bytes(content)));

    private static T? Open<T>(IDataProtector protector, string? value)
        where T : class
    {
        if (value is null || !Base64Url.IsValid(value))
            return null;
        try
        {
            return JsonSerializer.Deserialize<T>(protector.Unprotect(Base64Url.DecodeFromChars(value)));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}

/// <summary>Somebody who came from an upstream, and is asked whether they have an account here.</summary>
/// <param name="Upstream">By its name here.</param>
/// <param name="Session">Who they are there.</param>
/// <param name="IsStrong">Whether it counts as two factors.</param>
/// <param name="Claims">What was said of them, in our words, as JSON.</param>
/// <param name="Target">Where the sign-in leads back to, as a query of <c>/login</c>.</param>
/// <param name="At">When they came.</param>
internal sealed record UpstreamNewcomer(string Upstream, UpstreamSession Session, bool IsStrong, string Claims, string Target, DateTimeOffset At);
