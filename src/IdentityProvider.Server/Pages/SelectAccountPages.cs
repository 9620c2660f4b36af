using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Server.Pages;

/// <summary><c>/select-account</c>: the person says whether they go on as who they are. The fact is a note in the resume token.</summary>
internal sealed class SelectAccountPages(SignedInPages pages, Forms forms, Resume resume)
{
    public async Task GetAsync(HttpContext http)
    {
        if (await pages.OpenAsync(http) is not { } opened)
            return;
        var (pending, request, signedIn) = opened;
        var model = new SelectAccountPage.SelectAccountModel(
            forms.TokenFor(http),
            resume.Seal(pending.Parameters, pending.Progress with { ChosenSession = signedIn.Session.SessionId }),
            request.Client.In(Languages.Of(http).Name).ClientName,
            signedIn.User.Username);
        await PageResults.ShowAsync<SelectAccountPage>(http, model, PagePolicy.LeadingTo(request.ReturnAddress.RedirectUri.Value));
    }

    public async Task PostAsync(HttpContext http)
    {
        if (await pages.ReadAsync(http) is not { } read)
            return;
        var (form, pending, _, _) = read;
        var progress = form["account"] switch
        {
            "this" => pending.Progress,
            "another" => pending.Progress with { ChosenSession = null, WantsAnotherAccount = true },
            _ => pending.Progress with { ChosenSession = null },
        };
        PageResults.Redirect(http, resume.AuthorizePath(pending.Parameters, progress));
    }
}
