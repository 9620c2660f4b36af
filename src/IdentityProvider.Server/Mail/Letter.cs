using System.Globalization;

namespace IdentityProvider.Server.Mail;

/// <summary>What a mail says, in its reader's language: all that a template needs.</summary>
public sealed record Letter
{
    public required string To { get; init; }

    public required CultureInfo Language { get; init; }

    public required string Subject { get; init; }

    public required IReadOnlyList<string> Paragraphs { get; init; }

    /// <summary>What was done where, a line each.</summary>
    public IReadOnlyList<(string Label, string Value)> Facts { get; init; } = [];

    public (string Text, string Address)? Link { get; init; }

    /// <summary>Said before the link's address as text.</summary>
    public string? LinkHint { get; init; }

    /// <summary>What to do where it wasn't the reader; stands below the link.</summary>
    public string? Otherwise { get; init; }

    public required string Footer { get; init; }

    /// <summary>The mail without any markup (RFC 2046 §5.1.4). What came from outside stays on its line.</summary>
    public string ToText()
    {
        var parts = new List<string>();
        parts.AddRange(Paragraphs);
        if (Facts.Count > 0)
            parts.Add(string.Join('\n', Facts.Select(fact => $"{fact.Label}: {OnOneLine(fact.Value)}")));
        if (Link is var (text, address))
            parts.Add($"{text}:\n{address}");
        if (Otherwise is not null)
            parts.Add(Otherwise);
        parts.Add("-- \n" + Footer);
        return string.Join("\n\n", parts) + "\n";
    }

    private static string OnOneLine(string value) => new([.. value.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c)]);
}
