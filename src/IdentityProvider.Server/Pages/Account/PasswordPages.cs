using IdentityProvider.Protocol;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Pages.Account;

/// <summary><c>/account/password</c>: a person gives themselves another password.</summary>
internal sealed class PasswordPages(AccountAccess access)
{
    public async Task GetAsync(HttpContext http)
    {
        if (await access.OpenAsync(http, OwnPage.Password, needsFreshSignIn: true) is { } opened)
            await ShowAsync(http, opened.SignedIn, problem: null);
    }

    public async Task PostAsync(HttpContext http)
    {
        if (await access.ReadAsync(http, OwnPage.Password, needsFreshSignIn: true) is not var (form, signedIn))
            return;
        var change = http.RequestServices.GetRequiredService<PasswordChange>();
        if (await change.ChangeAsync(http, signedIn, form["current_password"], form["new_password"], form["repeated_password"]) is not { } reason)
        {
            Log.PasswordChanged(OAuthResults.Logger(http), signedIn.Session.UserId);
            PageResults.Redirect(http, AccountNotice.PasswordChanged.Path);
            return;
        }

        OAuthResults.Tell(http, reason);
        await ShowAsync(http, signedIn, reason);
    }

    private Task ShowAsync(HttpContext http, SignedIn signedIn, Refusal? problem)
    {
        var model = new PasswordPage.PasswordModel(
            access.FormToken(http), signedIn.Session.SessionId.ToString("N"), signedIn.User.Username, problem);
        return PageResults.ShowAsync<PasswordPage>(http, model, PagePolicy.OwnForm, problem);
    }
}
