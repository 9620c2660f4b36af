using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Server.Accounts;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Pages.Account;

/// <summary><c>/account/email</c>: a person says what their address is, and shows it by a link that is sent there.</summary>
internal sealed class EmailPages(AccountAccess access, MailRequests mails)
{
    public async Task GetAsync(HttpContext http)
    {
        if (await access.OpenAsync(http, OwnPage.Email, needsFreshSignIn: true) is { } opened)
            await ShowAsync(http, opened.SignedIn, new());
    }

    // The same answer where the address is another account's: its owner is told, by mail.
    public async Task PostAsync(HttpContext http)
    {
        if (await access.ReadAsync(http, OwnPage.Email, needsFreshSignIn: true) is not var (form, signedIn))
            return;
        var typed = form["email"]?.Trim() ?? "";
        if (EmailAddress.Read(typed) is not { } address)
        {
            OAuthResults.Tell(http, Refusal.EmailAddressMalformed);
            await ShowAsync(http, signedIn, new(Typed: typed, IsWrong: true));
        }
        else if (await mails.AskAsync(http, MailKind.EmailChange, address.Text, SignInTarget.Home, signedIn.Session.UserId) is { } refused)
        {
            await ErrorPages.RefuseAsync(http, refused);
        }
        else
        {
            await ShowAsync(http, signedIn, new(SentTo: address.Text));
        }
    }

    private Task ShowAsync(HttpContext http, SignedIn signedIn, EmailPage.Try tried)
    {
        var claims = signedIn.User.Claims;
        var model = new EmailPage.EmailModel(
            access.FormToken(http), signedIn.Session.SessionId.ToString("N"), claims["email"]?.GetValue<string>(), claims["email_verified"]?.GetValue<bool>() == true, tried);
        return PageResults.ShowAsync<EmailPage>(http, model, PagePolicy.Account, tried.IsWrong ? Refusals.Of(Refusal.EmailAddressMalformed).Status : StatusCodes.Status200OK);
    }
}
