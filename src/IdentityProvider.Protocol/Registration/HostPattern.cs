namespace IdentityProvider.Protocol.Registration;

/// <summary>A host by name (<c>app.example.com</c>), or all below a domain (<c>*.example.com</c>), as an operator writes it.</summary>
public static class HostPattern
{
    public static bool IsPattern(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var name = text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text;
        return name.Length is > 0 and <= 253
            && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.')
            && Uri.CheckHostName(name) is UriHostNameType.Dns or UriHostNameType.IPv4;
    }

    /// <summary>Whether the host is one of those meant; any is where none is named.</summary>
    public static bool Allows(IReadOnlyList<string> patterns, string host)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        return patterns.Count == 0
            || patterns.Any(pattern => pattern == host || (pattern.StartsWith("*.", StringComparison.Ordinal) && host.EndsWith(pattern[1..], StringComparison.Ordinal)));
    }
}
