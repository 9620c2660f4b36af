using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Pages.Account;

/// <summary><c>/account</c>: where a person is signed in, what apps have of them, and what happened; each of which they can end.</summary>
internal sealed class AccountPages(AccountAccess access, AccountOverview overview, BrowserSessions browsers, Grants grants, WaitingRequests waiting)
{
    public async Task GetAsync(HttpContext http)
    {
        if (await access.OpenAsync(http, OwnPage.Account, needsFreshSignIn: false) is not var (query, (session, user)))
            return;
        var empty = new AccountModel(
            access.FormToken(http), session.SessionId.ToString("N"), user.Username, AccountNotice.KeyOf(OwnPage.Account, query), browsers.Now)
        {
            Sessions = [],
            Apps = [],
            History = [],
            Waiting = await waiting.LoadAsync(session.UserId, http.RequestAborted),
        };
        await PageResults.ShowAsync<AccountPage>(http, await overview.LoadAsync(empty, session, http.RequestAborted), PagePolicy.Account);
    }

    /// <summary>Ends one of the person's own sessions. Another's is answered as one that has ended: its identifier gives nothing.</summary>
    public async Task EndSessionAsync(HttpContext http)
    {
        if (await access.ReadAsync(http, OwnPage.Account, needsFreshSignIn: false) is not var (form, (current, _)))
            return;
        var named = Guid.TryParseExact(form["session"], "N", out var sessionId) ? await browsers.FindAsync(sessionId, http.RequestAborted) : null;
        if (named?.SessionId == current.SessionId)
        {
            PageResults.Redirect(http, "/logout");
            return;
        }

        var ended = named?.UserId == current.UserId && await browsers.EndOtherAsync(http, named);
        PageResults.Redirect(http, (ended ? AccountNotice.SessionEnded : AccountNotice.SessionGone).Path);
    }

    public async Task RemoveAppAsync(HttpContext http)
    {
        if (await access.ReadAsync(http, OwnPage.Account, needsFreshSignIn: false) is not var (form, (current, _)))
            return;
        if (form["client_id"] is { } clientId)
        {
            var standing = await grants.FindAsync(current.UserId, clientId, http.RequestAborted);
            await grants.RevokeAsync(current.UserId, clientId, browsers.Now, http.RequestAborted);
            var name = (await http.RequestServices.GetRequiredService<Registry>().FindClientAsync(clientId, http.RequestAborted))?.ClientName;
            await http.RequestServices.GetRequiredService<SignInHistory>().AddAsync(current.UserId, Origin.Of(http), SignInOutcome.AppRemoved, CancellationToken.None, name, AuditTold.OfGrant(clientId, standing, null));
        }

        PageResults.Redirect(http, AccountNotice.AppRemoved.Path);
    }

    /// <summary>Answers what a client asks by the back channel; where it wants a fresh sign-in, that comes first, and the question still stands afterwards.</summary>
    public async Task AnswerRequestAsync(HttpContext http)
    {
        if (await access.ReadAsync(http, OwnPage.Account, needsFreshSignIn: false) is not var (form, (current, _)))
            return;
        var isYes = form["decision"] == "allow";
        PageResults.Redirect(http, await waiting.AnswerAsync(http, form["request"], current, isYes) switch
        {
            WaitingAnswer.SignInFirst => OwnPage.Account.LoginPath,
            WaitingAnswer.SecondFactorFirst => SignInTarget.Of(OwnPage.Account).QueryOf(SignInFlow.SecondPath),
            WaitingAnswer.Gone => AccountNotice.RequestGone.Path,
            _ => (isYes ? AccountNotice.RequestAllowed : AccountNotice.RequestDenied).Path,
        });
    }
}
