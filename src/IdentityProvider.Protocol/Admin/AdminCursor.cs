using System.Buffers.Text;
using System.Text;

namespace IdentityProvider.Protocol.Admin;

/// <summary>
/// Where the next page of a list begins: opaque to who pages, so that what it is made of can change. It opens nothing, and so is not sealed; it names
/// its list, so that one of another list is a mistake that is told.
/// </summary>
public static class AdminCursor
{
    private const char Version = '1';
    private const int Longest = 2000;

    /// <param name="list">The list and its filters.</param>
    /// <param name="last">What the page before ended with.</param>
    public static string Write(string list, string last) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{Version}{list}\n{last}"));

    /// <summary>What the page before ended with; false where the text is no cursor of this list.</summary>
    public static bool TryRead(string text, string list, out string last)
    {
        ArgumentNullException.ThrowIfNull(text);
        last = "";
        if (text.Length > Longest || !Base64Url.IsValid(text))
            return false;
        var plain = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
        var head = $"{Version}{list}\n";
        if (!plain.StartsWith(head, StringComparison.Ordinal) || plain.Contains('\0', StringComparison.Ordinal) || plain.Contains('\uFFFD', StringComparison.Ordinal))
            return false;
        last = plain[head.Length..];
        return true;
    }
}
