using System.CommandLine.Parsing;
using System.Globalization;

namespace IdentityProvider.Server.Commands;

/// <summary>A length of time as people write it: a number and s, m, h or d.</summary>
internal static class Duration
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    public static TimeSpan Parse(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (text.Length > 1 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            TimeSpan? length = text[^1] switch
            {
                's' => TimeSpan.FromSeconds(number),
                'm' => TimeSpan.FromMinutes(number),
                'h' => TimeSpan.FromHours(number),
                'd' => TimeSpan.FromDays(number),
                _ => null,
            };
            if (length <= Longest)
                return length.Value;
        }

        result.AddError($"'{text}' is no duration of at most 365d, such as 90s, 30m, 24h or 7d.");
        return default;
    }
}
