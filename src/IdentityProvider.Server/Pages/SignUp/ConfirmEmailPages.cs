using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Mail;
using IdentityProvider.Server.Pages.Account;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Pages.SignUp;

/// <summary>
/// <c>/confirm-email</c>: a person shows that an address is theirs, by having its mail and their account at once; so nobody makes another confirm for
/// them, nor gets an address by sending somebody a link.
/// </summary>
internal sealed class ConfirmEmailPages(LinkPages links, BrowserSessions sessions, AccountLinks accountLinks, Mails mails, SignInHistory history, Entropy entropy)
{
    public async Task GetAsync(HttpContext http)
    {
        if (await links.OpenAsync(http, AccountLinkPurpose.EmailChange) is not { } opened || await FindOwnerAsync(http, opened) is not { } owner)
            return;
        var model = new ConfirmEmailPage.ConfirmModel(links.FormToken(http), opened.Token, opened.Link.Address, owner.User.Username);
        await PageResults.ShowAsync<ConfirmEmailPage>(http, model, PagePolicy.OwnForm);
    }

    public async Task PostAsync(HttpContext http)
    {
        if (await links.ReadAsync(http, AccountLinkPurpose.EmailChange) is not { } opened || await FindOwnerAsync(http, opened) is not { } owner)
            return;
        var userId = owner.Session.UserId;
        var notice = await mails.NoticeOfAsync(userId, NoticeKind.EmailChanged, http);
        if (notice?.Mail.Address == opened.Link.Address)
            notice = null;
        var outcome = await accountLinks.ConfirmAddressAsync(opened.Link, entropy.NewId().ToString("D"), notice, mails.Now, CancellationToken.None);
        if (outcome != AccountLinkOutcome.Done)
        {
            await ErrorPages.RefuseAsync(http, outcome == AccountLinkOutcome.AddressIsTaken ? Refusal.EmailAddressTaken : Refusal.AccountLinkSpent);
            return;
        }

        await history.AddAsync(userId, Origin.Of(http), SignInOutcome.EmailChanged, CancellationToken.None);
        Log.EmailChanged(OAuthResults.Logger(http), userId);
        PageResults.Redirect(http, AccountNotice.EmailConfirmed.Path);
    }

    // Whoever isn't signed in comes back by the link; whoever is somebody else is told.
    private async Task<SignedIn?> FindOwnerAsync(HttpContext http, LinkPages.Opened opened)
    {
        var signedIn = await sessions.FindAsync(http);
        if (signedIn is null)
            PageResults.Redirect(http, OwnPage.ConfirmEmail.LoginPathWith(opened.Token));
        else if (signedIn.Session.UserId == opened.Link.UserId)
            return signedIn;
        else
            await ErrorPages.RefuseAsync(http, Refusal.AccountLinkOfAnother);
        return null;
    }
}
