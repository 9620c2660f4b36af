using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Server.Pages.Account;

/// <summary>Why a new password was not taken, as a person should read it: with what to do about it.</summary>
internal static class PasswordWords
{
    public static string Of(Texts texts, Settings settings, Refusal reason) => reason switch
    {
        Refusal.NewPasswordsDiffer => texts["Passwords.Differ"],
        Refusal.PasswordUnchanged => texts["Passwords.Unchanged"],
        Refusal.PasswordTooShort => texts["Passwords.TooShort", settings.Passwords.ShortestLength],
        Refusal.PasswordTooLong => texts["Passwords.TooLong", PasswordRules.Longest],
        Refusal.PasswordHasName => texts["Passwords.HasName"],
        Refusal.PasswordCommon => texts["Passwords.Common"],
        Refusal.PasswordGuessable => texts["Passwords.Guessable"],
        Refusal.PasswordBreached => texts["Passwords.Breached"],
        Refusal.PasswordHashingBusy => texts["Passwords.Busy"],
        _ => texts["Passwords.WrongCurrent"],
    };
}
