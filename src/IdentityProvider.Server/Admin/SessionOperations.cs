using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>Where people are signed in.</summary>
internal sealed class SessionOperations(Storage.Sessions sessions, Desk desk)
{
    /// <summary>Of a person's sessions and their apps, at once.</summary>
    public const int Most = 1000;

    /// <summary>A person's sessions that last, the newest sign-in first.</summary>
    public async Task<IReadOnlyList<SessionDocument>> ListAsync(User user, CancellationToken cancellation)
    {
        var found = await sessions.ListAsync(user.Id, alsoEnded: false, Most, cancellation);
        var clients = await sessions.ClientsOfAllAsync(user.Id, Most, cancellation);
        return [.. found.Where(session => !session.IsOver(desk.Now)).Select(session => Document(session, clients[session.SessionId]))];
    }

    /// <summary>One session that lasts.</summary>
    public async Task<Operated<SessionDocument>> FindAsync(string named, CancellationToken cancellation)
    {
        if (!Guid.TryParse(named, out var sessionId) || await sessions.FindAsync(sessionId, cancellation) is not { } session || session.IsOver(desk.Now))
            return Unknown(named);
        return Document(session, await sessions.ClientsOfAsync(sessionId, cancellation));
    }

    /// <summary>Signs a person out in one browser: every app's access that hangs on it ends.</summary>
    public async Task<Operated<Session>> EndAsync(Actor actor, string named, CancellationToken cancellation)
    {
        if (!Guid.TryParse(named, out var sessionId) || await sessions.FindAsync(sessionId, cancellation) is not { } session)
            return Unknown(named);
        if (await desk.RefuseAccountAsync(actor, session.UserId, cancellation) is { } fault)
            return fault;
        if (!await sessions.EndAsync(session.SessionId, desk.Now, cancellation))
            return Fault.Conflict("id", $"'{named}' has ended already");
        await desk.RecordAsync(AuditAction.SessionEnded, actor, AuditTarget.Session(sessionId), detail: new() { ["sub"] = session.UserId.ToString("D") });
        return session;
    }

    /// <summary>Signs a person out everywhere; says from how many browsers. Offline access stays.</summary>
    public async Task<Operated<Count>> EndAllAsync(Actor actor, User user, CancellationToken cancellation)
    {
        if (await desk.RefuseAccountAsync(actor, user.Id, cancellation) is { } fault)
            return fault;
        var ended = await sessions.EndAllAsync(user.Id, desk.Now, cancellation);
        await desk.RecordAsync(AuditAction.SessionEnded, actor, AuditTarget.User(user.Id), detail: new() { ["sessions"] = ended });
        return new Count(ended);
    }

    private SessionDocument Document(Session session, IEnumerable<string> clients) => new()
    {
        Sid = session.SessionId.ToString("N"),
        Sub = session.UserId.ToString("D"),
        Device = Device.Of(session.UserAgent),
        Address = session.Address,
        UserAgent = session.UserAgent,
        SignedInAt = Moments.Text(session.AuthTime),
        LastUsedAt = Moments.Text(session.LastUsedAt),
        EndsAt = Moments.Text(session.EndsUnusedAt(desk.Settings.Sessions.IdleLimit)),
        Clients = [.. clients],
    };

    private static Fault Unknown(string named) => Fault.Unknown("id", named, "a session");
}

/// <summary>How many of what was meant.</summary>
internal sealed record Count(int Ended);

/// <summary>A sign-in in one browser.</summary>
public sealed record SessionDocument
{
    public required string Sid { get; init; }

    public required string Sub { get; init; }

    public required string Device { get; init; }

    public required string? Address { get; init; }

    public required string? UserAgent { get; init; }

    public required string SignedInAt { get; init; }

    public required string LastUsedAt { get; init; }

    public required string EndsAt { get; init; }

    public required IReadOnlyList<string> Clients { get; init; }
}
