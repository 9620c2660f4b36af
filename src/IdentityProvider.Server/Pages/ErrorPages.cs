using IdentityProvider.Protocol;
using IdentityProvider.Server.Http;

namespace IdentityProvider.Server.Pages;

/// <summary>Refusals that a person is told: what happened, what they can do, and by which number it is found in the log.</summary>
internal static class ErrorPages
{
    /// <summary>Shows the page and logs the precise reason, once.</summary>
    /// <param name="http">The request.</param>
    /// <param name="reason">Why.</param>
    /// <param name="link">A way on: its text, and its path; null for the reason's own.</param>
    public static Task RefuseAsync(HttpContext http, Refusal reason, (string Text, string Path)? link = null)
    {
        var answer = OAuthResults.Tell(http, reason);
        var words = WordsOf(reason);
        var model = words with { Link = link ?? words.Link, Error = answer.Error, Detail = answer.Description, RequestId = http.TraceIdentifier };
        return PageResults.ShowAsync<ErrorPage>(http, model, status: answer.Status);
    }

    /// <summary>The page of a failure that is ours. It asks nothing of a database, and says nothing of the cause.</summary>
    public static Task FailAsync(HttpContext http) =>
        ShowAsync(http, new("Errors.FailureTitle", "Errors.FailureText", "Errors.FailureAdvice") { Error = "server_error" }, StatusCodes.Status500InternalServerError);

    /// <summary>The page of an address that leads nowhere.</summary>
    public static Task NotFoundAsync(HttpContext http) =>
        ShowAsync(http, new("Errors.NotFoundTitle", "Errors.NotFoundText", "Errors.NotFoundAdvice", ("Errors.NotFoundLink", "/")), StatusCodes.Status404NotFound);

    /// <summary>In words that ask nothing of the person's knowledge; <see cref="RefusalAnswer.Description"/> beside them says it to developers.</summary>
    public static ErrorPage.ErrorModel WordsOf(Refusal reason) => reason switch
    {
        Refusal.ResumeTokenInvalid => new("Errors.StartAgainTitle", "Errors.StartAgainText", "Errors.StartAgainAdvice"),
        Refusal.PushedRequestUnknown or Refusal.PushedRequestOfAnotherClient or Refusal.PushedRequestSpent or Refusal.PushedRequestExpired =>
            new("Errors.StartAgainTitle", "Errors.LinkSpentText", "Errors.StartAgainAdvice"),
        Refusal.FormTokenInvalid => new("Errors.FormTitle", "Errors.FormText", "Errors.FormAdvice"),
        Refusal.AuthorizeClientUnknown => new("Errors.UnknownAppTitle", "Errors.UnknownAppText", "Errors.AskTheApp"),
        Refusal.RedirectUriNotRegistered => new("Errors.AddressTitle", "Errors.AddressText", "Errors.AskTheApp"),
        Refusal.AuthorizationRequestTooLong or Refusal.BodyTooLarge or Refusal.TooManyParameters => new("Errors.MalformedTitle", "Errors.TooLongText", "Errors.AskTheApp"),
        Refusal.LogoutHintInvalid or Refusal.LogoutClientMismatch or Refusal.LogoutRedirectUriNotRegistered or Refusal.LogoutRedirectUriWithoutClient =>
            new("Errors.LogoutTitle", "Errors.LogoutText", "Errors.LogoutAdvice", ("Errors.LogoutLink", "/logout")),
        Refusal.AccountLinkUnknown or Refusal.AccountLinkSpent or Refusal.AccountLinkExpired or Refusal.AccountLinkSuperseded =>
            new("SignUp.LinkGoneTitle", "SignUp.LinkGoneText", "SignUp.LinkGoneAdvice", ("SignUp.BackToSignIn", "/login")),
        Refusal.AccountLinkOfAnother => new("SignUp.OtherTitle", "SignUp.OtherText", "SignUp.OtherAdvice"),
        Refusal.EmailAddressTaken => new("SignUp.TakenTitle", "SignUp.TakenText", "SignUp.TakenAdvice", ("SignUp.BackToSignIn", "/login")),
        Refusal.MailAskedTooOften => new("SignUp.TooOftenTitle", "SignUp.TooOftenText", "SignUp.TooOftenAdvice"),
        Refusal.PasswordHashingBusy => new("SignIn.Title", "SignIn.Busy", "SignIn.BusyAdvice"),
        _ => new("Errors.MalformedTitle", "Errors.MalformedText", "Errors.AskTheApp"),
    };

    private static Task ShowAsync(HttpContext http, ErrorPage.ErrorModel model, int status) =>
        PageResults.ShowAsync<ErrorPage>(http, model with { RequestId = http.TraceIdentifier }, status: status);
}
