using IdentityProvider.Protocol;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Pages;

/// <summary>
/// <c>/login/second</c>: who has proven one factor, just now or by their session, proves another. Nothing else is asked of them.
/// </summary>
internal sealed class SecondPages(SignInTargets targets, SignInFlow flow, SecondFactors factors, SecondFactorCheck check, Forms forms)
{
    public async Task GetAsync(HttpContext http)
    {
        if (await targets.OpenAsync(http) is var (_, target) && await FindAsync(http, target) is { } underWay)
            await ShowAsync(http, target, underWay, problem: null);
    }

    public async Task PostAsync(HttpContext http)
    {
        if (await targets.ReadAsync(http) is not var (form, target) || await FindAsync(http, target) is not { } underWay)
            return;
        if (!(await check.VerifyAsync(http, underWay.User.Id, form["code"], form["recovery_code"])).Try(out var method, out var reason))
        {
            OAuthResults.Tell(http, reason);
            await ShowAsync(http, target, underWay, reason);
            return;
        }

        PageResults.Redirect(http, await flow.StepAsync(http, underWay.With(method), target, remember: form["remember"] is not null));
    }

    /// <summary>Whose second factor it is; null where an answer was given already: they sign in first, or have none to show.</summary>
    internal async Task<SignInUnderWay?> FindAsync(HttpContext http, SignInTarget target)
    {
        if (await flow.FindAsync(http, target) is not { } underWay)
        {
            PageResults.Redirect(http, target.QueryOf("/login"));
            return null;
        }

        if ((await factors.FindAsync(underWay.User.Id, http.RequestAborted)).HasSecondFactor)
            return underWay;
        PageResults.Redirect(http, target.QueryOf(SignInFlow.EnrollPath));
        return null;
    }

    /// <summary>Shows the page, after a try with what was wrong with it.</summary>
    internal async Task ShowAsync(HttpContext http, SignInTarget target, SignInUnderWay underWay, Refusal? problem)
    {
        var account = await factors.FindAsync(underWay.User.Id, http.RequestAborted);
        var useful = underWay.Takes(AuthenticationMethods.OneTimeCode) ? account : account with { HasAuthenticator = false, RecoveryCodes = 0 };
        var model = new SecondPage.SecondModel(forms.TokenFor(http), target, underWay.User.UserName!, useful, problem);
        await PageResults.ShowAsync<SecondPage>(http, model, SignInTargets.PolicyOf(target).WithOwnScript, problem);
    }
}
