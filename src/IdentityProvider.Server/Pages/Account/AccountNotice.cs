namespace IdentityProvider.Server.Pages.Account;

/// <summary>What was just done, told on the page that follows: a word in its address, never a text.</summary>
internal static class AccountNotice
{
    public const string Parameter = "done";

    public const string SessionEnded = "session-ended";
    public const string SessionGone = "session-gone";
    public const string OthersEnded = "others-ended";
    public const string AppRemoved = "app-removed";
    public const string PasswordChanged = "password-changed";

    public const string EmailConfirmed = "email-confirmed";

    public const string RequestAllowed = "request-allowed";
    public const string RequestDenied = "request-denied";
    public const string RequestGone = "request-gone";

    public static string PathOf(string notice) => $"{OwnPage.Account.Path}?{Parameter}={notice}";

    /// <summary>The text that says it; null where the word is none of ours.</summary>
    public static string? KeyOf(string? notice) => notice switch
    {
        SessionEnded => "Account.DoneSessionEnded",
        SessionGone => "Account.DoneSessionGone",
        OthersEnded => "Account.DoneOthersEnded",
        AppRemoved => "Account.DoneAppRemoved",
        PasswordChanged => "Account.DonePasswordChanged",
        EmailConfirmed => "SignUp.EmailDone",
        RequestAllowed => "Account.DoneRequestAllowed",
        RequestDenied => "Account.DoneRequestDenied",
        RequestGone => "Account.DoneRequestGone",
        _ => null,
    };
}
