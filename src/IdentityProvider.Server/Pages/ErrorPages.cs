using IdentityProvider.Protocol;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Pages;

/// <summary>Refusals that a person is told: what happened, what they can do, and by which number it is found in the log.</summary>
internal static class ErrorPages
{
    private const string AskTheApp = "Go back to the app and try again. If it happens again, tell the people who run the app: this is theirs to fix.";

    /// <summary>Shows the page and logs the precise reason, once.</summary>
    public static Task RefuseAsync(HttpContext http, Refusal reason)
    {
        var answer = Refusals.Of(reason);
        Log.Refused(OAuthResults.Logger(http), reason, answer.Section);
        var (title, advice, link) = TextOf(reason);
        var model = new ErrorPage.ErrorModel(title, answer.Description, advice, link, answer.Error, http.TraceIdentifier);
        return PageResults.ShowAsync<ErrorPage>(http, model, status: answer.Status);
    }

    /// <summary>The page of a failure that is ours. It asks nothing of a database, and says nothing of the cause.</summary>
    public static Task FailAsync(HttpContext http)
    {
        var model = new ErrorPage.ErrorModel(
            "Something went wrong here", "The fault is ours, not yours.", "Please wait a moment and load the page again. If it happens again, tell the people who run this site.",
            null, "server_error", http.TraceIdentifier);
        return PageResults.ShowAsync<ErrorPage>(http, model, status: StatusCodes.Status500InternalServerError);
    }

    private static (string Title, string Advice, (string Text, string Address)? Link) TextOf(Refusal reason) => reason switch
    {
        Refusal.ResumeTokenInvalid => ("Please start again", "Go back to the app that sent you here and sign in from there.", null),
        Refusal.PushedRequestUnknown or Refusal.PushedRequestOfAnotherClient or Refusal.PushedRequestSpent or Refusal.PushedRequestExpired =>
            ("Please start again", "This link works once, and for a minute. Go back to the app that sent you here and sign in from there.", null),
        Refusal.FormTokenInvalid => ("Please try that again", "Go back, load the page again and send the form once more. Your browser must accept cookies from this site.", null),
        Refusal.LogoutHintInvalid or Refusal.LogoutClientMismatch or Refusal.LogoutRedirectUriNotRegistered or Refusal.LogoutRedirectUriWithoutClient =>
            ("You are not signed out yet", "The app’s request to sign you out isn’t right, so it was not followed. You can sign out here yourself.", ("Sign out here", "/logout")),
        _ => ("This sign-in request isn’t right", AskTheApp, null),
    };
}
