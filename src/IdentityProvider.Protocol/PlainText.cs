using System.Globalization;

namespace IdentityProvider.Protocol;

/// <summary>Text that is shown to people as it stands: in pages, tables and log lines.</summary>
public static class PlainText
{
    /// <summary>
    /// Whether the text has something to see and nothing that could deceive: no control character, no line end, no invisible character
    /// that reorders its neighbours, no half of a surrogate pair.
    /// </summary>
    /// <param name="text">What somebody wrote.</param>
    /// <param name="most">The most UTF-16 code units allowed.</param>
    public static bool IsPlain(string text, int most)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (string.IsNullOrWhiteSpace(text) || text.Length > most)
            return false;

        for (var i = 0; i < text.Length; i++)
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(text, i);
            if (category is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate)
                return false;
            // Of the format characters only the joiners that emoji and some scripts are written with.
            if (category is UnicodeCategory.Format && text[i] is not ('\u200C' or '\u200D'))
                return false;
            if (char.IsHighSurrogate(text[i]))
                i++;
        }

        return true;
    }
}
