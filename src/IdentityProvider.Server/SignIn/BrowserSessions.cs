using System.Buffers.Text;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Server.Audit;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// The session of a browser: an opaque 256-bit secret in a cookie that no script reads, whose SHA-256 is in the row. The secret is new at
/// every sign-in, so that nobody can plant one and wait.
/// </summary>
internal sealed class BrowserSessions(Storage.Sessions sessions, Users users, Settings settings, Entropy entropy, TimeProvider clock, BrowserState state)
{
    private const int SecretLength = 43;

    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary><c>__Host-</c> binds the cookie to https, this host and every path (RFC 6265bis §4.1.3.2); loopback http can't have it.</summary>
    private string CookieName => settings.CookieName("idp-session");

    /// <summary>Who is signed in here; null where nobody is, or no longer. The browser's own state follows.</summary>
    public async Task<SignedIn?> FindAsync(HttpContext http)
    {
        var found = await FindAliveAsync(http);
        if (found is null)
            state.Forget(http);
        else
            state.Keep(http, found.Session.SessionId);
        return found;
    }

    /// <summary>Who would be signed out here: also someone whose session lay idle, since apps that refreshed may live on it. It proves nothing, and is no use.</summary>
    public async Task<SignedIn?> FindEvenIfIdleAsync(HttpContext http) =>
        await FindUntilOverAsync(http) is var (session, user) && user is not null ? new SignedIn(session, user) : null;

    /// <summary>The session of that <c>sid</c>, in whatever browser; null where it is over.</summary>
    public async Task<Session?> FindAsync(Guid sessionId, CancellationToken cancellation) =>
        await sessions.FindAsync(sessionId, cancellation) is { } session && !session.IsOver(Now) ? session : null;

    /// <summary>
    /// Signs a person in. The same person signing in again keeps their session, even one that lay idle, so that what hangs on it at other clients lives on, with a new
    /// secret and a new <c>auth_time</c>; another person's session in this browser ends. Null where what the account signs in by has changed since it was read.
    /// </summary>
    /// <param name="http">The request.</param>
    /// <param name="user">Who, as they were read when they proved it.</param>
    /// <param name="amr">By what they proved it (RFC 8176).</param>
    /// <param name="secondFactorRemembered">Whether the second factor is one that this browser proved on another day.</param>
    /// <param name="upstream">The sign-in elsewhere that vouches for them; null where none does.</param>
    public async Task<Session?> BeginAsync(HttpContext http, User user, IReadOnlyList<string> amr, bool secondFactorRemembered, UpstreamSession? upstream = null)
    {
        var secret = entropy.Token();
        var before = (await FindUntilOverAsync(http))?.Session;
        var origin = Origin.Of(http);
        var session = new Session
        {
            SessionId = before?.UserId == user.Id ? before.SessionId : entropy.NewId(),
            UserId = user.Id,
            AuthTime = Now,
            Amr = amr,
            Acr = AcrRules.ClassOf(amr),
            SecondFactorRemembered = secondFactorRemembered,
            LastUsedAt = Now,
            ExpiresAt = Now + settings.Sessions.AbsoluteLimit,
            Address = origin.Address,
            UserAgent = origin.UserAgent,
            Upstream = upstream,
        };
        if (before?.UserId != user.Id || !await sessions.ReauthenticateAsync(session, SecretHash.Of(secret), user.SecurityStamp, http.RequestAborted))
        {
            session = session with { SessionId = entropy.NewId() };
            if (!await sessions.BeginAsync(session, SecretHash.Of(secret), user.SecurityStamp, http.RequestAborted))
                return null;
            if (before is not null && await sessions.EndAsync(before.SessionId, Now, http.RequestAborted))
                await AuditTrail.ByPersonAsync(http, before.UserId, AuditAction.SessionEnded, AuditTarget.Session(before.SessionId), detail: new() { ["reason"] = "replaced" });
        }

        http.Response.Cookies.Append(CookieName, secret, settings.Cookie());
        state.Keep(http, session.SessionId);
        return session;
    }

    /// <summary>
    /// The session goes on with what changed of how its person proved who they are (<c>auth_time</c>, <c>amr</c> and what follows from it), under a
    /// new secret; nobody is signed in where it has ended.
    /// </summary>
    public async Task RenewAsync(HttpContext http, Session session)
    {
        var secret = entropy.Token();
        var origin = Origin.Of(http);
        var renewed = session with { Acr = AcrRules.ClassOf(session.Amr), LastUsedAt = Now, Address = origin.Address, UserAgent = origin.UserAgent };
        if (await sessions.ReauthenticateAsync(renewed, SecretHash.Of(secret), http.RequestAborted))
            http.Response.Cookies.Append(CookieName, secret, settings.Cookie());
    }

