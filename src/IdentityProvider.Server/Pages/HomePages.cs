using IdentityProvider.Server.SignIn;

namespace IdentityProvider.Server.Pages;

/// <summary><c>/</c>: what this is, for those who come without an app.</summary>
internal sealed class HomePages(BrowserSessions sessions)
{
    public async Task GetAsync(HttpContext http) =>
        await PageResults.ShowAsync<HomePage>(http, new HomePage.HomeModel((await sessions.FindAsync(http))?.User.Username));
}
