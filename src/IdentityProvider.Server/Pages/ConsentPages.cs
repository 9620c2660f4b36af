using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Pages;

/// <summary>
/// <c>/consent</c>: the person is told plainly who asks for what, and says yes or no. Yes is a standing <see cref="Grant"/>, no a note in the
/// resume token; then back to <c>/authorize</c>.
/// </summary>
internal sealed class ConsentPages(SignedInPages pages, BrowserSessions sessions, Grants grants, Forms forms, Resume resume, Entropy entropy)
{
    public async Task GetAsync(HttpContext http)
    {
        if (await pages.OpenAsync(http) is not { } opened)
            return;
        var (pending, request, signedIn) = opened;
        var asked = request.Access;
        var model = new ConsentPage.ConsentModel(
            forms.TokenFor(http),
            resume.Seal(pending.Parameters, pending.Progress with { ChosenSession = signedIn.Session.SessionId }),
            request.Client,
            signedIn.User,
            asked.Scope,
            request.ClaimsBeyondScope,
            ScopeWords.OfApis(asked.Scope, asked.Resources),
            request.DetailWords,
            Place.HostOf(request.ReturnAddress.RedirectUri.Value),
            request.Client.CanBeImpersonatedAt(request.ReturnAddress.RedirectUri.Value));
        await PageResults.ShowAsync<ConsentPage>(http, model, PagePolicy.LeadingTo(request.ReturnAddress.RedirectUri.Value, request.Client.LogoUri));
    }

    public async Task PostAsync(HttpContext http)
    {
        if (await pages.ReadAsync(http) is not { } read)
            return;
        var (form, pending, request, signedIn) = read;
        switch (form["decision"])
        {
            case "allow":
                var standing = await grants.FindAsync(signedIn.Session.UserId, request.Client.ClientId, http.RequestAborted);
                var widened = Grant.Widen(standing, AgreedTo(request, signedIn), request.Client);
                await grants.PutAsync(widened, http.RequestAborted);
                await NoteAsync(http, request.Client, standing, widened);
                pending = pending with { Progress = pending.Progress with { DetailsAgreedBy = signedIn.Session.UserId, DetailsAgreement = entropy.NewId() } };
                break;
            case "deny":
                pending = pending with { Progress = pending.Progress with { ConsentDenied = true } };
                break;
        }

        PageResults.Redirect(http, resume.AuthorizePath(pending.Parameters, pending.Progress));
    }

    // A person's history tells of an app once; the audit of each time that it may do more.
    private static Task NoteAsync(HttpContext http, Client client, Grant? standing, Grant given)
    {
        var told = AuditTold.OfGrant(client.ClientId, standing, given);
        return standing is null
            ? http.RequestServices.GetRequiredService<SignInHistory>()
                .AddAsync(given.UserId, Origin.Of(http), SignInOutcome.AppConnected, CancellationToken.None, client.ClientName, told)
            : AuditTrail.ByPersonAsync(http, given.UserId, AuditAction.GrantGiven, told.Target, told.Before, told.After);
    }

    private Grant AgreedTo(AuthorizationRequest request, SignedIn signedIn) => new()
    {
        UserId = signedIn.Session.UserId,
        ClientId = request.Client.ClientId,
        Scope = request.Access.Scope,
        Resources = request.Access.ResourceIdentifiers,
        Claims = request.ClaimsBeyondScope,
        UpdatedAt = sessions.Now,
    };
}
