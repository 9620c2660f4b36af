using IdentityProvider.Protocol;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Pages;

/// <summary>
/// <c>/login/enroll</c>: who needs a second factor and has none sets up an authenticator app on the way in, or a passkey (<see cref="PasskeyPages"/>). Only
/// who proved the first factor just now, and never in place of a second factor that is there.
/// </summary>
internal sealed class EnrollPages(SignInTargets targets, SignInFlow flow, SecondFactors factors, AuthenticatorSetup setup, BrowserSessions sessions)
{
    public async Task GetAsync(HttpContext http)
    {
        if (await targets.OpenAsync(http) is var (_, target) && await FindAsync(http, target) is { } underWay)
            await ShowAsync(http, target, underWay);
    }

    public async Task PostAsync(HttpContext http)
    {
        if (await targets.ReadAsync(http) is not var (form, target) || await FindAsync(http, target) is not { } underWay)
            return;
        if (await setup.ConfirmAsync(http, underWay.User, form) is not { } codes)
        {
            await ShowAsync(http, target, setup.Again(http, underWay.User, form));
            return;
        }

        await GoOnAsync(http, underWay.With(AuthenticationMethods.OneTimeCode), target, codes);
    }

    /// <summary>Goes on with the second factor that was set up, by the page that shows its recovery codes.</summary>
    internal async Task GoOnAsync(HttpContext http, SignInUnderWay underWay, SignInTarget target, IReadOnlyList<string> codes)
    {
        var next = await flow.StepAsync(http, underWay, target, remember: false);
        await PageResults.ShowAsync<RecoveryCodesPage>(http, new RecoveryCodesPage.RecoveryCodesModel(codes, next));
    }

    /// <summary>Whose second factor is set up; null where an answer was given already: they sign in first, or have one.</summary>
    internal async Task<SignInUnderWay?> FindAsync(HttpContext http, SignInTarget target)
    {
        var underWay = await flow.FindAsync(http, target);
        if (underWay is null || underWay.Standing?.IsFresh(sessions.Now) == false)
        {
            PageResults.Redirect(http, target.QueryOf("/login"));
            return null;
        }

        if (!(await factors.FindAsync(underWay.User.Id, http.RequestAborted)).HasSecondFactor)
            return underWay;
        PageResults.Redirect(http, target.QueryOf(SignInFlow.SecondPath));
        return null;
    }

    /// <summary>Shows the page, with a new key for an app; after a passkey that wasn't added with what was wrong with it.</summary>
    internal Task ShowAsync(HttpContext http, SignInTarget target, SignInUnderWay underWay, Refusal? problem = null) =>
        ShowAsync(http, target, setup.New(http, underWay.User), problem);

    private static Task ShowAsync(HttpContext http, SignInTarget target, AuthenticatorForm.AuthenticatorModel authenticator, Refusal? problem = null) =>
        PageResults.ShowAsync<EnrollPage>(
            http, new EnrollPage.EnrollModel(target, authenticator, problem), SignInTargets.PolicyOf(target).WithOwnScript, problem ?? authenticator.Problem);
}
