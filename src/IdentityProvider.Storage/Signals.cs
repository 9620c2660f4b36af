using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// Security events, written in the transaction of what they tell: for each stream that wants them, of a client that knows the person. Where nobody
/// has a stream, one read of an empty table is all.
/// </summary>
internal static class Signals
{
    /// <summary>Of sessions that this transaction is about to end, those that are alive, where anybody wants to hear of them; nothing otherwise.</summary>
    public static async Task<EndingSessions> EndingAsync(IdpDb db, IQueryable<SessionRow> sessions, CancellationToken cancellation)
    {
        var streams = await WantingAsync(db, SignalKind.SessionRevoked, cancellation);
        return new(streams, streams.Count == 0 ? [] : await sessions.Where(s => s.EndedAt == null).Select(s => s.SessionId).ToListAsync(cancellation));
    }

    /// <summary>They have ended, in this transaction, which holds their rows: told to the clients that signed the person in by them.</summary>
    public static async Task SessionsEndedAsync(IdpDb db, EndingSessions ending, DateTimeOffset now, CancellationToken cancellation)
    {
        if (ending.Sessions.Count == 0)
            return;
        var (streams, sessions) = ending;
        var clients = streams.Select(stream => stream.ClientId).Distinct().ToList();
        var ended = await (
            from session in db.Sessions
            where sessions.Contains(session.SessionId) && session.EndedAt == now
            join client in db.SessionClients on session.SessionId equals client.SessionId
            where clients.Contains(client.ClientId)
            orderby session.AuthTime, session.SessionId
            select new { session.SessionId, session.UserId, client.ClientId }).ToListAsync(cancellation);
        await SaveAsync(
            db,
            [
                .. from told in ended
                   from stream in streams
                   where stream.ClientId == told.ClientId
                   select (stream, New(stream, SignalKind.SessionRevoked, told.UserId, now, sessionId: told.SessionId)),
            ],
            cancellation);
    }

    /// <summary>What an account signs in by was changed.</summary>
    public static Task CredentialChangedAsync(IdpDb db, Guid userId, string type, string change, DateTimeOffset now, CancellationToken cancellation) =>
        AddAsync(db, SignalKind.CredentialChange, [userId], new CredentialChange(type, change).Written, now, cancellation);

    /// <summary>An account was opened, closed or deleted.</summary>
    public static Task AccountChangedAsync(IdpDb db, Guid userId, SignalKind kind, DateTimeOffset now, CancellationToken cancellation) =>
        AddAsync(db, kind, [userId], detail: null, now, cancellation);

    /// <summary>The roles or groups of people were changed. What that means for a client's tokens is looked up when it is told.</summary>
    public static Task RolesChangedAsync(IdpDb db, IReadOnlyList<Guid> people, DateTimeOffset now, CancellationToken cancellation) =>
        AddAsync(db, SignalKind.TokenClaimsChange, people, detail: null, now, cancellation);

    /// <summary>That a stream works.</summary>
    public static Task VerifyAsync(IdpDb db, SignalStreamRow stream, string? state, DateTimeOffset now, CancellationToken cancellation)
    {
        var to = new Listening(stream.StreamId, stream.ClientId, stream.EndpointUrl != null);
        return SaveAsync(db, [(to, New(to, SignalKind.Verification, userId: null, now, state))], cancellation);
    }

    /// <summary>That a stream has another status, which its receiver didn't give it.</summary>
    public static Task UpdatedAsync(IdpDb db, SignalStreamRow stream, DateTimeOffset now, CancellationToken cancellation)
    {
        var to = new Listening(stream.StreamId, stream.ClientId, stream.EndpointUrl != null);
        var detail = new StreamUpdate(StreamRules.NameOf(stream.Status), stream.StatusReason).Written;
        return SaveAsync(db, [(to, New(to, SignalKind.StreamUpdated, userId: null, now, detail))], cancellation);
    }

