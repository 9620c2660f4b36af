namespace IdentityProvider.Protocol;

/// <summary>The web addresses that an operator or a partner names, other than redirect URIs.</summary>
public static class WebUris
{
    public const int Longest = 2000;

    /// <summary>Whether the text is an absolute https URL, or http on loopback for development, with a host and no user name.</summary>
    public static bool IsSecure(string text) =>
        IsAbsolute(text)
        && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && uri.Host.Length > 0
        && uri.UserInfo.Length == 0;

    /// <summary>
    /// Whether the text is an origin exactly as browsers send it (RFC 6454 §6.2): scheme, host, and the port where it isn't the scheme's own;
    /// lower case, no path, no wildcard.
    /// </summary>
    public static bool IsOrigin(string text) =>
        IsSecure(text) && !text.Contains('*', StringComparison.Ordinal) && new Uri(text).GetLeftPart(UriPartial.Authority) == text;

    /// <summary>Whether the text is an absolute URI in printable ASCII, of any scheme. A path is not one, whatever the platform thinks.</summary>
    public static bool IsAbsolute(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return text.Length <= Longest
            && colon > 0
            && char.IsAsciiLetter(text[0])
            && text[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.')
            && text.All(c => c is > ' ' and <= '~' and not ('"' or '<' or '>' or '\\' or '^' or '`' or '{' or '|' or '}'))
            && Uri.TryCreate(text, UriKind.Absolute, out _);
    }
}
