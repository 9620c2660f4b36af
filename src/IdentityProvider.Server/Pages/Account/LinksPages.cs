using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Mail;
using IdentityProvider.Server.Pages.Upstream;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Server.Upstream;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Pages.Account;

/// <summary><c>/account/links</c>: by which other providers a person signs in here. Each link is made by their own choice, after a fresh sign-in, and never is the last way in taken away.</summary>
internal sealed class LinksPages(AccountAccess access, Upstreams upstreams, UpstreamLinks links, UpstreamStart start, BrowserSessions browsers, Entropy entropy)
{
    private const string UpstreamField = "upstream";
    private const string SubjectField = "subject";

    public async Task GetAsync(HttpContext http)
    {
        if (await access.OpenAsync(http, OwnPage.Links, needsFreshSignIn: true) is not var (query, (session, _)))
            return;
        var known = await upstreams.ListAsync(http.RequestAborted);
        var theirs = await links.ListAsync(session.UserId, [.. known.Select(u => u.Issuer)], http.RequestAborted);
        IReadOnlyList<LinksPage.LinkLine> lines = [.. theirs.Select(link => (link.Subject, Upstream: known.First(u => u.Issuer == link.Issuer)))
            .Select(link => new LinksPage.LinkLine(link.Upstream.Name, link.Upstream.Label, new Uri(link.Upstream.Issuer).Host, link.Subject))];
        var open = known.Where(u => u.Enabled && theirs.All(link => link.Issuer != u.Issuer)).ToList();
        var model = new LinksPage.LinksModel(access.FormToken(http), session.SessionId.ToString("N"), lines, open, AccountNotice.KeyOf(OwnPage.Links, query));

        // The form that links leads, by a redirect, to the upstream.
        var policy = open.FirstOrDefault(u => u.Issuer.StartsWith("http:", StringComparison.Ordinal)) ?? open.FirstOrDefault();
        await PageResults.ShowAsync<LinksPage>(http, model, PagePolicy.AccountLeadingTo(policy?.Issuer));
    }

    /// <summary>Sends the browser to the upstream, whose answer then links the account of this session and no other.</summary>
    public async Task AddAsync(HttpContext http)
    {
        if (await access.ReadAsync(http, OwnPage.Links, needsFreshSignIn: true) is not var (form, (session, _)))
            return;
        if (form[UpstreamField] is not { } name || await upstreams.FindAsync(name, http.RequestAborted) is not { Provider: { Enabled: true } upstream })
            await UpstreamProblems.ShowAsync(http, Refusal.UpstreamUnknown, SignInTarget.Home, isLinking: true);
        else if (!await start.GoAsync(http, upstream, SignInTarget.Of(OwnPage.Links).QueryOf(""), maxAge: null, linkTo: session.SessionId))
            await UpstreamProblems.ShowAsync(http, Refusal.UpstreamUnavailable, SignInTarget.Home, isLinking: true);
    }

    /// <summary>Links whom an upstream's answer is about.</summary>
    /// <param name="http">The request that brought the answer.</param>
    /// <param name="sessionId">The session that asked for it, which must be this browser's still.</param>
    /// <param name="identity">Who they are there.</param>
    public async Task LinkAsync(HttpContext http, Guid sessionId, UpstreamIdentity identity)
    {
        var signedIn = await browsers.FindAsync(http);
        var refused = signedIn?.Session.SessionId != sessionId ? Refusal.UpstreamLinkGone : await links.AddAsync(signedIn.Session.UserId, identity.Session, http.RequestAborted);
        if (refused is { } reason)
        {
            await UpstreamProblems.ShowAsync(http, reason, SignInTarget.Home, isLinking: true);
            return;
        }

        await TellAsync(http, signedIn!.Session.UserId, SignInOutcome.LinkAdded, NoticeKind.LinkAdded, new Uri(identity.Session.Issuer).Host);
        Log.UpstreamLinked(OAuthResults.Logger(http), signedIn.Session.UserId, identity.Session.Issuer);
        PageResults.Redirect(http, AccountNotice.Linked.Path);
    }

    /// <summary>Takes a link away, and the other sessions that came by it.</summary>
    public async Task RemoveAsync(HttpContext http)
    {
        if (await access.ReadAsync(http, OwnPage.Links, needsFreshSignIn: true) is not var (form, (session, _)))
            return;
        var known = await upstreams.ListAsync(http.RequestAborted);
        if (known.FirstOrDefault(u => u.Name == form[UpstreamField]) is { } upstream && form[SubjectField] is { } subject)
        {
            if (await links.RemoveAsync(session.UserId, (upstream.Issuer, subject), entropy.NewId().ToString("D"), http.RequestAborted) is { } refused)
            {
                await UpstreamProblems.ShowAsync(http, refused, SignInTarget.Home, isLinking: true);
                return;
            }

            await browsers.EndUpstreamAsync(http, session, upstream.Issuer, subject);
            await TellAsync(http, session.UserId, SignInOutcome.LinkRemoved, NoticeKind.LinkRemoved, upstream.Label);
            Log.UpstreamUnlinked(OAuthResults.Logger(http), session.UserId, upstream.Issuer);
        }

        PageResults.Redirect(http, AccountNotice.Unlinked.Path);
    }

    private static async Task TellAsync(HttpContext http, Guid userId, SignInOutcome outcome, NoticeKind kind, string detail)
    {
        await http.RequestServices.GetRequiredService<SignInHistory>().AddAsync(userId, Origin.Of(http), outcome, CancellationToken.None, detail);
        await http.RequestServices.GetRequiredService<NoticeMail>().SendAsync(userId, kind, http, detail);
    }
}
