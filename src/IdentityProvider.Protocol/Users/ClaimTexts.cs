using System.Buffers;
using System.Globalization;

namespace IdentityProvider.Protocol.Users;

/// <summary>What the texts of standard claims may be (OpenID Connect Core §5.1), whoever writes them.</summary>
public static class ClaimTexts
{
    /// <summary>Of each, in UTF-16 code units.</summary>
    public const int Longest = 500;

    private static readonly SearchValues<char> OfPhones = SearchValues.Create("0123456789 ().-/;=ext");
    private static readonly SearchValues<char> OfZones = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/");

    /// <summary>The members of <c>address</c> (§5.1.1).</summary>
    public static IReadOnlyList<string> AddressParts { get; } = ["formatted", "street_address", "locality", "region", "postal_code", "country"];

    /// <summary>The claims that are texts, but for those that are addresses of pages.</summary>
    internal static IReadOnlyList<string> Texts { get; } =
        ["name", "given_name", "family_name", "middle_name", "nickname", "gender", "birthdate", "zoneinfo", "locale", "phone_number"];

    /// <summary>The claims that are addresses of pages.</summary>
    internal static IReadOnlyList<string> Pages { get; } = ["profile", "picture", "website"];

    /// <summary>What is wrong with a text as the value of this claim; null where nothing is.</summary>
    /// <param name="claim">A claim that is a text, by its wire name; of an address <c>address.</c> and the part.</param>
    /// <param name="text">The value; not empty.</param>
    public static ClaimMistake? Check(string claim, string text)
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > Longest)
            return ClaimMistake.TooLong;
        if (!(claim is "address.formatted" or "address.street_address" ? IsLines(text) : PlainText.IsPlain(text, Longest)))
            return Pages.Contains(claim) ? ClaimMistake.NotUrl : ClaimMistake.NotPlain;
        return claim switch
        {
            "profile" or "picture" or "website" => WebUris.IsSecure(text) ? null : ClaimMistake.NotUrl,
            "birthdate" => IsDate(text) ? null : ClaimMistake.NotDate,
            "zoneinfo" => IsZone(text) ? null : ClaimMistake.NotZone,
            "locale" => IsLanguage(text) ? null : ClaimMistake.NotLanguage,
            "phone_number" => IsPhone(text) ? null : ClaimMistake.NotPhone,
            _ => null,
        };
    }

    // `formatted` and `street_address` may have several lines (§5.1.1).
    private static bool IsLines(string text) => text.ReplaceLineEndings("\n").Split('\n') is var lines
        && lines.Any(line => line.Length > 0) && lines.All(line => line.Length == 0 || PlainText.IsPlain(line, Longest));

    // A day, a day without its year, which is then 0000, or a year alone.
    private static bool IsDate(string text) => text.Length switch
    {
        4 => text.All(char.IsAsciiDigit) && text != "0000",
        10 => DateOnly.TryParseExact(text.StartsWith("0000-", StringComparison.Ordinal) ? "2000" + text[4..] : text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        _ => false,
    };

    // Its syntax; whether there is such a zone only a database knows, which each system has its own of.
    private static bool IsZone(string text) =>
        text.Length <= 60 && char.IsAsciiLetter(text[0]) && char.IsAsciiLetterOrDigit(text[^1]) && !text.AsSpan().ContainsAnyExcept(OfZones) && !text.Contains("//", StringComparison.Ordinal);

    // RFC 5646 §2.1, and with the underscore that §5.1 lets be found in its place.
    private static bool IsLanguage(string text)
    {
        var parts = text.Split('-', '_');
        return text.Length <= 35 && parts[0].Length is >= 2 and <= 8 && parts[0].All(char.IsAsciiLetter) && parts.All(part => part.Length is >= 1 and <= 8 && part.All(char.IsAsciiLetterOrDigit));
    }

    // As people write them: E.164 is recommended, and no more (§5.1).
    private static bool IsPhone(string text)
    {
        var number = text.StartsWith('+') ? text[1..] : text;
        return text.Length <= 50 && number.Count(char.IsAsciiDigit) >= 3 && !number.AsSpan().ContainsAnyExcept(OfPhones);
    }
}
