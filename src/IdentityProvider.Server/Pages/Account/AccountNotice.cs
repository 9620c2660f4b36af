using IdentityProvider.Protocol;

namespace IdentityProvider.Server.Pages.Account;

/// <summary>What was just done, told on the page that follows: a word in its address, never a text.</summary>
/// <param name="Page">The page that tells it.</param>
/// <param name="Word">The word.</param>
/// <param name="TextKey">The text's key.</param>
internal sealed record AccountNotice(OwnPage Page, string Word, string TextKey)
{
    private const string Parameter = "done";

    public static AccountNotice SessionEnded { get; } = new(OwnPage.Account, "session-ended", "Account.DoneSessionEnded");

    public static AccountNotice SessionGone { get; } = new(OwnPage.Account, "session-gone", "Account.DoneSessionGone");

    public static AccountNotice OthersEnded { get; } = new(OwnPage.Account, "others-ended", "Account.DoneOthersEnded");

    public static AccountNotice AppRemoved { get; } = new(OwnPage.Account, "app-removed", "Account.DoneAppRemoved");

    public static AccountNotice PasswordChanged { get; } = new(OwnPage.Account, "password-changed", "Account.DonePasswordChanged");

    public static AccountNotice EmailConfirmed { get; } = new(OwnPage.Account, "email-confirmed", "SignUp.EmailDone");

    public static AccountNotice RequestAllowed { get; } = new(OwnPage.Account, "request-allowed", "Account.DoneRequestAllowed");

    public static AccountNotice RequestDenied { get; } = new(OwnPage.Account, "request-denied", "Account.DoneRequestDenied");

    public static AccountNotice RequestGone { get; } = new(OwnPage.Account, "request-gone", "Account.DoneRequestGone");

    public static AccountNotice AuthenticatorRemoved { get; } = new(OwnPage.Security, "authenticator-removed", "SignIn.DoneAuthenticatorRemoved");

    public static AccountNotice AuthenticatorThere { get; } = new(OwnPage.Security, "authenticator-there", "SignIn.DoneAuthenticatorThere");

    public static AccountNotice BrowserForgotten { get; } = new(OwnPage.Security, "browser-forgotten", "SignIn.DoneBrowserForgotten");

    public static AccountNotice NothingToRecover { get; } = new(OwnPage.Security, "nothing-to-recover", "SignIn.DoneNothingToRecover");

    public static AccountNotice Linked { get; } = new(OwnPage.Links, "linked", "Upstream.DoneLinked");

    public static AccountNotice Unlinked { get; } = new(OwnPage.Links, "unlinked", "Upstream.DoneUnlinked");

    private static AccountNotice[] All { get; } =
    [
        SessionEnded, SessionGone, OthersEnded, AppRemoved, PasswordChanged, EmailConfirmed, RequestAllowed, RequestDenied, RequestGone,
        AuthenticatorRemoved, AuthenticatorThere, BrowserForgotten, NothingToRecover, Linked, Unlinked,
    ];

    /// <summary>Where it is told.</summary>
    public string Path => $"{Page.Path}?{Parameter}={Word}";

    /// <summary>The key of the text that a page is to tell; null where the word is none of its own.</summary>
    public static string? KeyOf(OwnPage page, Parameters query) =>
        query[Parameter] is { } word ? All.FirstOrDefault(notice => notice.Page == page && notice.Word == word)?.TextKey : null;
}
