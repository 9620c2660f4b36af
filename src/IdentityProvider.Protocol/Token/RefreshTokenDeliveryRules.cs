using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Protocol.Token;

/// <summary>
/// Refresh tokens that the browser keeps in a cookie for its app (<c>refresh_token_delivery: cookie</c>). A cookie comes along whoever made
/// the browser send the request, so what such a client asks counts only from an origin that it registered: the browser names the origin by
/// itself, and no page can make it name another's.
/// </summary>
public static class RefreshTokenDeliveryRules
{
    /// <summary>Why a request of this client is refused before anything else of it is looked at; null where it isn't.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="origin">What the header says (RFC 6454 §7.3); null or empty where there is none.</param>
    public static Refusal? RefuseOrigin(Client client, string? origin)
    {
        ArgumentNullException.ThrowIfNull(client);

        // 1. A client without a cookie proves itself by what it shows.
        if (client.RefreshTokenDelivery != RefreshTokenDelivery.Cookie)
            return null;

        // 2. The request says where it comes from: a program outside a browser doesn't, nor does a form of old (RFC 6454 §7.3).
        if (string.IsNullOrEmpty(origin))
            return Refusal.OriginMissing;

        // 3. From a registered origin, character for character; `null`, a sandboxed frame's, is none (RFC 6454 §7.1).
        return client.AllowedOrigins.Contains(origin, StringComparer.Ordinal) ? null : Refusal.OriginNotAllowed;
    }

    /// <summary>The refresh token of a request, from the one place where this client keeps it.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="inBody">The parameter <c>refresh_token</c>.</param>
    /// <param name="inCookies">The values of the client's cookie.</param>
    public static Decision<string> Choose(Client client, string? inBody, IReadOnlyList<string> inCookies)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(inCookies);

        // 1. In the form for most (RFC 6749 §6); a cookie beside it is none of ours.
        if (client.RefreshTokenDelivery != RefreshTokenDelivery.Cookie)
            return inBody is null ? Refusal.RefreshTokenMissing : (Decision<string>)inBody;

        // 2. A script that has the token got it by a leak, and is not helped to use it.
        if (inBody is not null)
            return Refusal.RefreshTokenInBody;

        // 3. One cookie: of two, the second was put there by another host of the site, and which is which can't be told (RFC 6265 §8.6).
        return inCookies switch
        {
            [] => Refusal.RefreshTokenMissing,
            [var one] => one,
            _ => Refusal.RefreshTokenCookieRepeated,
        };
    }

    /// <summary>Whether the refresh token that was refused will never be good again, so that its cookie can go (RFC 6749 §5.2, <c>invalid_grant</c>).</summary>
    public static bool IsOver(Refusal reason) => Refusals.Of(reason).Error == "invalid_grant";
}
