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
        var key = isSynced ? AuthenticationMethods.SoftwareKey : AuthenticationMethods.HardwareKey;
        return isUserVerified ? [key, AuthenticationMethods.UserVerified, AuthenticationMethods.MultipleFactors] : [key];
    }

    /// <summary>Whether the authenticator must verify the person, beyond their touch: where the passkey has to be two factors, or was asked for as one.</summary>
    /// <param name="proven">What was proven before it (RFC 8176); nothing where it comes first.</param>
    /// <param name="needs">What the sign-in is for.</param>
    public static bool MustVerifyUser(IReadOnlyList<string> proven, SignInNeeds needs)
    {
        ArgumentNullException.ThrowIfNull(proven);
        ArgumentNullException.ThrowIfNull(needs);

        // 1. Two factors were asked for by name, and nothing less will do (RFC 9470 §4).
        if (needs.Wish == SecondFactorWish.Essential) return true;

        // 2. It comes first: where two factors are wanted it is both.
        if (proven.Count == 0) return needs.IsRequiredByClient || needs.Wish != SecondFactorWish.None;

        // 3. It comes second: after what the person knows, or another provider saw, holding it is enough; after another thing that they hold it isn't.
        return !AuthenticationMethods.AreTwoFactors([.. proven, AuthenticationMethods.HardwareKey]);
    }

    /// <summary>Reads a name: one line of text that can be seen.</summary>
    public static Decision<string> ReadName(string? typed) =>
        typed?.Trim() is { } name && PlainText.IsPlain(name, LongestName) ? name : Refusal.PasskeyNameInvalid;
}
