using System.Globalization;
using System.Text.RegularExpressions;

namespace IdentityProvider.Protocol.Clients;

/// <summary>
/// Which redirect URIs may be registered, and which registered one a request means (RFC 6749 §3.1.2, RFC 8252 §7 and §8.4, RFC 9700 §2.1,
/// OpenID Connect Registration §2). Everything is allowed on the text: no parser stands between what was registered and what a browser is sent,
/// so no two parsers can disagree; a parser only refuses, at registration, what our pages could not read.
/// </summary>
public static partial class RedirectUris
{
    /// <summary>The longest that can be registered, in characters.</summary>
    public const int MaxLength = 2000;

    private const string LongestPort = ":65535";

    private static readonly string[] LoopbackAddresses = ["http://127.0.0.1", "http://[::1]"];

    /// <summary>Whether a presented URI is a registered one: the same text, but for the port of a native client's loopback address.</summary>
    public static bool Matches(string registered, string presented, ApplicationType applicationType)
    {
        ArgumentNullException.ThrowIfNull(registered);
        ArgumentNullException.ThrowIfNull(presented);

        // 1. Simple string comparison (RFC 9700 §2.1, RFC 3986 §6.2.1).
        if (string.Equals(registered, presented, StringComparison.Ordinal)) return true;

        // 2. A native client's loopback IP literal may come with any port (RFC 8252 §7.3); `localhost` is a name and may not (§8.3).
        return applicationType == ApplicationType.Native
            && LoopbackAddresses.Any(address => TryTakePort(registered, address, out var mine) && TryTakePort(presented, address, out var theirs)
                && mine.SequenceEqual(theirs));
    }

    /// <summary>Why a redirect URI may not be registered, or null where it may.</summary>
    public static Refusal? DecideRegistration(string uri, ApplicationType applicationType)
    {
        ArgumentNullException.ThrowIfNull(uri);

        // 1. An absolute URI in RFC 3986's characters alone: no space, control, backslash or non-ASCII (RFC 6749 §3.1.2).
        if (LongestPresented(uri, applicationType) > MaxLength || !AbsoluteUri().IsMatch(uri)) return Refusal.RedirectUriMalformed;

        // 2. No fragment (RFC 6749 §3.1.2).
        if (uri.Contains('#', StringComparison.Ordinal)) return Refusal.RedirectUriHasFragment;

        // 3. No wildcard: what looks like a pattern would never match (RFC 9700 §2.1).
        if (uri.Contains('*', StringComparison.Ordinal)) return Refusal.RedirectUriHasWildcard;

        // 4. No dot segment, and nothing percent-encoded that a browser or a server would read as a path's structure (RFC 3986 §6.2.2).
        var beforeQuery = uri.Split('?', 2)[0];
        if (DotSegment().IsMatch(beforeQuery) || EncodedStructure().IsMatch(beforeQuery)) return Refusal.RedirectUriNotCanonical;

        // 5. A private-use scheme is a domain name in reverse, and a native client's (RFC 8252 §7.1, §8.4).
        var scheme = uri[..uri.IndexOf(':', StringComparison.Ordinal)];
        if (scheme is not ("https" or "http"))
        {
            if (applicationType != ApplicationType.Native || !PrivateUseScheme().IsMatch(scheme)) return Refusal.RedirectUriSchemeNotAllowed;
            return IsReadable(uri) ? null : Refusal.RedirectUriMalformed;
        }

        // 6. A host, no user information before it, a port that is one (RFC 9110 §4.2.4).
        var authority = Authority().Match(uri);
        if (uri.Contains('@', StringComparison.Ordinal) && uri.IndexOf('@', StringComparison.Ordinal) < EndOfAuthority(uri)) return Refusal.RedirectUriHasUserInfo;
        if (!authority.Success || !IsPortOrNone(authority.Groups["port"].ValueSpan)) return Refusal.RedirectUriMalformed;

        // 7. https, or http that does not leave the machine (RFC 8252 §7.3, OpenID Connect Registration §2).
        if (scheme == "http" && authority.Groups["host"].Value is not ("127.0.0.1" or "[::1]" or "localhost")) return Refusal.RedirectUriNotHttps;

        // 8. The pages that lead there can read it: what looks like an IPv6 address is one (RFC 3986 §3.2.2).
        return IsReadable(uri) ? null : Refusal.RedirectUriMalformed;
    }

