using IdentityProvider.Protocol;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Upstream;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Pages.Upstream;

/// <summary>
/// <c>/login/upstream/{name}/new</c>: somebody came whom no account here knows, and of whom no address counts. They alone know whether they have an account already:
/// then they sign in and link. Whatever address the upstream named, the page is the same.
/// </summary>
internal sealed class NewcomerPages(Upstreams upstreams, UpstreamCookies cookies, UpstreamSignIn signIn, SignInTargets targets, Forms forms)
{
    public async Task GetAsync(HttpContext http, string name)
    {
        if (await FindAsync(http, name) is not var (label, _, target))
            return;
        var model = new NewcomerPage.NewcomerModel(forms.TokenFor(http), name, label, target);
        await PageResults.ShowAsync<NewcomerPage>(http, model, SignInTargets.PolicyOf(target));
    }

    public async Task PostAsync(HttpContext http, string name)
    {
        if (!(await forms.ReadAsync(http)).Try(out _, out var reason))
            await ErrorPages.RefuseAsync(http, reason);
        else if (await FindAsync(http, name) is var (_, newcomer, target)
            && await upstreams.FindAsync(name, http.RequestAborted) is { Provider: var upstream }
            && await signIn.GoOnAsync(http, upstream, newcomer, target) is { } refused)
            await UpstreamProblems.ShowAsync(http, refused, target);
    }

    private async Task<Found?> FindAsync(HttpContext http, string name)
    {
        if (await upstreams.FindAsync(name, http.RequestAborted) is { Provider: { Enabled: true } upstream } && cookies.FindNewcomer(http, name) is { } newcomer)
            return await targets.FindAsync(http, UpstreamStart.Parse(newcomer.Target)) is { } target ? new Found(upstream.Label, newcomer, target) : null;
        await UpstreamProblems.ShowAsync(http, Refusal.UpstreamStateUnknown, SignInTarget.Home);
        return null;
    }

    private sealed record Found(string Label, UpstreamNewcomer Newcomer, SignInTarget Target);
}
