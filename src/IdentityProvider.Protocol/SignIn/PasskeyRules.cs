namespace IdentityProvider.Protocol.SignIn;

/// <summary>What a passkey may be called, and what it proves.</summary>
public static class PasskeyRules
{
    /// <summary>Of a name, in characters.</summary>
    public const int LongestName = 60;

    /// <summary>
    /// The methods that a passkey stands for (RFC 8176 §2): a key in hardware, or one that may be copied between devices; the person, where the
    /// authenticator verified them by PIN or biometry, and then two factors at once.
    /// </summary>
    /// <param name="isSynced">Whether the key may leave its device.</param>
    /// <param name="isUserVerified">Whether the authenticator verified the person this time.</param>
    public static IReadOnlyList<string> AmrOf(bool isSynced, bool isUserVerified)
    {
        var key = isSynced ? "swk" : "hwk";
        return isUserVerified ? [key, "user", "mfa"] : [key];
    }

    /// <summary>Reads a name: one line of text that can be seen.</summary>
    public static Decision<string> ReadName(string? typed) =>
        typed?.Trim() is { } name && PlainText.IsPlain(name, LongestName) ? name : Refusal.PasskeyNameInvalid;
}
