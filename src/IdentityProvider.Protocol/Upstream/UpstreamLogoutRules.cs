using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Logout;

namespace IdentityProvider.Protocol.Upstream;

/// <summary>Logout in both directions (OpenID Connect RP-Initiated Logout 1.0, Back-Channel Logout 1.0), with us as the relying party.</summary>
public static class UpstreamLogoutRules
{
    /// <summary>For <c>SpentIdentifiers</c>; the owner is the upstream's issuer.</summary>
    public const string Purpose = "upstream_logout";

    /// <summary>The most that <c>exp</c> may lie after <c>iat</c>: its <c>jti</c> is remembered for as long.</summary>
    public static TimeSpan LongestLife { get; } = TimeSpan.FromHours(1);

    // Many upstreams write no typ, or an ID token's: events and nonce tell the two apart (§2.6 numbers 6, 7).
    private static readonly ExpectedTyp Typ = ExpectedTyp.AbsentOr(LogoutToken.Typ, "JWT");

    /// <summary>Where the browser goes so that the session there ends too; null where the upstream knows no such way. It asks the person, since no ID token of theirs is kept as a hint.</summary>
    /// <param name="upstream">Where to.</param>
    /// <param name="server">Its metadata.</param>
    /// <param name="returnUri">Our address to come back to, as it is registered there.</param>
    /// <param name="state">What comes back with the browser; null for nothing.</param>
    public static string? EndSessionRequest(UpstreamProvider upstream, UpstreamServer server, string returnUri, string? state)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        ArgumentNullException.ThrowIfNull(server);
        List<(string Name, string Value)> parameters = [("client_id", upstream.ClientId), ("post_logout_redirect_uri", returnUri)];
        if (state is not null)
            parameters.Add(("state", state));
        return server.EndSessionEndpoint is { } endpoint ? UpstreamAddress.With(endpoint, parameters) : null;
    }

    /// <summary>The checks of a logout token (Back-Channel Logout §2.6), but for whether it was shown before: that is spent last.</summary>
    /// <param name="token">What was posted.</param>
    /// <param name="upstream">Whose it must be.</param>
    /// <param name="keys">That one's keys.</param>
    /// <param name="now">The moment.</param>
    public static Decision<UpstreamLogoutNotice> Verify(string? token, UpstreamProvider upstream, JsonWebKeySet keys, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(upstream);

        // 1. Signed by a key of this upstream, for us; iss, aud, iat, exp (§2.6 numbers 1 to 4).
        var expected = new JwtExpectations
        {
            Typ = Typ,
            Issuer = upstream.Issuer,
            Audience = upstream.ClientId,
            ClockSkew = UpstreamIdTokenRules.ClockSkew,
            MaxLifetime = LongestLife,
            MaxAge = LongestLife,
            RequiredClaims = ["iat", "jti", "events"],
        };
        if (token is null || Jwt.Verify(token, keys, expected, now) is not JwtVerification.Verified verified)
            return Refusal.UpstreamLogoutTokenInvalid;

        // 2. It is about a logout (number 6), and is no ID token (number 7).
        if (verified.Claims.GetProperty("events") is not { ValueKind: JsonValueKind.Object } events
            || !events.TryGetProperty(LogoutToken.Event, out var about) || about.ValueKind is not JsonValueKind.Object
            || verified.Claims.TryGetProperty("nonce", out _))
            return Refusal.UpstreamLogoutTokenInvalid;

        // 3. Of a session or a person (number 5), in words that we could have kept.
        var (subject, sessionId, jti) = (verified.StringOrNull("sub"), verified.StringOrNull("sid"), verified.StringOrNull("jti"));
        if ((subject ?? sessionId) is null || !IsAbsentOrIdentifier(verified, "sub") || !IsAbsentOrIdentifier(verified, "sid") || jti is not { Length: > 0 })
            return Refusal.UpstreamLogoutTokenInvalid;
        return new UpstreamLogoutNotice(subject, sessionId, jti, now + LongestLife + LongestLife + UpstreamIdTokenRules.ClockSkew);
    }

    private static bool IsAbsentOrIdentifier(JwtVerification.Verified verified, string claim) =>
        !verified.Claims.TryGetProperty(claim, out _) || (verified.StringOrNull(claim) is { } text && UpstreamIdTokenRules.IsIdentifier(text));
}

/// <summary>That somebody signed out there. Made of a verified logout token alone.</summary>
public sealed class UpstreamLogoutNotice
{
    internal UpstreamLogoutNotice(string? subject, string? sessionId, string jti, DateTimeOffset expiresAt)
    {
        Subject = subject;
        SessionId = sessionId;
        Jti = jti;
        ExpiresAt = expiresAt;
    }

    /// <summary>Who; null where a session alone was named.</summary>
    public string? Subject { get; }

    /// <summary>Of which session; null for all of the person's.</summary>
    public string? SessionId { get; }

    public string Jti { get; }

    /// <summary>From when on the token is refused for its age, whatever it says.</summary>
    public DateTimeOffset ExpiresAt { get; }
}
