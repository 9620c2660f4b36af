using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Accounts;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Pages.SignUp;

/// <summary><c>/signup/finish</c> and <c>/invitation</c>: whoever has the mail says their name, chooses a password, and is signed in.</summary>
internal sealed class FinishPages(LinkPages links, AccountCreation creation, SignInFlow flow)
{
    public async Task GetAsync(HttpContext http, AccountLinkPurpose purpose)
    {
        if (await links.OpenAsync(http, purpose) is { } opened)
            await ShowAsync(http, opened, name: null, problem: null);
    }

    public async Task PostAsync(HttpContext http, AccountLinkPurpose purpose)
    {
        if (await links.ReadAsync(http, purpose) is not { } opened)
            return;
        var form = opened.Parameters;
        if ((await creation.CreateAsync(http, opened.Link, form["name"], form["new_password"], form["repeated_password"])).Try(out var user, out var reason))
        {
            Log.AccountMade(OAuthResults.Logger(http), user.Id, purpose);
            await flow.GoOnAsync(http, user, new ProvenFactors([AuthenticationMethods.Password]), await links.TargetOfAsync(http, opened.Link));
        }
        else if (reason is Refusal.AccountLinkSpent or Refusal.EmailAddressTaken)
        {
            await ErrorPages.RefuseAsync(http, reason);
        }
        else
        {
            await ShowAsync(http, opened, form["name"], reason);
        }
    }

    private async Task ShowAsync(HttpContext http, LinkPages.Opened opened, string? name, Refusal? problem)
    {
        var target = await links.TargetOfAsync(http, opened.Link);
        var model = new FinishPage.FinishModel(
            links.FormToken(http), AccountPaths.PathOf(opened.Link.Purpose), opened.Token, opened.Link.Address, name, target.Pending?.Accepted?.Client.In(Languages.Of(http).Name).ClientName, problem);
        await PageResults.ShowAsync<FinishPage>(http, model, SignInTargets.PolicyOf(target), problem);
    }
}
