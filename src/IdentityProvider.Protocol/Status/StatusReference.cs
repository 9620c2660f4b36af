namespace IdentityProvider.Protocol.Status;

/// <summary>Where a token's status stands: the <c>status_list</c> claim of a token (draft-ietf-oauth-status-list, "Referenced Token in JOSE").</summary>
/// <param name="List">The list's number, from 1.</param>
/// <param name="Index">The position in it, from 0.</param>
public readonly record struct StatusReference(int List, int Index)
{
    /// <summary>The path of all lists, which their aggregation answers.</summary>
    public const string Path = "/status";

    /// <summary>The path at which changes are pushed.</summary>
    public const string EventsPath = "/status/events";

    /// <summary>The list's address, which is its token's <c>sub</c> too.</summary>
    public static string UriOf(string issuer, int list) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{issuer}{Path}/{list}");

    /// <summary>The list that this address names; null where it is none of this issuer's.</summary>
    public static int? ListOrNull(string issuer, string uri)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        ArgumentNullException.ThrowIfNull(uri);
        var start = issuer.Length + Path.Length + 1;
        return uri.Length > start
            && int.TryParse(uri.AsSpan(start), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var list)
            && uri == UriOf(issuer, list)
            ? list
            : null;
    }
}

/// <summary>The status of a token that is out, for as long as the token lives.</summary>
/// <param name="Reference">Where it stands.</param>
/// <param name="ExpiresAt">The token's end, after which nobody asks.</param>
public readonly record struct LiveStatus(StatusReference Reference, DateTimeOffset ExpiresAt);

/// <summary>Neighbouring indexes of one list, all to the same value.</summary>
public readonly record struct StatusRange(int List, int First, int Count, StatusValue Value);
