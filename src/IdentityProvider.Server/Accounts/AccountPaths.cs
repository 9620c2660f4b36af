using IdentityProvider.Protocol.Accounts;

namespace IdentityProvider.Server.Accounts;

/// <summary>Where links in mails lead: below the issuer of the settings, whatever host a request named.</summary>
internal static class AccountPaths
{
    public const string LinkParameter = "link";

    public const string SignUp = "/signup";
    public const string Invitation = "/invitation";
    public const string ConfirmEmail = "/confirm-email";
    public const string Forgot = "/forgot";
    public const string Reset = "/reset";

    /// <summary>Where the link that a sign-up's mail has leads.</summary>
    public const string FinishSignUp = "/signup/finish";

    public static string AddressOf(Settings settings, AccountLinkPurpose purpose, string token) => $"{settings.Issuer}{PathOf(purpose)}?{LinkParameter}={token}";

    public static string PathOf(AccountLinkPurpose purpose) => purpose switch
    {
        AccountLinkPurpose.PasswordReset => Reset,
        AccountLinkPurpose.SignUp => FinishSignUp,
        AccountLinkPurpose.Invitation => Invitation,
        AccountLinkPurpose.EmailChange => ConfirmEmail,
        _ => throw new ArgumentOutOfRangeException(nameof(purpose)),
    };
}
