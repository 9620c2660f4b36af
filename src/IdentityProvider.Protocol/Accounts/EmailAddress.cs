using System.Buffers;
using System.Globalization;

namespace IdentityProvider.Protocol.Accounts;

/// <summary>
/// An e-mail address that a person typed, in the one form in which it is kept, compared and written to (RFC 5321 §4.1.2). A host name in another
/// script is kept in its ASCII form (RFC 5891), so that no two names that look alike are taken for one another; a mailbox's own name is ASCII.
/// </summary>
public sealed class EmailAddress
{
    /// <summary>RFC 5321 §4.5.3.1.3, less the brackets around it.</summary>
    public const int Longest = 254;

    private const int LongestLocalPart = 64;

    // RFC 5322 §3.2.3: what needs no quotes.
    private static readonly SearchValues<char> AtomText = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~.");

    private static readonly IdnMapping HostNames = new() { UseStd3AsciiRules = true };

    private EmailAddress(string text) => Text = text;

    /// <summary>Every sign that an address may have, which a user name that is an address may have too.</summary>
    public static string Alphabet { get; } = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~.@";

    /// <summary>As it is written to: the mailbox as it was typed, the host in small letters.</summary>
    public string Text { get; }

    /// <summary>As it is compared: one mailbox is one person's, however its name is capitalised.</summary>
    public string Normalized => NormalizedOf(Text);

    /// <summary>The same of an address that is stored.</summary>
    public static string NormalizedOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.ToUpperInvariant();
    }

    /// <summary>Reads what was typed; null where mail can't be sent to it.</summary>
    public static EmailAddress? Read(string? typed)
    {
        // 1. One @, which parts it.
        var text = typed?.Trim() ?? "";
        var at = text.LastIndexOf('@');
        if (at < 1 || text.Length > Longest)
            return null;

        // 2. The mailbox: words with single dots between them; no quotes, so nothing that could end a header (RFC 5321 §4.1.2, Dot-string).
        var local = text[..at];
        if (local.Length > LongestLocalPart || local.AsSpan().ContainsAnyExcept(AtomText) || local.Split('.').Any(word => word.Length == 0))
            return null;

        // 3. The host: a name with a dot, in ASCII (RFC 5891 §4); no address literal.
        return HostOf(text[(at + 1)..]) is { } host && local.Length + 1 + host.Length <= Longest ? new EmailAddress($"{local}@{host}") : null;
    }

    public override string ToString() => Text;

    private static string? HostOf(string typed)
    {
        try
        {
            var host = HostNames.GetAscii(typed).ToLowerInvariant();
            return host.Contains('.', StringComparison.Ordinal) && !host.EndsWith('.') && !host.Split('.')[^1].All(char.IsAsciiDigit) && host.All(IsOfName) ? host : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool IsOfName(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '-';
}
