using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>The streams of security events that receivers have, and whom those know. Which clients have one, nodes keep in memory (<see cref="Topic.SignalStreams"/>).</summary>
public sealed class SignalStreams(IDbContextFactory<IdpDb> databases)
{
    /// <summary>
    /// Adds a stream while its client may have another: the client's row is locked first, so that of several at once none is one too many. With its
    /// first, whoever the client has tokens or a consent of is known to it.
    /// </summary>
    public Task<StreamAddition> AddAsync(SignalStream stream, byte[]? sealedAuthorization, CancellationToken cancellation = default) =>
        databases.TransactAsync(
            async (db, token) =>
            {
                if (await db.Clients.Where(c => c.ClientId == stream.ClientId).ExecuteUpdateAsync(set => set.SetProperty(c => c.IsUsed, c => c.IsUsed), token) == 0)
                    return StreamAddition.NoClient;
                var standing = await db.SignalStreams.CountAsync(s => s.ClientId == stream.ClientId, token);
                if (standing >= SignalStream.MostPerClient)
                    return StreamAddition.TooMany;

                // Of all clients one after the other, so that together they have no more than may be.
                await db.BumpAsync(Topic.SignalStreams, token);
                if (await db.SignalStreams.CountAsync(token) >= SignalStream.Most)
                    return StreamAddition.NoRoom;
                db.SignalStreams.Add(Row(stream, sealedAuthorization));
                await db.SaveChangesAsync(token);
                if (standing == 0)
                    await MeetAsync(db, stream.ClientId, token);
                return StreamAddition.Added;
            },
            (db, token) => db.SignalStreams.AnyAsync(s => s.StreamId == stream.StreamId, token),
            cancellation);

    public async Task<SignalStream?> FindAsync(Guid streamId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.SignalStreams.AsNoTracking().FirstOrDefaultAsync(s => s.StreamId == streamId, cancellation) is { } row ? Read(row) : null;
    }

    /// <summary>What goes along with a stream's pushes, sealed; null for nothing.</summary>
    public async Task<byte[]?> FindAuthorizationAsync(Guid streamId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.SignalStreams.Where(s => s.StreamId == streamId).Select(s => s.SealedAuthorization).FirstOrDefaultAsync(cancellation);
    }

    /// <summary>A client's, oldest first.</summary>
    public async Task<IReadOnlyList<SignalStream>> ListAsync(string clientId, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var rows = await db.SignalStreams.AsNoTracking().Where(s => s.ClientId == clientId).OrderBy(s => s.CreatedAt).ThenBy(s => s.StreamId)
            .Take(SignalStream.MostPerClient).ToListAsync(cancellation);
        return [.. rows.Select(Read)];
    }

    /// <summary>One page of all, of those after <paramref name="after"/>; from the first where it is null.</summary>
    public async Task<IReadOnlyList<SignalStream>> ListAsync(string? clientId, Guid? after, int limit, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var rows = await db.SignalStreams.AsNoTracking().Where(s => (clientId == null || s.ClientId == clientId) && (after == null || s.StreamId > after))
            .OrderBy(s => s.StreamId).Take(limit).ToListAsync(cancellation);
        return [.. rows.Select(Read)];
    }

    /// <summary>The clients that have a stream.</summary>
    public async Task<IReadOnlyList<string>> ReceiversAsync(CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.SignalStreams.Select(s => s.ClientId).Distinct().OrderBy(name => name).Take(SignalStream.Most).ToListAsync(cancellation);
    }

