using IdentityProvider.Protocol;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Pages;

/// <summary><c>/login</c>: a person proves who they are; the fact is a session. Then back to <c>/authorize</c>, or home where nothing is under way.</summary>
internal sealed class LoginPages(SignInTargets targets, SignInFlow flow, BrowserSessions sessions, Forms forms)
{
    public async Task GetAsync(HttpContext http)
    {
        if (await targets.OpenAsync(http) is var (_, target))
            await ShowAsync(http, target, target.Pending?.Accepted?.SignIn.LoginHint ?? await WhoConfirmsAsync(http, target), problem: null);
    }

    public async Task PostAsync(HttpContext http)
    {
        // A flood is turned away before anything is looked at, so that it costs little.
        if (http.RequestServices.GetRequiredService<PasswordHashing>().IsFull)
        {
            await TurnAwayAsync(http);
            return;
        }

        if (await targets.ReadAsync(http) is not var (form, target))
            return;
        var signIn = http.RequestServices.GetRequiredService<PasswordSignIn>();
        if (!(await signIn.VerifyAsync(http, form["username"], form["password"])).Try(out var verified, out var reason))
        {
            OAuthResults.Tell(http, reason);
            await ShowAsync(http, target, form["username"], reason);
            return;
        }

        await flow.GoOnAsync(http, verified.User, new ProvenFactors([AuthenticationMethods.Password]) { Attempt = verified.Attempt }, target);
    }

    /// <summary>Says when to come again, and leads back to the page that the form was of, which looks at what it is given.</summary>
    private static async Task TurnAwayAsync(HttpContext http)
    {
        if (!(await RequestParameters.ReadFormAsync(http)).Try(out var form, out var reason))
        {
            await ErrorPages.RefuseAsync(http, reason);
            return;
        }

        var query = new[] { SignInTarget.ResumeParameter, OwnPage.Parameter, OwnPage.EnteredParameter }.Where(name => form[name] is not null)
            .Select(name => KeyValuePair.Create(name, form[name]));
        Languages.Answer(http, form);
        http.Response.Headers.RetryAfter = PasswordHashing.RetryAfter;
        http.RequestServices.GetRequiredService<Measures>().TurnAway(Measures.Hashing);
        await ErrorPages.RefuseAsync(http, Refusal.PasswordHashingBusy, ("SignIn.BusyLink", "/login" + QueryString.Create(query)));
    }

    /// <summary>Shows the page, after a try with what was wrong with it.</summary>
    internal async Task ShowAsync(HttpContext http, SignInTarget target, string? username, Refusal? problem)
    {
        var upstreams = await http.RequestServices.GetRequiredService<Upstreams>().ListAsync(http.RequestAborted);
        var model = new LoginPage.LoginModel(forms.TokenFor(http), target, target.Pending?.Accepted?.Client, username, problem)
        {
            Upstreams = [.. upstreams.Where(u => u.Enabled)],
        };
        await PageResults.ShowAsync<LoginPage>(http, model, SignInTargets.PolicyOf(target).WithOwnScript, problem);
    }

    // Who signs in again for a page of their own needn't type their name again.
    private async Task<string?> WhoConfirmsAsync(HttpContext http, SignInTarget target) =>
        target.Page is null ? null : (await sessions.FindAsync(http))?.User.Username;
}
