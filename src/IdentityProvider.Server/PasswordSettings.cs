using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Server;

/// <summary>Which passwords people may choose.</summary>
public sealed record PasswordSettings
{
    /// <summary>In characters: NIST SP 800-63B-4's least for a password that is a person's only factor. Where everyone has a second, 8 will do.</summary>
    public int ShortestLength { get; init; } = PasswordRules.ShortestAlone;

    /// <summary>Whether a new password is looked up among those that leaked elsewhere. Five characters of its SHA-1 leave the server.</summary>
    public bool BreachCheck { get; init; }

    /// <summary>Where: the five characters are appended. Have I Been Pwned's, or one that answers like it.</summary>
    public string BreachCheckUri { get; init; } = "https://api.pwnedpasswords.com/range/";

    internal IEnumerable<string> Mistakes()
    {
        if (ShortestLength is < PasswordRules.Shortest or > 64)
            yield return $"Idp:Passwords:ShortestLength must be {PasswordRules.Shortest} to 64 characters.";
        if (!WebUris.IsSecure(BreachCheckUri))
            yield return $"Idp:Passwords:BreachCheckUri must be an https URL, not '{BreachCheckUri}'.";
    }
}
