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

    public const string RequestAllowed = "request-allowed";
    public const string RequestDenied = "request-denied";
    public const string RequestGone = "request-gone";

    public static string PathOf(string notice) => $"{OwnPage.Account.Path}?{Parameter}={notice}";

    public static string? TextOf(string? notice) => notice switch
    {
        SessionEnded => "That device is signed out, and so are the apps that were used there.",
        SessionGone => "That device was signed out already.",
        OthersEnded => "Every other device is signed out.",
        AppRemoved => "The app has no access to your account any more.",
        PasswordChanged => "Your password is changed. Every other device is signed out, and no app keeps access while you are away.",
        RequestAllowed => "Allowed. It goes on there in a few seconds.",
        RequestDenied => "Denied. It got nothing of yours.",
        RequestGone => "That was answered already, or its time is over.",
        _ => null,
    };
}
