using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Decoupled;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.Decoupled;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Pages.Account;
using IdentityProvider.Server.SignIn;

namespace IdentityProvider.Server.Pages.Device;

/// <summary>
/// <c>/device/consent</c> (RFC 8628 §3.3, §5.4): who is signed in is told which app asks for what, sees the code once more, and says yes or no.
/// Everyone is asked each time, whoever vouches for the app: it is the only guard against a code that somebody else sent. Yes is a standing
/// <see cref="Grant"/> and the answer for the device.
/// </summary>
internal sealed class DeviceConsentPages(
    BrowserSessions sessions, DevicePages entry, EnteredCodes entered, Forms forms, DecoupledAnswers answers, Registry registry)
{
    public const string DonePath = "/device/done";

    public async Task GetAsync(HttpContext http)
    {
        if (!RequestParameters.ReadQuery(http).Try(out var query, out var reason))
        {
            await ErrorPages.RefuseAsync(http, reason);
            return;
        }

        if (await OpenAsync(http, query) is not var (code, request, client, signedIn))
            return;
        var model = new DeviceConsentPage.DeviceConsentModel(
            forms.TokenFor(http),
            query[OwnPage.EnteredParameter]!,
            signedIn.Session.SessionId.ToString("N"),
            code.Code,
            client,
            signedIn.User,
            request.Scope,
            ScopeWords.OfApis(request.Scope, await registry.FindResourcesAsync(request.Resources, http.RequestAborted)),
            client.Allows(GrantTypes.RefreshToken));
        await PageResults.ShowAsync<DeviceConsentPage>(http, model, PagePolicy.OwnFormWith(client.LogoUri));
    }

    public async Task PostAsync(HttpContext http)
    {
        if (!(await forms.ReadAsync(http)).Try(out var form, out var reason))
        {
            await ErrorPages.RefuseAsync(http, reason);
            return;
        }

        if (await OpenAsync(http, form) is not var (_, request, client, signedIn))
            return;

        // In a browser where someone else has signed in since, the form does nothing but show itself to them.
        var isAnswered = form[AccountAccess.ShownField] == signedIn.Session.SessionId.ToString("N") && form["decision"] is "allow" or "deny";
        if (!isAnswered)
            PageResults.Redirect(http, OwnPage.Device.PathWith(form[OwnPage.EnteredParameter]));
        else if (await answers.GiveAsync(http, request, client, signedIn.Session, isYes: form["decision"] == "allow"))
            PageResults.Redirect(http, $"{DonePath}?answer={form["decision"]}");
        else
            await entry.ShowAsync(http, typed: null, Refusal.UserCodeUnknown);
    }

    public static Task DoneAsync(HttpContext http) =>
        PageResults.ShowAsync<DeviceDonePage>(http, new DeviceDonePage.DeviceDoneModel(RequestParameters.ReadQuery(http).Try(out var query, out _) && query["answer"] == "allow"));

    /// <summary>The request that was typed in our form, and who is to decide on it; null where an answer was given already.</summary>
    private async Task<Opened?> OpenAsync(HttpContext http, Parameters parameters)
    {
        var token = parameters[OwnPage.EnteredParameter];
        if (entered.Open(token, forms.BrowserOf(http)) is not { } code)
        {
            PageResults.Redirect(http, DevicePages.Path);
            return null;
        }

        if (await sessions.FindAsync(http) is not { } signedIn)
        {
            PageResults.Redirect(http, OwnPage.Device.LoginPathWith(token!));
            return null;
        }

        var codes = http.RequestServices.GetRequiredService<UserCodes>();
        var isFound = (await codes.FindAsync(code.Code, signedIn.Session.UserId, Origin.Of(http).Address, http.RequestAborted)).Try(out var request, out var reason);
        var client = isFound ? await registry.FindClientAsync(request!.ClientId, http.RequestAborted) : null;
        if (client is null)
        {
            await entry.ShowAsync(http, code.Code.ToString(), isFound ? Refusal.UserCodeUnknown : reason);
            return null;
        }

        if (IsOld(signedIn.Session, client, code))
            PageResults.Redirect(http, OwnPage.Device.LoginPathWith(token!));
        else if (await LacksSecondFactorAsync(http, signedIn.Session, client))
            PageResults.Redirect(http, SignInTarget.Of(OwnPage.Device, token).QueryOf(SignInFlow.SecondPath));
        else
            return new Opened(code, request!, client, signedIn);
        return null;
    }

    private static Task<bool> LacksSecondFactorAsync(HttpContext http, Session session, Client client) => http.RequestServices.GetRequiredService<SignInFlow>()
        .LacksSecondFactorAsync(session, new SignInNeeds { IsRequiredByClient = client.RequireMfa }, http.RequestAborted);

    // As at /authorize: older than the client likes (OpenID Connect Registration §2, default_max_age), unless it was made for this code.
    private bool IsOld(Session session, Client client, EnteredCode code) =>
        client.DefaultMaxAge is { } seconds && sessions.Now - session.AuthTime > TimeSpan.FromSeconds(seconds) && session.AuthTime < code.At;

    private sealed record Opened(EnteredCode Code, DecoupledRequest Request, Client Client, SignedIn SignedIn);
}
