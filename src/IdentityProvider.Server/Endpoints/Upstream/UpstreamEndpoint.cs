using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Pages;
using IdentityProvider.Server.Pages.Upstream;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Upstream;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.Upstream;

/// <summary>
/// <c>/login/upstream/{name}</c> and its callback: a person signs in by another OpenID Provider (OpenID Connect Core §3.1, with us as the relying
/// party). What comes back is somebody; who that is here, <see cref="UpstreamSignIn"/> says.
/// </summary>
internal sealed class UpstreamEndpoint(Upstreams upstreams, UpstreamServers servers, UpstreamStart start, UpstreamCookies cookies, UpstreamExchange exchange, SignInTargets targets)
{
    /// <summary>Sends the browser there.</summary>
    public async Task StartAsync(HttpContext http, string name)
    {
        if (!RequestParameters.ReadQuery(http).Try(out var query, out var reason))
        {
            await ErrorPages.RefuseAsync(http, reason);
            return;
        }

        if (await targets.FindAsync(http, query) is not { } target)
            return;
        if (await FindAsync(name, http.RequestAborted) is not { } upstream)
            await UpstreamProblems.ShowAsync(http, Refusal.UpstreamUnknown, target);
        else if (!await start.GoAsync(http, upstream.Provider, target.QueryOf(""), MaxAgeFor(target), linkTo: null))
            await UpstreamProblems.ShowAsync(http, Refusal.UpstreamUnavailable, target);
    }

    /// <summary>Takes the browser back.</summary>
    public async Task CallbackAsync(HttpContext http, string name)
    {
        if (!RequestParameters.ReadQuery(http).Try(out var answer, out var reason))
        {
            await ErrorPages.RefuseAsync(http, reason);
            return;
        }

        var attempt = cookies.Find(http, answer["state"]);
        if (await TargetOfAsync(http, attempt) is not { } target)
            return;
        if (!(await IdentifyAsync(http, name, answer, attempt)).Try(out var came, out reason))
            await RefuseAsync(http, reason, attempt, target);
        else if (attempt!.LinkTo is { } sessionId)
            await http.RequestServices.GetRequiredService<Pages.Account.LinksPages>().LinkAsync(http, sessionId, came.Identity);
        else if (await http.RequestServices.GetRequiredService<UpstreamSignIn>().GoOnAsync(http, came.Upstream, came.Identity, target) is { } refused)
            await RefuseAsync(http, refused, attempt, target);
    }

    // Everything is checked that can be before the attempt is spent, and it is spent before the code is: of two answers one goes on.
    private async Task<Decision<Came>> IdentifyAsync(HttpContext http, string name, Parameters answer, UpstreamAttempt? attempt)
    {
        if (await FindAsync(name, http.RequestAborted) is not { } upstream)
            return Refusal.UpstreamUnknown;
        if (await servers.FindAsync(upstream.Provider, http.RequestAborted) is not { } server)
            return Refusal.UpstreamUnavailable;
        var read = UpstreamAnswerRules.Read(answer, attempt, upstream.Provider, server, start.Now);
        if (!read.Try(out var code, out var reason))
        {
            if (reason is not (Refusal.UpstreamStateUnknown or Refusal.UpstreamMixedUp or Refusal.UpstreamIssuerMismatch))
                cookies.Forget(http, attempt!);
            return reason;
        }

        if (!await start.SpendAsync(attempt!, http.RequestAborted))
            return Refusal.UpstreamStateSpent;
        cookies.Forget(http, attempt!);
        return (await exchange.RedeemAsync(upstream, server, attempt!, code, http.RequestAborted)).Try(out var identity, out reason) ? new Came(upstream.Provider, identity) : reason;
    }

    private static Task RefuseAsync(HttpContext http, Refusal reason, UpstreamAttempt? attempt, SignInTarget target) =>
        UpstreamProblems.ShowAsync(http, reason, attempt?.LinkTo is null ? target : SignInTarget.Of(OwnPage.Links), isLinking: attempt?.LinkTo is not null);

    private async Task<SignInTarget?> TargetOfAsync(HttpContext http, UpstreamAttempt? attempt) =>
        await targets.FindAsync(http, UpstreamStart.Parse(attempt?.Target));

    private async Task<StoredUpstream?> FindAsync(string name, CancellationToken cancellation) =>
        await upstreams.FindAsync(name, cancellation) is { Provider.Enabled: true } upstream ? upstream : null;

    // Whoever must prove just now who they are does so there: a session that lies about there is no proof.
    private static int? MaxAgeFor(SignInTarget target)
    {
        if (target.Page is { } page)
            return page == OwnPage.Account || page == OwnPage.Device ? null : 0;
        return target.Pending?.Accepted?.SignIn is not { } asked ? null : asked.Prompt.Login ? 0 : (int?)asked.MaxAge?.TotalSeconds;
    }

    private sealed record Came(UpstreamProvider Upstream, UpstreamIdentity Identity);
}