    /// <summary>Ends a session, if there is one, with everything that hangs on it, and forgets the cookie.</summary>
    public async Task EndAsync(HttpContext http, Session? session)
    {
        if (session is not null && await sessions.EndAsync(session.SessionId, Now, http.RequestAborted))
            await AuditTrail.ByPersonAsync(http, session.UserId, AuditAction.SessionEnded, AuditTarget.Session(session.SessionId), detail: new() { ["reason"] = "logout" });
        http.Response.Cookies.Delete(CookieName, settings.Cookie());
        state.Forget(http);
    }

    /// <summary>The clients that signed someone in by this session.</summary>
    public Task<IReadOnlyList<string>> ClientsOfAsync(Session session, CancellationToken cancellation) => sessions.ClientsOfAsync(session.SessionId, cancellation);

    /// <summary><c>session_state</c> of an answer that this session allowed (<see cref="BrowserState.SessionStateFor"/>).</summary>
    public string? SessionStateFor(AuthorizationRequest request, Session session) => state.SessionStateFor(request, session);

    /// <summary>Ends a person's sessions in other browsers, with everything that hangs on them; offline access goes on.</summary>
    public async Task EndOthersAsync(HttpContext http, Guid userId, Guid kept) =>
        await TellAsync(http, userId, "others", await sessions.EndOthersAsync(userId, kept, offline: null, Now, http.RequestAborted));

    /// <summary>Ends a person's other sessions that came from this sign-in elsewhere.</summary>
    public async Task EndUpstreamAsync(HttpContext http, Session kept, string issuer, string subject) =>
        await TellAsync(http, kept.UserId, "unlinked", await sessions.EndUpstreamAsync(issuer, subject, upstreamSessionId: null, kept.SessionId, Now, http.RequestAborted));

    /// <summary>Ends another session of a person's own; false where it had ended.</summary>
    public async Task<bool> EndOtherAsync(HttpContext http, Session other)
    {
        if (!await sessions.EndAsync(other.SessionId, Now, http.RequestAborted))
            return false;
        await AuditTrail.ByPersonAsync(http, other.UserId, AuditAction.SessionEnded, AuditTarget.Session(other.SessionId), detail: new() { ["reason"] = "elsewhere" });
        return true;
    }

    /// <summary>
    /// Writes a person's changed account and ends all but this session, offline access too, as one; false where somebody changed it first. Nobody's
    /// going away leaves it half done.
    /// </summary>
    public Task<bool> ChangeAndEndOthersAsync(User user, Guid kept) =>
        users.ChangeAndEndAsync(user, entropy.NewId().ToString("D"), kept, FamilyEnd.GrantRevoked, Now, CancellationToken.None);

    /// <summary>Ends a person's sessions everywhere, all that apps have of them, and forgets this browser's cookie.</summary>
    public async Task EndEverywhereAsync(HttpContext http, Guid userId)
    {
        await TellAsync(http, userId, "everywhere", await sessions.EndEverythingAsync(userId, FamilyEnd.GrantRevoked, Now, http.RequestAborted));
        http.Response.Cookies.Delete(CookieName, settings.Cookie());
        state.Forget(http);
    }

    // Which they were is known by their beginnings; how many ended is what there is to say.
    private static Task TellAsync(HttpContext http, Guid userId, string reason, int ended) => ended == 0
        ? Task.CompletedTask
        : AuditTrail.ByPersonAsync(http, userId, AuditAction.SessionEnded, AuditTarget.User(userId), detail: new() { ["reason"] = reason, ["sessions"] = ended });

    private async Task<SignedIn?> FindAliveAsync(HttpContext http)
    {
        if (await FindUntilOverAsync(http) is not (var session, { IsActive: true } user) || !session.IsAlive(settings.Sessions.IdleLimit, Now))
            return null;
        if (session.IsDueForTouch(Now))
            await sessions.TouchAsync(session.SessionId, Now, http.RequestAborted);
        return new SignedIn(session, user);
    }

    private async Task<SessionStanding?> FindUntilOverAsync(HttpContext http) =>
        PresentedHash(http) is { } hash && await sessions.FindStandingAsync(hash, http.RequestAborted) is { } found && !found.Session.IsOver(Now) ? found : null;

    private byte[]? PresentedHash(HttpContext http) =>
        http.Request.Cookies[CookieName] is { Length: SecretLength } secret && Base64Url.IsValid(secret) ? SecretHash.Of(secret) : null;
}

/// <summary>A session, and whose it is.</summary>
internal sealed record SignedIn(Session Session, UserClaims User);
