using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace IdentityProvider.Server.Tests.Mail;

/// <summary>A mail as its reader's program takes it apart (RFC 5322, RFC 2046): headers, and both bodies.</summary>
public sealed partial record ReceivedMail(IReadOnlyList<(string Name, string Value)> Headers, string Text, string Html)
{
    public string To => Header("To").Single();

    public string Subject => Decoded(Header("Subject").Single());

    /// <summary>The one address in it that begins with the issuer and has a link's secret; as path and query.</summary>
    public string Link => new Uri(Address().Match(Text).Value).PathAndQuery;

    public static ReceivedMail Parse(string raw)
    {
        var (head, body) = Split(raw);
        var headers = HeadersOf(head);
        var boundary = Boundary().Match(headers.Single(h => h.Name == "Content-Type").Value).Groups[1].Value;
        var parts = body.Split("--" + boundary).Skip(1).SkipLast(1).Select(part => Split(part.TrimStart('\r', '\n'))).ToList();
        string Of(string type) => FromQuotedPrintable(parts.Single(part => part.Head.Contains(type, StringComparison.Ordinal)).Body);
        return new ReceivedMail(headers, Of("text/plain"), Of("text/html"));
    }

    public IEnumerable<string> Header(string name) => Headers.Where(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value);

    private static (string Head, string Body) Split(string text)
    {
        var at = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return (text[..at], text[(at + 4)..]);
    }

    private static List<(string Name, string Value)> HeadersOf(string head) =>
        [.. Fold().Replace(head, " ").Split("\r\n").Select(line => line.Split(':', 2)).Select(pair => (pair[0], pair.Length > 1 ? pair[1].Trim() : ""))];

    private static string FromQuotedPrintable(string text)
    {
        var bytes = new List<byte>();
        var joined = text.Replace("=\r\n", "", StringComparison.Ordinal);
        for (var i = 0; i < joined.Length; i++)
        {
            if (joined[i] == '=')
            {
                bytes.Add(byte.Parse(joined.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 2;
            }
            else
            {
                bytes.Add((byte)joined[i]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    // RFC 2047, of words in base64 alone, as the framework writes them.
    private static string Decoded(string value) => Encoding.UTF8.GetString([.. Word().Matches(value) is { Count: > 0 } words
        ? words.SelectMany(word => Convert.FromBase64String(word.Groups[1].Value))
        : Encoding.UTF8.GetBytes(value)]);

    [GeneratedRegex("boundary=\"?([^\";]+)\"?")]
    private static partial Regex Boundary();

    [GeneratedRegex(@"\r\n[ \t]+")]
    private static partial Regex Fold();

    [GeneratedRegex(@"=\?utf-8\?B\?([^?]*)\?=", RegexOptions.IgnoreCase)]
    private static partial Regex Word();

    [GeneratedRegex(@"http://localhost:8080/\S*link=\S+")]
    private static partial Regex Address();
}
