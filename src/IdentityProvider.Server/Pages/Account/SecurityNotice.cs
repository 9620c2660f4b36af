namespace IdentityProvider.Server.Pages.Account;

/// <summary>What was just done on the page of security: a word in its address, never a text.</summary>
internal static class SecurityNotice
{
    public const string AuthenticatorRemoved = "authenticator-removed";
    public const string AuthenticatorThere = "authenticator-there";
    public const string BrowserForgotten = "browser-forgotten";
    public const string NothingToRecover = "nothing-to-recover";

    public static string PathOf(string notice) => $"{OwnPage.Security.Path}?{AccountNotice.Parameter}={notice}";

    /// <summary>The text's key; null for any other word.</summary>
    public static string? KeyOf(string? notice) => notice switch
    {
        AuthenticatorRemoved => "SignIn.DoneAuthenticatorRemoved",
        AuthenticatorThere => "SignIn.DoneAuthenticatorThere",
        BrowserForgotten => "SignIn.DoneBrowserForgotten",
        NothingToRecover => "SignIn.DoneNothingToRecover",
        _ => null,
    };
}
