using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Upstream;

namespace IdentityProvider.Server.Pages.Account;

/// <summary><c>/account/everywhere</c>: a person signs out of all other devices, or of everything, this browser and offline access too.</summary>
internal sealed class EverywherePages(AccountAccess access, BrowserSessions browsers, LogoutFrames frames)
{
    public async Task GetAsync(HttpContext http)
    {
        if (await access.OpenAsync(http, OwnPage.Everywhere, needsFreshSignIn: true) is not var (_, (session, user)))
            return;
        var model = new EverywherePage.EverywhereModel(access.FormToken(http), session.SessionId.ToString("N"), user.Username);
        await PageResults.ShowAsync<EverywherePage>(http, model, PagePolicy.OwnForm);
    }

    public async Task PostAsync(HttpContext http)
    {
        if (await access.ReadAsync(http, OwnPage.Everywhere, needsFreshSignIn: true) is not var (form, (session, _)))
            return;
        switch (form["end"])
        {
            case "others":
                await browsers.EndOthersAsync(http, session.UserId, session.SessionId);
                PageResults.Redirect(http, AccountNotice.OthersEnded.Path);
                return;
            case "all":
                await browsers.EndEverywhereAsync(http, session.UserId);
                var leaving = await frames.OfAsync(session, http.RequestAborted);
                var elsewhere = await http.RequestServices.GetRequiredService<UpstreamLogouts>().OfAsync(session, returnTo: null, http.RequestAborted);
                await PageResults.ShowAsync<SignedOutPage>(http, new SignedOutPage.SignedOutModel(null, leaving) { Elsewhere = elsewhere }, PagePolicy.Framing(leaving));
                return;
            default:
                PageResults.Redirect(http, OwnPage.Everywhere.Path);
                return;
        }
    }
}