    /// <summary>Has the outbox push what waits in a stream, after it was changed.</summary>
    public static async Task QueueAsync(IdpDb db, SignalStreamRow stream, DateTimeOffset now, CancellationToken cancellation)
    {
        var waiting = await db.SignalEvents.AsNoTracking()
            .Where(e => e.StreamId == stream.StreamId && !db.OutboxMessages.Any(m => m.Kind == OutboxKind.SecurityEvent && m.SessionId == e.EventId && m.ClientId == stream.ClientId))
            .OrderBy(e => e.Sequence).Take(SignalStream.MostWaiting).ToListAsync(cancellation);
        db.OutboxMessages.AddRange(waiting.Select(e => Push(stream.ClientId, e, now)));
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>The outbox's messages of a stream.</summary>
    public static IQueryable<OutboxMessageRow> PushesOf(IdpDb db, Guid streamId) =>
        db.OutboxMessages.Where(m => m.Kind == OutboxKind.SecurityEvent && db.SignalEvents.Any(e => e.StreamId == streamId && e.EventId == m.SessionId));

    /// <summary>
    /// Nobody knows a person any more who is gone, in the transaction that deleted them. Who wanted to hear nothing of them hears nothing of that either:
    /// it is decided here, for it can't be when it would be told.
    /// </summary>
    public static async Task ForgetPersonAsync(IdpDb db, Guid userId, CancellationToken cancellation)
    {
        var subject = userId.ToString("D");
        var removed = db.RemovedSubjects.Where(s => s.Subject == subject);
        var unwanted = db.SignalEvents.Where(e => e.UserId == userId && removed.Any(s => s.StreamId == e.StreamId));
        await db.OutboxMessages.Where(m => m.Kind == OutboxKind.SecurityEvent && m.UserId == userId && unwanted.Any(e => e.EventId == m.SessionId)).ExecuteDeleteAsync(cancellation);
        await unwanted.ExecuteDeleteAsync(cancellation);
        await removed.ExecuteDeleteAsync(cancellation);
        await db.SignalPeople.Where(p => p.UserId == userId).ExecuteDeleteAsync(cancellation);
    }

    private static async Task AddAsync(
        IdpDb db, SignalKind kind, IReadOnlyList<Guid> people, string? detail, DateTimeOffset now, CancellationToken cancellation)
    {
        if (people.Count == 0)
            return;
        var streams = await WantingAsync(db, kind, cancellation);
        if (streams.Count == 0)
            return;
        var clients = streams.Select(stream => stream.ClientId).Distinct().ToList();
        var known = await db.SignalPeople.Where(p => clients.Contains(p.ClientId) && people.Contains(p.UserId)).Select(p => new { p.ClientId, p.UserId })
            .Union(db.TokenFamilies.Where(f => clients.Contains(f.ClientId) && people.Contains(f.UserId)).Select(f => new { f.ClientId, f.UserId }))
            .ToListAsync(cancellation);
        await SaveAsync(
            db,
            [
                .. from person in known
                   from stream in streams
                   where stream.ClientId == person.ClientId
                   select (stream, New(stream, kind, person.UserId, now, detail)),
            ],
            cancellation);
    }

    private static Task<List<Listening>> WantingAsync(IdpDb db, SignalKind kind, CancellationToken cancellation)
    {
        var bit = SignalKinds.BitOf(kind);
        return db.SignalStreams.Where(s => s.Status != StreamStatus.Disabled && (s.Delivered & bit) != 0)
            .OrderBy(s => s.StreamId).Take(SignalStream.Most).Select(s => new Listening(s.StreamId, s.ClientId, s.EndpointUrl != null)).ToListAsync(cancellation);
    }

    // A push waits in the outbox from the first, also while the stream is paused: the delivery looks.
    private static async Task SaveAsync(IdpDb db, IReadOnlyList<(Listening Stream, SignalEventRow Row)> events, CancellationToken cancellation)
    {
        if (events.Count == 0)
            return;
        db.SignalEvents.AddRange(events.Select(e => e.Row));
        db.OutboxMessages.AddRange(events.Where(e => e.Stream.IsPush).Select(e => Push(e.Stream.ClientId, e.Row, e.Row.CreatedAt)));
        await db.SaveChangesAsync(cancellation);
    }

    private static SignalEventRow New(Listening stream, SignalKind kind, Guid? userId, DateTimeOffset now, string? detail = null, Guid? sessionId = null) => new()
    {
        StreamId = stream.StreamId,
        Kind = kind,
        UserId = userId,
        SessionId = sessionId,
        Detail = detail,
        CreatedAt = now,
        ExpiresAt = now + SignalStream.EventsKept,
    };

    // The event's identifier stands in the session's place.
    private static OutboxMessageRow Push(string clientId, SignalEventRow row, DateTimeOffset now) => new()
    {
        Kind = OutboxKind.SecurityEvent,
        ClientId = clientId,
        UserId = row.UserId ?? Guid.Empty,
        SessionId = row.EventId,
        CreatedAt = row.CreatedAt,
        ExpiresAt = row.ExpiresAt,
        Attempts = 0,
        NextAttemptAt = now,
    };

    /// <summary>A stream that wants an event.</summary>
    internal sealed record Listening(Guid StreamId, string ClientId, bool IsPush);

    /// <summary>Sessions that are about to end, and who wants to hear of them.</summary>
    internal sealed record EndingSessions(IReadOnlyList<Listening> Streams, IReadOnlyList<Guid> Sessions);
}