    /// <summary>
    /// Writes what a receiver says of its stream, where nobody changed it since it was read. What waits goes with it: where it polls now, nothing is
    /// pushed any more, and where it is pushed to, all is.
    /// </summary>
    /// <param name="stream">As it will be, with the version that was read.</param>
    /// <param name="keeps">Whether what goes along with pushes stays as it is.</param>
    /// <param name="sealedAuthorization">What goes along otherwise.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<Replaced> ReplaceAsync(SignalStream stream, bool keeps, byte[]? sealedAuthorization, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var row = Row(stream, sealedAuthorization);
        return databases.TransactAsync(
            async (db, token) =>
            {
                if (await db.SignalStreams.Where(s => s.StreamId == row.StreamId && s.Version == row.Version)
                    .ExecuteUpdateAsync(
                        set => set.SetProperty(s => s.Version, row.Version + 1).SetProperty(s => s.EndpointUrl, row.EndpointUrl)
                            .SetProperty(s => s.SealedAuthorization, s => keeps ? s.SealedAuthorization : row.SealedAuthorization)
                            .SetProperty(s => s.EventsRequested, row.EventsRequested).SetProperty(s => s.Delivered, row.Delivered)
                            .SetProperty(s => s.Description, row.Description),
                        token) == 0)
                    return await db.SignalStreams.AnyAsync(s => s.StreamId == row.StreamId, token) ? Replaced.Changed : Replaced.Unknown;
                if (row.EndpointUrl is null)
                    await Signals.PushesOf(db, row.StreamId).ExecuteDeleteAsync(token);
                else
                    await Signals.QueueAsync(db, row, now, token);
                return Replaced.Done;
            },
            cancellation);
    }

    /// <summary>
    /// Gives a stream another status: one that is enabled is told at once what waited, and one that is disabled is told nothing of it any more. False
    /// where it is gone.
    /// </summary>
    /// <param name="streamId">Which.</param>
    /// <param name="status">The status.</param>
    /// <param name="reason">Why.</param>
    /// <param name="now">The moment.</param>
    /// <param name="isTold">Whether the receiver is told, since it wasn't the receiver who said so (SSF 1.0 §8.1.5).</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<bool> SetStatusAsync(Guid streamId, StreamStatus status, string? reason, DateTimeOffset now, bool isTold = false, CancellationToken cancellation = default) =>
        databases.TransactAsync(
            async (db, token) =>
            {
                if (await db.SignalStreams.Where(s => s.StreamId == streamId)
                    .ExecuteUpdateAsync(
                        set => set.SetProperty(s => s.Status, status).SetProperty(s => s.StatusReason, reason).SetProperty(s => s.Version, s => s.Version + 1), token) == 0)
                    return false;
                if (status == StreamStatus.Enabled)
                    await Signals.PushesOf(db, streamId).Where(m => m.DeliveredAt == null && m.GivenUpAt == null).ExecuteUpdateAsync(set => set.SetProperty(m => m.NextAttemptAt, now), token);
                if (status == StreamStatus.Disabled)
                    await ForgetAsync(db, streamId, token);
                if (isTold)
                    await Signals.UpdatedAsync(db, await db.SignalStreams.AsNoTracking().SingleAsync(s => s.StreamId == streamId, token), now, token);
                return true;
            },
            cancellation);

    /// <summary>
    /// Settles what a change of a stream met under way: an event that was being written just then, by what the stream was before. What it is too late
    /// for goes, and what is to be pushed is queued. How many those were, a bounded number at once.
    /// </summary>
    public async Task<int> SettleAsync(DateTimeOffset now, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var late = await db.SignalEvents
            .Where(e => e.Kind != SignalKind.StreamUpdated && !db.SignalStreams.Any(s => s.StreamId == e.StreamId && s.Status != StreamStatus.Disabled))
            .OrderBy(e => e.EventId).Select(e => e.EventId).Take(ExpiredRows.Batch).ToListAsync(cancellation);
        if (late.Count > 0)
        {
            await db.OutboxMessages.Where(m => m.Kind == OutboxKind.SecurityEvent && late.Contains(m.SessionId)).ExecuteDeleteAsync(cancellation);
            await db.SignalEvents.Where(e => late.Contains(e.EventId)).ExecuteDeleteAsync(cancellation);
        }

        var unqueued = await db.SignalStreams.Where(s => s.EndpointUrl != null && s.Status != StreamStatus.Disabled
                && db.SignalEvents.Any(e => e.StreamId == s.StreamId && !db.OutboxMessages.Any(m => m.Kind == OutboxKind.SecurityEvent && m.SessionId == e.EventId)))
            .OrderBy(s => s.StreamId).Select(s => s.StreamId).Take(SignalStream.Most).ToListAsync(cancellation);
        foreach (var streamId in unqueued)
            await QueueAsync(streamId, now, cancellation);
        return late.Count + unqueued.Count;
    }

    // Under the stream's row, so that of several nodes one does it, and by what it is then.
    private Task<bool> QueueAsync(Guid streamId, DateTimeOffset now, CancellationToken cancellation) => databases.TransactAsync(
        async (db, token) =>
        {
            if (await db.SignalStreams.Where(s => s.StreamId == streamId && s.EndpointUrl != null).ExecuteUpdateAsync(set => set.SetProperty(s => s.Version, s => s.Version), token) == 0)
                return false;
            await Signals.QueueAsync(db, await db.SignalStreams.AsNoTracking().SingleAsync(s => s.StreamId == streamId, token), now, token);
            return true;
        },
        cancellation);

    /// <summary>Sends a verification, unless the last one was just now.</summary>
    public Task<VerificationOutcome> VerifyAsync(Guid streamId, string? state, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var before = now - SignalStream.VerificationInterval;
        return databases.TransactAsync(
            async (db, token) =>
            {
                if (await db.SignalStreams.Where(s => s.StreamId == streamId && s.Status != StreamStatus.Disabled && (s.VerifiedAt == null || s.VerifiedAt <= before))
                    .ExecuteUpdateAsync(set => set.SetProperty(s => s.VerifiedAt, now), token) == 0)
                    return await db.SignalStreams.AnyAsync(s => s.StreamId == streamId && s.Status != StreamStatus.Disabled, token) ? VerificationOutcome.TooSoon : VerificationOutcome.Disabled;
                await Signals.VerifyAsync(db, await db.SignalStreams.AsNoTracking().SingleAsync(s => s.StreamId == streamId, token), state, now, token);
                return VerificationOutcome.Sent;
            },
            (db, token) => db.SignalStreams.AnyAsync(s => s.StreamId == streamId && s.VerifiedAt == now, token),
            cancellation);
    }

    /// <summary>Deletes a stream with all that waits in it; false where there is none. Without its last, a client knows nobody.</summary>
    public Task<bool> DeleteAsync(Guid streamId, CancellationToken cancellation = default) =>
        databases.TransactAsync(
            async (db, token) =>
            {
                var clientId = await db.SignalStreams.Where(s => s.StreamId == streamId).Select(s => s.ClientId).FirstOrDefaultAsync(token);
                await ForgetAsync(db, streamId, token);
                if (clientId is null || await db.SignalStreams.Where(s => s.StreamId == streamId).ExecuteDeleteAsync(token) == 0)
                    return false;
                await db.SignalPeople.Where(p => p.ClientId == clientId && !db.SignalStreams.Any(s => s.ClientId == clientId)).ExecuteDeleteAsync(token);
                await db.BumpAsync(Topic.SignalStreams, token);
                return true;
            },
            cancellation);

    /// <summary>Notes that a person signed in to a client that has streams.</summary>
    public async Task MeetAsync(string clientId, Guid userId, CancellationToken cancellation = default)
    {
        await using (var db = await databases.CreateDbContextAsync(cancellation))
        {
            if (await db.SignalPeople.AnyAsync(p => p.ClientId == clientId && p.UserId == userId, cancellation))
                return;
        }

        await databases.TryInsertAsync(
            (db, _) =>
            {
                db.SignalPeople.Add(new SignalPersonRow { ClientId = clientId, UserId = userId });
                return Task.CompletedTask;
            },
            (_, _) => Task.FromResult(false),
            cancellation);
    }

    /// <summary>Tells a receiver nothing more of somebody; false where there is no room for another, or the stream is gone.</summary>
    public Task<bool> RemoveSubjectAsync(Guid streamId, string subject, CancellationToken cancellation = default) =>
        databases.TransactAsync(
            async (db, token) =>
            {
                if (await db.SignalStreams.Where(s => s.StreamId == streamId).ExecuteUpdateAsync(set => set.SetProperty(s => s.Version, s => s.Version), token) == 0)
                    return false;
                if (await db.RemovedSubjects.AnyAsync(s => s.StreamId == streamId && s.Subject == subject, token))
                    return true;
                if (await db.RemovedSubjects.CountAsync(s => s.StreamId == streamId, token) >= SignalStream.MostRemovedSubjects)
                    return false;
                db.RemovedSubjects.Add(new RemovedSubjectRow { StreamId = streamId, Subject = subject });
                await db.SaveChangesAsync(token);
                return true;
            },
            cancellation);

    /// <summary>Tells a receiver of somebody again.</summary>
    public async Task AddSubjectAsync(Guid streamId, string subject, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await db.RemovedSubjects.Where(s => s.StreamId == streamId && s.Subject == subject).ExecuteDeleteAsync(cancellation);
    }

    /// <summary>Of these people those of whom a receiver wants to hear nothing.</summary>
    public async Task<IReadOnlyList<string>> RemovedAmongAsync(Guid streamId, IReadOnlyCollection<string> people, CancellationToken cancellation = default)
    {
        if (people.Count == 0)
            return [];
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.RemovedSubjects.Where(s => s.StreamId == streamId && people.Contains(s.Subject)).Select(s => s.Subject).ToListAsync(cancellation);
    }

    /// <summary>Removes all of a client that is being deleted, in that transaction.</summary>
    internal static async Task RemoveAsync(IdpDb db, string clientId, CancellationToken cancellation)
    {
        var streams = await db.SignalStreams.Where(s => s.ClientId == clientId).Select(s => s.StreamId).ToListAsync(cancellation);
        foreach (var streamId in streams)
            await ForgetAsync(db, streamId, cancellation);
        await db.SignalPeople.Where(p => p.ClientId == clientId).ExecuteDeleteAsync(cancellation);
        if (streams.Count > 0)
            await db.BumpAsync(Topic.SignalStreams, cancellation);
    }

    private static async Task ForgetAsync(IdpDb db, Guid streamId, CancellationToken cancellation)
    {
        await Signals.PushesOf(db, streamId).ExecuteDeleteAsync(cancellation);
        await db.SignalEvents.Where(e => e.StreamId == streamId).ExecuteDeleteAsync(cancellation);
    }

    // However many there are: by one statement, the same on both databases.
    private static Task<int> MeetAsync(IdpDb db, string clientId, CancellationToken cancellation) => db.Database.ExecuteSqlAsync(
        $"""
        INSERT INTO "SignalPeople" ("ClientId", "UserId")
        SELECT k."ClientId", k."UserId" FROM (
            SELECT "ClientId", "UserId" FROM "TokenFamilies" WHERE "ClientId" = {clientId}
            UNION SELECT "ClientId", "UserId" FROM "Grants" WHERE "ClientId" = {clientId}) AS k
        WHERE NOT EXISTS (SELECT 1 FROM "SignalPeople" AS p WHERE p."ClientId" = k."ClientId" AND p."UserId" = k."UserId")
        """,
        cancellation);

    private static SignalStreamRow Row(SignalStream stream, byte[]? sealedAuthorization) => new()
    {
        StreamId = stream.StreamId,
        ClientId = stream.ClientId,
        EndpointUrl = stream.EndpointUrl,
        SealedAuthorization = sealedAuthorization,
        EventsRequested = Lists.Join(stream.EventsRequested),
        Delivered = SignalKinds.Pack(stream.Delivered),
        Description = stream.Description,
        Status = stream.Status,
        StatusReason = stream.StatusReason,
        CreatedAt = stream.CreatedAt,
        VerifiedAt = stream.VerifiedAt,
        Version = stream.Version,
    };

    private static SignalStream Read(SignalStreamRow row) => new()
    {
        StreamId = row.StreamId,
        ClientId = row.ClientId,
        EndpointUrl = row.EndpointUrl,
        HasAuthorization = row.SealedAuthorization is not null,
        EventsRequested = Lists.Split(row.EventsRequested),
        Delivered = SignalKinds.Unpack(row.Delivered),
        Description = row.Description,
        Status = row.Status,
        StatusReason = row.StatusReason,
        CreatedAt = row.CreatedAt,
        VerifiedAt = row.VerifiedAt,
        Version = row.Version,
    };
}

/// <summary>How adding a stream ended.</summary>
public enum StreamAddition
{
    Added,

    /// <summary>The client has as many as any may have.</summary>
    TooMany,

    /// <summary>All clients together have as many as they may have.</summary>
    NoRoom,

    /// <summary>There is no such client any more.</summary>
    NoClient,
}

/// <summary>How asking for a verification ended.</summary>
public enum VerificationOutcome
{
    Sent,

    /// <summary>The last one was just now.</summary>
    TooSoon,

    /// <summary>The stream is disabled, or gone.</summary>
    Disabled,
}
