using System.Buffers;
using System.Globalization;
using System.Text;

namespace IdentityProvider.Jose;

/// <summary>
/// Where a request went, in the one spelling by which two are compared: without query and fragment (RFC 9449 §4.3), and normalised by
/// syntax and by scheme (RFC 3986 §6.2.2, §6.2.3). Characters that no URI may hold are refused and never mended.
/// </summary>
public static class TargetUri
{
    /// <summary>Characters; a longer one is refused.</summary>
    public const int MaxLength = 4 * 1024;

    private const string AfterScheme = "://";

    // RFC 3986 §2.3, and what may stand in a path or a host as it is (§2.2, §3.2.2, §3.3).
    private const string UnreservedCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    private static readonly SearchValues<char> Unreserved = SearchValues.Create(UnreservedCharacters);
    private static readonly SearchValues<char> Path = SearchValues.Create(UnreservedCharacters + "!$&'()*+,;=:@/");
    private static readonly SearchValues<char> Host = SearchValues.Create(UnreservedCharacters + "!$&'()*+,;=");
    private static readonly SearchValues<char> Address = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>Whether two name the same target.</summary>
    public static bool AreSame(string one, string other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return NormalizeOrNull(one) is { } normalized && string.Equals(normalized, NormalizeOrNull(other), StringComparison.Ordinal);
    }

    /// <summary>The one spelling; null for what is no absolute http or https URI.</summary>
    public static string? NormalizeOrNull(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);

        // 1. Absolute, and of a scheme that requests go by, in any case (RFC 3986 §6.2.2.1).
        if (uri.Length > MaxLength || uri.IndexOf(AfterScheme, StringComparison.Ordinal) is not (> 0 and var colon)) return null;
        var scheme = Ascii.EqualsIgnoreCase(uri.AsSpan(0, colon), "https") ? "https" : Ascii.EqualsIgnoreCase(uri.AsSpan(0, colon), "http") ? "http" : null;
        if (scheme is null) return null;

        // 2. Without query and fragment (RFC 9449 §4.3 check 9).
        var rest = uri.AsSpan(colon + AfterScheme.Length);
        if (rest.IndexOfAny('?', '#') is >= 0 and var end) rest = rest[..end];

        // 3. Authority and path (RFC 3986 §3.2, §3.3); an empty path is the root (§6.2.3).
        var slash = rest.IndexOf('/');
        var result = new StringBuilder(uri.Length).Append(scheme).Append(AfterScheme);
        return AppendAuthority(result, slash < 0 ? rest : rest[..slash], scheme is "https" ? 443 : 80) && AppendPath(result, slash < 0 ? "/" : rest[slash..])
            ? result.ToString()
            : null;
    }

    private static bool AppendAuthority(StringBuilder result, ReadOnlySpan<char> authority, int schemePort)
    {
        // 1. Host and port; an address of IPv6 has colons of its own (RFC 3986 §3.2.2, §3.2.3). User information belongs in no request (RFC 9110 §4.2.4).
        var colon = authority.EndsWith("]", StringComparison.Ordinal) ? -1 : authority.LastIndexOf(':');
        var host = colon < 0 ? authority : authority[..colon];
        if (host.IsEmpty) return false;

        // 2. The host in lower case (§6.2.2.1).
        if (host[0] == '[')
        {
            if (host[^1] != ']' || host[1..^1].ContainsAnyExcept(Address)) return false;
            result.Append(host.ToString().ToLowerInvariant());
        }
        else
        {
            if (DecodeUnreservedOrNull(host, Host) is not { } name) return false;
            result.Append(name.ToLowerInvariant());
        }

        // 3. The port, unless it is the scheme's (§6.2.3).
        if (colon < 0 || colon == authority.Length - 1) return true;
        if (!ushort.TryParse(authority[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)) return false;
        if (port != schemePort) result.Append(CultureInfo.InvariantCulture, $":{port}");
        return true;
    }

    private static bool AppendPath(StringBuilder result, ReadOnlySpan<char> path)
    {
        if (DecodeUnreservedOrNull(path, Path) is not { } decoded) return false;

        // Without dot segments (RFC 3986 §5.2.4, §6.2.2.3); one at the end leaves the slash before it.
        List<string> kept = [];
        var segments = decoded[1..].Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            var isLast = i == segments.Length - 1;
            if (segments[i] is not ("." or "..")) kept.Add(segments[i]);
            else if (segments[i] is ".." && kept.Count > 0) kept.RemoveAt(kept.Count - 1);
            if (segments[i] is "." or ".." && isLast) kept.Add("");
        }

        result.Append('/').AppendJoin('/', kept);
        return true;
    }

    // Escapes of characters that need none are undone, all others are written in capitals (RFC 3986 §6.2.2.1, §6.2.2.2).
    private static string? DecodeUnreservedOrNull(ReadOnlySpan<char> text, SearchValues<char> allowed)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                if (!allowed.Contains(text[i])) return null;
                result.Append(text[i]);
                continue;
            }

            if (i + 2 >= text.Length || !byte.TryParse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)) return null;
            if (Unreserved.Contains((char)value)) result.Append((char)value);
            else result.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
            i += 2;
        }

        return result.ToString();
    }
}
