using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Logout;

/// <summary>
/// Logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.4): that a session has ended, for one client. They are made at each attempt to
/// deliver one, and nothing of them is kept.
/// </summary>
public static class LogoutToken
{
    /// <summary>The <c>typ</c> (§2.4): no other token of ours has it, so that none can be taken for another.</summary>
    public const string Typ = "logout+jwt";

    /// <summary>The one member of <c>events</c>.</summary>
    public const string Event = "http://schemas.openid.net/event/backchannel-logout";

    /// <summary>The most that §4 recommends.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(2);

    /// <summary>Signs one.</summary>
    /// <param name="about">What it says.</param>
    /// <param name="key">The active key of the client's ID tokens' algorithm (§2.6).</param>
    /// <param name="issuer">Our identifier.</param>
    /// <param name="jti">Random; new for each token.</param>
    /// <param name="now">The time.</param>
    public static string Sign(EndedSession about, SigningKey key, string issuer, string jti, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(about);
        return JwtWriter.Sign(key, Typ, claims =>
        {
            claims.WriteString("iss", issuer);
            claims.WriteString("sub", about.Subject);
            claims.WriteString("aud", about.ClientId);
            claims.WriteNumber("iat", NumericDate.From(now));
            claims.WriteNumber("exp", NumericDate.From(now + Lifetime));
            claims.WriteString("jti", jti);
            claims.WriteString("sid", about.SessionId.ToString("N"));
            claims.WriteStartObject("events");
            claims.WriteStartObject(Event);
            claims.WriteEndObject();
            claims.WriteEndObject();
        });
    }
}

/// <summary>That a session has ended, for a client that signed the person in by it.</summary>
/// <param name="ClientId">Whom it is told.</param>
/// <param name="Subject">Whose it was, as that client knows them.</param>
/// <param name="SessionId">Which.</param>
public sealed record EndedSession(string ClientId, string Subject, Guid SessionId);
