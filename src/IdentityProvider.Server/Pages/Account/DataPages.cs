using System.Net.Mime;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.Accounts;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.Pages.Account;

/// <summary><c>/account/data</c>: a person takes a copy of all that is held on them, or ends their account.</summary>
internal sealed class DataPages(AccountAccess access, AccountExport export, AccountEnd end, BrowserSessions browsers, SignInHistory history, LogoutFrames frames)
{
    public const string ExportPath = "/account/data/export";

    public const string DeletePath = "/account/data/delete";

    /// <summary>The field in which the person types their user name.</summary>
    public const string ConfirmationField = "confirmation";

    public async Task GetAsync(HttpContext http)
    {
        if (await access.OpenAsync(http, OwnPage.Data, needsFreshSignIn: true) is { } opened)
            await ShowAsync(http, opened.SignedIn, isMistyped: false);
    }

    public async Task ExportAsync(HttpContext http)
    {
        if (await access.ReadAsync(http, OwnPage.Data, needsFreshSignIn: true) is not var (_, (session, _)))
            return;

        // The copy tells of itself.
        await history.AddAsync(session.UserId, Origin.Of(http), SignInOutcome.DataExported, http.RequestAborted);
        if (await export.WriteAsync(http.RequestServices.GetRequiredService<UserManager<User>>(), session.UserId, http.RequestAborted) is not { } document)
        {
            PageResults.Redirect(http, OwnPage.Data.LoginPath);
            return;
        }

        OAuthResults.NoStore(http.Response);
        http.Response.ContentType = MediaTypeNames.Application.Json;
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{AccountExport.FileName}\"";
        await http.Response.Body.WriteAsync(document, http.RequestAborted);
    }

    public async Task DeleteAsync(HttpContext http)
    {
        if (await access.ReadAsync(http, OwnPage.Data, needsFreshSignIn: true) is not var (form, signedIn))
            return;
        if (!string.Equals(form[ConfirmationField]?.Trim(), signedIn.User.Username, StringComparison.OrdinalIgnoreCase))
        {
            await ShowAsync(http, signedIn, isMistyped: true);
            return;
        }

        var leaving = await frames.OfAsync(signedIn.Session, http.RequestAborted);
        await end.DeleteAsync(signedIn.Session.UserId, http);
        await browsers.EndAsync(http, session: null);
        await PageResults.ShowAsync<AccountDeletedPage>(http, new AccountDeletedPage.AccountDeletedModel(leaving), PagePolicy.Framing(leaving));
    }

    private Task ShowAsync(HttpContext http, SignedIn signedIn, bool isMistyped)
    {
        var model = new DataPage.DataModel(access.FormToken(http), signedIn.Session.SessionId.ToString("N"), signedIn.User.Username, isMistyped);
        return PageResults.ShowAsync<DataPage>(http, model, PagePolicy.Account, isMistyped ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK);
    }
}