    /// <summary>The redirect URI that an authorization request means.</summary>
    /// <param name="client">The client that the request names.</param>
    /// <param name="presented">The parameter <c>redirect_uri</c>; null where the request has none.</param>
    /// <param name="isOpenId">Whether the scope has <c>openid</c>, which makes the parameter required.</param>
    public static Decision<ValidatedRedirectUri> Choose(Client client, string? presented, bool isOpenId)
    {
        // 1. Named: one of the registered, exactly (RFC 6749 §3.1.2.3, OpenID Connect Core §3.1.2.1).
        if (presented is not null)
        {
            return client.RedirectUris.Any(registered => Matches(registered, presented, client.ApplicationType))
                ? new ValidatedRedirectUri(presented, wasRequested: true)
                : Refusal.RedirectUriNotRegistered;
        }

        // 2. Not named: the only one there is, unless it is an OpenID request (RFC 6749 §3.1.2.3, OpenID Connect Core §3.1.2.1).
        return client.RedirectUris.Count == 1 && !isOpenId ? new ValidatedRedirectUri(client.RedirectUris[0], wasRequested: false) : Refusal.RedirectUriMissing;
    }

    /// <summary>The address that a logout request asks to return to: registered exactly (OpenID Connect RP-Initiated Logout §3).</summary>
    public static Decision<ValidatedRedirectUri> ChooseAfterLogout(Client client, string presented) =>
        client.PostLogoutRedirectUris.Any(registered => Matches(registered, presented, client.ApplicationType))
            ? new ValidatedRedirectUri(presented, wasRequested: true)
            : Refusal.LogoutRedirectUriNotRegistered;

    /// <summary>The length that a presented URI may have which matches this one: a native client chooses the port of its loopback address.</summary>
    private static int LongestPresented(string uri, ApplicationType applicationType)
    {
        foreach (var address in LoopbackAddresses)
        {
            if (applicationType == ApplicationType.Native && TryTakePort(uri, address, out var rest))
                return address.Length + LongestPort.Length + rest.Length;
        }

        return uri.Length;
    }

    private static bool IsReadable(string uri) => Uri.TryCreate(uri, UriKind.Absolute, out _);

    /// <summary>What follows the address and its port, if the text starts with that address.</summary>
    private static bool TryTakePort(string uri, string address, out ReadOnlySpan<char> rest)
    {
        rest = default;
        if (!uri.StartsWith(address, StringComparison.Ordinal)) return false;
        rest = uri.AsSpan(address.Length);
        if (rest is [':', ..])
        {
            var end = rest.IndexOfAny('/', '?');
            var port = end < 0 ? rest[1..] : rest[1..end];
            rest = end < 0 ? [] : rest[end..];
            return !port.IsEmpty && IsPortOrNone(port);
        }

        return rest is [] or ['/', ..] or ['?', ..];
    }

    private static bool IsPortOrNone(ReadOnlySpan<char> port) =>
        port.IsEmpty || (port.Length <= 5 && port[0] != '0' && int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 65535);

    private static int EndOfAuthority(string uri)
    {
        var start = uri.IndexOf(':', StringComparison.Ordinal) + 3;
        var end = start > uri.Length ? -1 : uri.AsSpan(start).IndexOfAny('/', '?');
        return end < 0 ? uri.Length : start + end;
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+\z", RegexOptions.CultureInvariant)]
    private static partial Regex AbsoluteUri();

    [GeneratedRegex(@"\Ahttps?://(?<host>\[[0-9a-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::(?<port>[0-9]+))?(?:[/?]|\z)", RegexOptions.CultureInvariant)]
    private static partial Regex Authority();

    [GeneratedRegex(@"\A[a-z][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)+\z", RegexOptions.CultureInvariant)]
    private static partial Regex PrivateUseScheme();

    [GeneratedRegex(@"[:/](?:\.|%2e){1,2}(?:[/?]|\z)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex DotSegment();

    [GeneratedRegex(@"%(?:[01][0-9a-f]|2e|2f|5c|7f|25)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex EncodedStructure();
}
