using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Pages;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// What a person has proven while more is asked of them: in a cookie, sealed under the master key, good for ten minutes, in the browser that our form was
/// given to, for the target that the sign-in began with, and until something that the account signs in by changes.
/// </summary>
internal sealed class PendingSignIns(IDataProtectionProvider protection, Forms forms, Settings settings, TimeProvider clock)
{
    private readonly TokenSeal _seal = new(protection, "pending-sign-in");

    private string CookieName => settings.CookieName("idp-pending");

    public void Keep(HttpContext http, User user, ProvenFactors proven, SignInTarget target)
    {
        var content = new Content(
            user.Id, StampOf(user), [.. proven.Amr], proven.Upstream, proven.Attempt, target.Mark(), forms.BrowserOf(http), clock.GetUtcNow().ToUnixTimeMilliseconds());
        http.Response.Cookies.Append(CookieName, _seal.Seal(content), settings.Cookie());
    }

    /// <summary>What this browser's person has proven for this target; null where nothing, or no longer.</summary>
    public PendingSignIn? Find(HttpContext http, SignInTarget target)
    {
        if (_seal.Open<Content>(http.Request.Cookies[CookieName]) is not { } content || content.Target != target.Mark() || content.Browser is null || content.Browser != forms.BrowserOf(http))
            return null;
        var age = clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(content.At);
        return age < SignInRules.PendingFor ? new PendingSignIn(content.UserId, content.Stamp, new ProvenFactors(content.Amr, content.Upstream) { Attempt = content.Attempt }) : null;
    }

    public void Forget(HttpContext http)
    {
        if (http.Request.Cookies.ContainsKey(CookieName))
            http.Response.Cookies.Delete(CookieName, settings.Cookie());
    }

    /// <summary>Of the stamp that changes with whatever the account signs in by: what was proven before that counts no longer.</summary>
    public static string StampOf(User user) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(user.SecurityStamp ?? "")));

    private sealed record Content(Guid UserId, string Stamp, string[] Amr, UpstreamSession? Upstream, Guid? Attempt, string Target, string? Browser, long At);
}

/// <summary>A sign-in under way.</summary>
/// <param name="UserId">Whose.</param>
/// <param name="Stamp">What the account's stamp stood for then (<see cref="PendingSignIns.StampOf"/>).</param>
/// <param name="Proven">What was proven.</param>
internal sealed record PendingSignIn(Guid UserId, string Stamp, ProvenFactors Proven);
