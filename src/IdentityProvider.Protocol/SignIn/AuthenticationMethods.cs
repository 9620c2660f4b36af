namespace IdentityProvider.Protocol.SignIn;

/// <summary>
/// How a person proved who they are, by the words of RFC 8176 §2 (<c>amr</c>), and when several of them are two factors.
/// </summary>
public static class AuthenticationMethods
{
    public const string Password = "pwd";

    /// <summary>A code of an authenticator app, or a recovery code.</summary>
    public const string OneTimeCode = "otp";

    /// <summary>A passkey that can't leave its device.</summary>
    public const string HardwareKey = "hwk";

    /// <summary>A passkey that is kept in step on several devices.</summary>
    public const string SoftwareKey = "swk";

    /// <summary>The authenticator checked who holds it: by a PIN, a finger, a face.</summary>
    public const string UserVerified = "user";

    /// <summary>Another provider vouches: a word of our own.</summary>
    public const string Federated = "fed";

    /// <summary>Two factors of different kinds.</summary>
    public const string MultipleFactors = "mfa";

    /// <summary>All the methods, each once, and <see cref="MultipleFactors"/> where they are of two kinds.</summary>
    public static IReadOnlyList<string> Join(IReadOnlyList<string> proven, params IReadOnlyList<string> more)
    {
        ArgumentNullException.ThrowIfNull(proven);
        List<string> all = [.. proven.Concat(more).Distinct(StringComparer.Ordinal)];
        if (!all.Contains(MultipleFactors) && AreTwoKinds(all))
            all.Add(MultipleFactors);
        return all;
    }

    /// <summary>Whether these are two factors.</summary>
    public static bool AreTwoFactors(IReadOnlyList<string> amr)
    {
        ArgumentNullException.ThrowIfNull(amr);
        return amr.Contains(MultipleFactors, StringComparer.Ordinal) || AreTwoKinds(amr);
    }

    /// <summary>Whether a method is a passkey.</summary>
    public static bool IsPasskey(string method) => method is HardwareKey or SoftwareKey;

    private static bool AreTwoKinds(IReadOnlyList<string> amr)
    {
        var isHeld = amr.Any(method => method == OneTimeCode || IsPasskey(method));

        // What is known, or what another provider saw; or the holder of a key, whom the key itself knows.
        var isMore = amr.Any(method => method is Password or Federated) || (amr.Contains(UserVerified) && amr.Any(IsPasskey));
        return isHeld && isMore;
    }
}
