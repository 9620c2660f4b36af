using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Token;

namespace IdentityProvider.Protocol.Tokens;

/// <summary>What a family depends on beyond itself.</summary>
public static class TokenFamilyRules
{
    /// <summary>Whether a refresh token is the newest of a family that lives, of a person who may sign in and a session that lasts.</summary>
    public static bool IsUsable(RefreshToken token, RefreshTokenFacts facts, TimeSpan idleLimit, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(facts);
        return facts.Family is { } family && family.FamilyId == token.FamilyId && token.Generation == family.Generation && family.IsAlive(now)
            && facts.User is { IsActive: true } && HasItsSession(family, facts.Session, idleLimit, now);
    }

    /// <summary>
    /// Whether the session that a family hangs on, if any, lasts. A refresh is a use of the sign-in, so who works in an app all day isn't
    /// signed out of it for not having seen this server; and it costs no write to the session.
    /// </summary>
    internal static bool HasItsSession(TokenFamily family, Session? session, TimeSpan idleLimit, DateTimeOffset now)
    {
        if (family.SessionId is not { } sessionId)
            return true;
        if (session is null || session.SessionId != sessionId || session.UserId != family.UserId)
            return false;
        return session.UsedAt(family.RotatedAt).IsAlive(idleLimit, now);
    }
}
