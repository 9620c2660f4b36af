using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Pages;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Server.Upstream;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.Upstream;

/// <summary>
/// An upstream says that somebody signed out there (OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8): the sessions here that came from it end, with
/// everything under them. And the way back of a browser that was sent there to sign out.
/// </summary>
internal sealed class UpstreamLogoutEndpoint(Upstreams upstreams, UpstreamServers servers, ClientKeys keys, SpentIdentifiers spent, Storage.Sessions sessions, TimeProvider clock)
{
    public async Task HearAsync(HttpContext http, string name)
    {
        if ((await VerifyAsync(http, name)).Try(out var heard, out var reason))
        {
            var ended = await sessions.EndUpstreamAsync(heard.Issuer, heard.Notice.Subject, heard.Notice.SessionId, kept: null, clock.GetUtcNow(), CancellationToken.None);
            if (ended > 0)
                await AuditTrail.ByAsync(http, Actor.System($"upstream {name}"), AuditAction.SessionEnded, AuditTarget.NoUser, detail: new() { ["reason"] = "upstream_logout", ["sessions"] = ended });
            Log.UpstreamLogout(OAuthResults.Logger(http), name, ended);
            OAuthResults.NoStore(http.Response);
            return;
        }

        await OAuthResults.RefuseAsync(http, reason);
    }

    /// <summary>Somebody comes back from signing out there; on to the app that they were signing out of.</summary>
    public static async Task ReturnAsync(HttpContext http)
    {
        if (!RequestParameters.ReadQuery(http).Try(out var query, out var reason))
            await ErrorPages.RefuseAsync(http, reason);
        else if (http.RequestServices.GetRequiredService<UpstreamLogouts>().Open(query["state"]) is var (_, address))
            PageResults.Redirect(http, address);
        else
            await PageResults.ShowAsync<SignedOutPage>(http, new SignedOutPage.SignedOutModel(null, []));
    }

    // What is not yet known to be the upstream's own word moves nothing but a fetch of its keys, which is rare (ClientKeys).
    private async Task<Decision<Heard>> VerifyAsync(HttpContext http, string name)
    {
        if (!(await RequestParameters.ReadFormAsync(http)).Try(out var form, out var reason))
            return reason;
        if (await upstreams.FindAsync(name, http.RequestAborted) is not { Provider: var upstream })
            return Refusal.UpstreamUnknown;
        if (await servers.FindAsync(upstream, http.RequestAborted) is not { } server)
            return Refusal.UpstreamUnavailable;
        var (token, now) = (form["logout_token"], clock.GetUtcNow());
        var kid = token is null ? null : UpstreamIdTokenRules.KidOf(token);
        var set = await keys.FindPublishedAsync($"upstream {name}", server.JwksUri, held => held.Has(kid), http.RequestAborted);
        if (set.Verification.Keys.Count == 0)
            return Refusal.UpstreamUnavailable;
        if (!UpstreamLogoutRules.Verify(token, upstream, set.Verification, now).Try(out var notice, out reason))
            return reason;
        return await spent.SpendAsync(UpstreamLogoutRules.Purpose, upstream.Issuer, notice.Jti, notice.ExpiresAt, now, http.RequestAborted)
            ? new Heard(upstream.Issuer, notice)
            : Refusal.UpstreamLogoutTokenReplayed;
    }

    private sealed record Heard(string Issuer, UpstreamLogoutNotice Notice);
}
