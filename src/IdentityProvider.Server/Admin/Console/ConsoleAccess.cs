using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Server.Http;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>
/// Who asks something of the console, and how far their word goes: the cookie names a sign-in, and all that it hangs on is looked up at each request, as
/// the Admin API does. So whoever loses the role, the session or the account loses the console with it.
/// </summary>
internal sealed class ConsoleAccess(ConsoleCookies cookies, TokenFamilies families, Storage.Sessions sessions, Users users, Settings settings, TimeProvider clock)
{
    public async Task<Decision<ConsolePerson>> FindAsync(HttpContext http)
    {
        if (cookies.SignInOf(http) is not { } kept)
            return Refusal.BearerTokenMissing;
        var now = clock.GetUtcNow();
        var family = await families.FindAsync(kept.FamilyId, http.RequestAborted);
        var session = family?.SessionId is { } sessionId ? await sessions.FindAsync(sessionId, http.RequestAborted) : null;
        var user = family is null ? null : await users.FindClaimsAsync(family.UserId, http.RequestAborted);
        var roles = family is null ? [] : await users.FindRolesAmongAsync(family.UserId, AdminRules.Roles, http.RequestAborted);
        var facts = new ConsoleFacts(family, session, user);
        if (!ConsoleSignInRules.Decide(settings.Issuer, facts, roles, settings.Sessions.IdleLimit, now).Try(out var authority, out var reason))
            return reason;

        // Who works here is not idle.
        if (session!.IsDueForTouch(now))
            await sessions.TouchAsync(session.SessionId, now, http.RequestAborted);
        return new ConsolePerson(user!, session, Actor.Person(user!.UserId, BuiltInClients.Console).With(authority).By(http), roles, kept);
    }

    /// <summary>Ends a sign-in that another took the place of, as an app does that revokes its tokens (RFC 7009).</summary>
    public async Task EndAsync(HttpContext http, Guid familyId)
    {
        if (await families.EndAsync(familyId, FamilyEnd.RevokedByClient, clock.GetUtcNow(), CancellationToken.None))
            await http.RequestServices.GetRequiredService<FamilyEnds>().TellRevokedAsync(http, familyId, BuiltInClients.Console);
    }
}

/// <summary>Somebody who may see something of the console.</summary>
/// <param name="User">Their account.</param>
/// <param name="Session">The session that their sign-in hangs on.</param>
/// <param name="Actor">The same for operations, with how far their word goes.</param>
/// <param name="Roles">Their roles that open administration, in the order of what they may.</param>
/// <param name="SignIn">What the browser keeps.</param>
internal sealed record ConsolePerson(UserClaims User, Session Session, Actor Actor, IReadOnlyList<string> Roles, ConsoleCookies.KeptSignIn SignIn)
{
    /// <summary>The field by which a form says for which session it was shown: where someone else has signed in since, it does nothing.</summary>
    public string Shown => Session.SessionId.ToString("N");
}
