using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Accounts;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.Pages.SignUp;

/// <summary><c>/reset</c>: whoever has the mail chooses a new password, and signs in by it: with a second factor, where the account has one.</summary>
internal sealed class ResetPages(LinkPages links, SignInFlow flow)
{
    public async Task GetAsync(HttpContext http)
    {
        if (await links.OpenAsync(http, AccountLinkPurpose.PasswordReset) is { } opened)
            await ShowAsync(http, opened, problem: null);
    }

    public async Task PostAsync(HttpContext http)
    {
        if (await links.ReadAsync(http, AccountLinkPurpose.PasswordReset) is not { } opened)
            return;
        var reset = http.RequestServices.GetRequiredService<PasswordReset>();
        var form = opened.Parameters;
        if ((await reset.ResetAsync(http, opened.Link, form["new_password"], form["repeated_password"])).Try(out var user, out var reason))
        {
            Log.PasswordReset(OAuthResults.Logger(http), user.Id);
            await flow.GoOnAsync(http, user, new ProvenFactors([AuthenticationMethods.Password]), await links.TargetOfAsync(http, opened.Link));
        }
        else if (reason == Refusal.AccountLinkSpent)
        {
            await ErrorPages.RefuseAsync(http, reason);
        }
        else
        {
            await ShowAsync(http, opened, reason);
        }
    }

    private async Task ShowAsync(HttpContext http, LinkPages.Opened opened, Refusal? problem)
    {
        var user = await http.RequestServices.GetRequiredService<UserManager<User>>().FindByIdAsync(opened.Link.UserId!.Value.ToString());
        var model = new ResetPage.ResetModel(links.FormToken(http), opened.Token, user?.UserName ?? "", problem);
        var policy = SignInTargets.PolicyOf(await links.TargetOfAsync(http, opened.Link));
        await PageResults.ShowAsync<ResetPage>(http, model, policy, problem);
    }
}
