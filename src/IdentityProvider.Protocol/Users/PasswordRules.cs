using System.Text.Json.Nodes;

namespace IdentityProvider.Protocol.Users;

/// <summary>
/// Which passwords may be chosen (NIST SP 800-63B-4 §3.1.1.2): long ones of any composition, that hold nothing everybody knows of the person, and
/// that take more guesses than anyone will make.
/// </summary>
public static class PasswordRules
{
    /// <summary>Longer than any password or passphrase that a person types; in characters.</summary>
    public const int Longest = 1024;

    /// <summary>What an operator may give out, and set as the least for people; NIST's least for a password that never stands alone. In characters.</summary>
    public const int Shortest = 8;

    /// <summary>NIST's least for a password that may stand alone; in characters.</summary>
    public const int ShortestAlone = 15;

    /// <summary>A shorter word is in too many passwords by chance.</summary>
    private const int ShortestWord = 4;

    private static readonly string[] Names = ["name", "given_name", "family_name", "middle_name", "nickname"];

    /// <summary>What can be seen of it without guessing; null where nothing is wrong.</summary>
    /// <param name="chosen">The password.</param>
    /// <param name="shortest">The least length, in characters as people count them.</param>
    /// <param name="words">What everybody knows of this person here (<see cref="WordsOf"/>).</param>
    public static Refusal? Refuse(string chosen, int shortest, IEnumerable<string> words)
    {
        ArgumentNullException.ThrowIfNull(chosen);

        // 1. Its length, where each code point counts as one (§3.1.1.2).
        if (chosen.Length > Longest)
            return Refusal.PasswordTooLong;
        if (chosen.EnumerateRunes().Count() < shortest)
            return Refusal.PasswordTooShort;

        // 2. It holds no name, neither the person's nor the site's.
        return words.Any(word => chosen.Contains(word, StringComparison.OrdinalIgnoreCase)) ? Refusal.PasswordHasName : null;
    }

    /// <summary>What an estimate of the guesses says of it; null where it takes enough.</summary>
    /// <param name="score">zxcvbn's: 0 for fewer than a hundred seconds of guessing, each next one a hundred times as long, up to 4.</param>
    public static Refusal? RefuseGuessable(int score) => score switch
    {
        < 2 => Refusal.PasswordCommon,
        2 => Refusal.PasswordGuessable,
        _ => null,
    };

    /// <summary>The words that everybody tries first with this person: their names, their address, and the site's.</summary>
    /// <param name="username">What they sign in with.</param>
    /// <param name="email">Their address, if it is known.</param>
    /// <param name="claims">What is known of them (OpenID Connect Core §5.1).</param>
    /// <param name="siteNames">The site's host, and its name where it has one.</param>
    public static IReadOnlyList<string> WordsOf(string? username, string? email, JsonObject claims, params IEnumerable<string?> siteNames)
    {
        ArgumentNullException.ThrowIfNull(claims);
        var addresses = new[] { username, email, (claims["email"] as JsonValue)?.GetValue<string>() };
        var names = Names.Select(name => (claims[name] as JsonValue)?.GetValue<string>()).OfType<string>().SelectMany(name => name.Split(' '));
        return
        [
            .. addresses.OfType<string>().Select(address => address.Split('@')[0]).Concat(names).Concat(siteNames.OfType<string>().SelectMany(SiteWords))
                .Where(word => word.Length >= ShortestWord)
                .Distinct(StringComparer.OrdinalIgnoreCase),
        ];
    }

    // Of a host everything but its last label; of a name its words.
    private static IEnumerable<string> SiteWords(string site) =>
        site.Split('.') is [.. { Length: > 0 } labels, _] ? labels : site.Split(' ');
}
