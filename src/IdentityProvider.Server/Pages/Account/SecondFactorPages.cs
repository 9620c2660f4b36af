using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Mail;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.Pages.Account;

/// <summary>
/// Below <c>/account/security</c>: a person sets up an authenticator app, takes it away, and has new recovery codes made. Only who proved just now who they
/// are.
/// </summary>
internal sealed class SecondFactorPages(
    AccountAccess access, AuthenticatorSetup setup, Authenticators authenticators, RecoveryCodes recoveryCodes, BrowserSessions sessions, SignInHistory history)
{
    public async Task GetAuthenticatorAsync(HttpContext http)
    {
        if (await access.OpenAsync(http, OwnPage.Authenticator, needsFreshSignIn: true) is not var (_, signedIn) || await UserOfAsync(http, signedIn) is not { } user)
            return;
        await ShowAsync(http, signedIn, setup.New(http, user));
    }

    public async Task AddAuthenticatorAsync(HttpContext http)
    {
        if (await access.ReadAsync(http, OwnPage.Authenticator, needsFreshSignIn: true) is not var (form, signedIn) || await UserOfAsync(http, signedIn) is not { } user)
            return;
        if (await setup.ConfirmAsync(http, user, form) is not { } codes)
        {
            await ShowAsync(http, signedIn, setup.Again(http, user, form));
            return;
        }

        // Who set it up proved it, in this very session.
        await sessions.RenewAsync(http, signedIn.Session with { Amr = AuthenticationMethods.Join(signedIn.Session.Amr, AuthenticationMethods.OneTimeCode), SecondFactorRemembered = false });
        await ShowCodesAsync(http, codes);
    }

    public async Task RemoveAuthenticatorAsync(HttpContext http)
    {
        if (await access.ReadAsync(http, OwnPage.Security, needsFreshSignIn: true) is not var (_, (session, _)))
            return;
        if (await authenticators.RemoveAsync(session.UserId, http.RequestAborted))
        {
            await history.AddAsync(session.UserId, Origin.Of(http), SignInOutcome.SecondFactorRemoved, CancellationToken.None);
            await http.RequestServices.GetRequiredService<NoticeMail>().SendAsync(session.UserId, NoticeKind.SecondFactorRemoved, http);
            Log.SecondFactorRemoved(OAuthResults.Logger(http), session.UserId);
        }

        PageResults.Redirect(http, AccountNotice.AuthenticatorRemoved.Path);
    }

    public async Task MakeRecoveryCodesAsync(HttpContext http)
    {
        if (await access.ReadAsync(http, OwnPage.Security, needsFreshSignIn: true) is not var (_, (session, _)))
            return;
        if (await recoveryCodes.ReplaceAsync(session.UserId, http.RequestAborted) is not { } codes)
        {
            PageResults.Redirect(http, AccountNotice.NothingToRecover.Path);
            return;
        }

        await history.AddAsync(session.UserId, Origin.Of(http), SignInOutcome.RecoveryCodesMade, CancellationToken.None);
        Log.RecoveryCodesMade(OAuthResults.Logger(http), session.UserId);
        await ShowCodesAsync(http, codes);
    }

    // Who has an authenticator takes it away first: nobody replaces it in passing.
    private static async Task<User?> UserOfAsync(HttpContext http, SignedIn signedIn)
    {
        var userId = signedIn.Session.UserId;
        if ((await http.RequestServices.GetRequiredService<SecondFactors>().FindAsync(userId, http.RequestAborted)).HasAuthenticator)
        {
            PageResults.Redirect(http, AccountNotice.AuthenticatorThere.Path);
            return null;
        }

        return await http.RequestServices.GetRequiredService<UserManager<User>>().FindByIdAsync(userId.ToString());
    }

    private static Task ShowCodesAsync(HttpContext http, IReadOnlyList<string> codes) =>
        PageResults.ShowAsync<RecoveryCodesPage>(http, new RecoveryCodesPage.RecoveryCodesModel(codes, OwnPage.Security.Path));

    private static Task ShowAsync(HttpContext http, SignedIn signedIn, AuthenticatorForm.AuthenticatorModel model) => PageResults.ShowAsync<AuthenticatorPage>(
        http,
        new AuthenticatorPage.AuthenticatorPageModel(signedIn.Session.SessionId.ToString("N"), model),
        PagePolicy.OwnForm,
        model.Problem);
}
