using IdentityProvider.Protocol.Sessions;

namespace IdentityProvider.Server.Pages.Account;

/// <summary>A line of the history as its person reads it.</summary>
internal static class HistoryWords
{
    public static string Of(Texts texts, SignInEvent line)
    {
        var words = texts["History." + line.Outcome];
        if (DetailOf(texts, line) is { Length: > 0 } detail)
            words = texts["History.With", words, detail];
        return line.Count > 1 ? texts["History.Times", words, line.Count] : words;
    }

    /// <summary>Whether someone was kept out, so that the person should look twice.</summary>
    public static bool IsFailure(SignInOutcome outcome) =>
        outcome is SignInOutcome.WrongPassword or SignInOutcome.Locked or SignInOutcome.WrongSecondFactor or SignInOutcome.FirstFactor or SignInOutcome.PasskeyMayBeCopied;

    // Of a sign-in the methods that it was by, of a profile what was changed; of everything else a name as it was then.
    private static string? DetailOf(Texts texts, SignInEvent line) => line.Outcome switch
    {
        SignInOutcome.SignedIn or SignInOutcome.SignedInNewBrowser => Listed(texts, line, KeyOf),
        SignInOutcome.ProfileChanged or SignInOutcome.ProfileCorrected => Listed(texts, line, ProfileModel.LabelOfClaim),
        _ => line.Detail,
    };

    private static string? Listed(Texts texts, SignInEvent line, Func<string, string?> keyOf)
    {
        var words = (line.Detail ?? "").Split(' ').Select(keyOf).OfType<string>().Distinct(StringComparer.Ordinal).Select(key => texts[key]).ToList();
        return words.Count == 0 ? null : words.Aggregate((all, word) => texts["History.And", all, word]);
    }

    private static string? KeyOf(string method) => method switch
    {
        "pwd" => "History.MethodPwd",
        "otp" => "History.MethodOtp",
        "hwk" or "swk" => "History.MethodPasskey",
        "fed" => "History.MethodFed",
        _ => null,
    };
}
