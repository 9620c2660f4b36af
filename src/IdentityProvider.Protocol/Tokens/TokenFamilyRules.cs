using IdentityProvider.Protocol.Sessions;

namespace IdentityProvider.Protocol.Tokens;

/// <summary>What a family depends on beyond itself.</summary>
internal static class TokenFamilyRules
{
    /// <summary>
    /// Whether the session that a family hangs on, if any, lasts. A refresh is a use of the sign-in, so who works in an app all day isn't
    /// signed out of it for not having seen this server; and it costs no write to the session.
    /// </summary>
    public static bool HasItsSession(TokenFamily family, Session? session, TimeSpan idleLimit, DateTimeOffset now)
    {
        if (family.SessionId is not { } sessionId)
            return true;
        if (session is null || session.SessionId != sessionId || session.UserId != family.UserId)
            return false;
        return session.UsedAt(family.RotatedAt).IsAlive(idleLimit, now);
    }
}
