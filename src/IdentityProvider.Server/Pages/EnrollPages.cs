using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Pages;

/// <summary>
/// <c>/login/enroll</c>: who needs a second factor and has none sets up an authenticator app on the way in. Only who proved the first factor just now,
/// and never in place of a second factor that is there.
/// </summary>
internal sealed class EnrollPages(SignInTargets targets, SignInFlow flow, SecondFactors factors, AuthenticatorSetup setup, BrowserSessions sessions)
{
    public async Task GetAsync(HttpContext http)
    {
        if (await targets.OpenAsync(http) is var (_, target) && await FindAsync(http, target) is { } underWay)
            await ShowAsync(http, target, setup.New(http, underWay.User));
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

        var next = await flow.StepAsync(http, underWay.With(AuthenticationMethods.OneTimeCode), target, remember: false);
        await PageResults.ShowAsync<RecoveryCodesPage>(http, new RecoveryCodesPage.RecoveryCodesModel(codes, next));
    }

    private async Task<SignInUnderWay?> FindAsync(HttpContext http, SignInTarget target)
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

    private static Task ShowAsync(HttpContext http, SignInTarget target, AuthenticatorForm.AuthenticatorModel model) =>
        PageResults.ShowAsync<EnrollPage>(http, new EnrollPage.EnrollModel(target, model), SignInTargets.PolicyOf(target), model.Problem);
}
