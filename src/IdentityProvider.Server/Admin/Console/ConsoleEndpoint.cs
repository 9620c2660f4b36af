using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>The one door of the console: what every page and every form of it goes through, in this order.</summary>
internal sealed class ConsoleEndpoint(ConsoleAccess access, ConsoleSignInPages signIns, ConsoleCookies cookies, Forms forms, SecondFactors factors, TimeProvider clock)
{
    public async Task RunAsync(HttpContext http, ConsoleRoute route)
    {
        // 1. Who asks. Whoever isn't signed in does, and comes back.
        if (!(await access.FindAsync(http)).Try(out var person, out var reason))
        {
            if (reason == Refusal.AdminRoleInsufficient)
                await PageResults.ShowAsync<NoRolePage>(http, new NoRolePage.NoRoleModel(http.TraceIdentifier), status: StatusCodes.Status403Forbidden);
            else
                signIns.Begin(http, TargetOf(http, route), stepUp: null);
            return;
        }

        // 2. What it says; a form, only if this browser was given it by us, for this session.
        var read = HttpMethods.IsPost(route.Method)
            ? await (route.LongestUpload is { } longest ? forms.ReadAsync(http, longest) : forms.ReadAsync(http))
            : RequestParameters.ReadQuery(http);
        if (!read.Try(out var parameters, out reason))
        {
            await ErrorPages.RefuseAsync(http, reason);
            return;
        }

        if (HttpMethods.IsPost(route.Method) && parameters[ConsoleForm.ShownField] != person.Shown)
        {
            PageResults.Redirect(http, TargetOf(http, route));
            return;
        }

        var request = new ConsoleRequest(http, route, person, parameters)
        {
            Notice = HttpMethods.IsPost(route.Method) ? null : cookies.TakeNotice(http),
            FormToken = forms.TokenFor(http),
            SignOutToken = signIns.SignOutToken(person),
            Now = clock.GetUtcNow(),
        };

        // 3. Their role reaches it.
        if (route.Area is { } area && person.Actor.Authority.Refuse(area, route.Writes) is not null)
        {
            await request.RefuseAsync(Fault.Forbidden("role", $"{string.Join(", ", person.Roles)} may not {(route.Writes ? "change" : "see")} {AdminApi.Word(area)}"));
            return;
        }

        if (route.NeedsFull && !person.Actor.Authority.IsFull)
        {
            await request.RefuseAsync(Fault.Forbidden("role", "this is a matter for those who may change everything"));
            return;
        }

        // 4. Before what can't be undone they have proven just now who they are (RFC 9470 §3).
        if (route.NeedsStepUp && ConsoleSignInRules.MissingOf(person.Session, await factors.FindAsync(person.User.UserId, http.RequestAborted), request.Now) is { } missing)
        {
            signIns.Begin(http, TargetOf(http, route), missing);
            return;
        }

        await route.Handle(request);
    }

    // A page as it was asked for; of a form, the page that asks for it or the page of its noun, for what a form said is not kept over a sign-in.
    private static string TargetOf(HttpContext http, ConsoleRoute route)
    {
        if (HttpMethods.IsGet(route.Method) || ConsoleSetup.Routes.Any(page => page.Path == route.Path && HttpMethods.IsGet(page.Method)))
            return http.Request.Path.ToUriComponent() + http.Request.QueryString.ToUriComponent();
        return BuiltInClients.ConsolePath + "/" + route.Path.Split('/', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
    }
}
