using System.Linq.Expressions;
using System.Text.Json;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// Work that leaves the process (DESIGN §6). A message is written in the transaction of its cause and delivered at least once: of the nodes that
/// find it due one claims it, for as long as its lease; where that node dies, it is due again when the lease ends.
/// </summary>
public sealed class Outbox(IDbContextFactory<IdpDb> databases)
{
    /// <summary>How long delivery is tried.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromHours(24);

    /// <summary>How long the operator sees what was delivered.</summary>
    public static TimeSpan DeliveredKept { get; } = TimeSpan.FromDays(1);

    /// <summary>How long the operator sees, and may try again, what was given up.</summary>
    public static TimeSpan GivenUpKept { get; } = TimeSpan.FromDays(30);

    /// <summary>So many that wait for something older are passed over for one that doesn't.</summary>
    private const int MostPassedOver = 50;

    private static Expression<Func<OutboxMessageRow, OutboxMessage>> Read { get; } = row => new OutboxMessage
    {
        Id = row.Id,
        Kind = row.Kind,
        ClientId = row.ClientId,
        UserId = row.UserId,
        SessionId = row.SessionId,
        CreatedAt = row.CreatedAt,
        ExpiresAt = row.ExpiresAt,
        Attempts = row.Attempts,
        NextAttemptAt = row.NextAttemptAt,
        LastError = row.LastError,
        DeliveredAt = row.DeliveredAt,
        GivenUpAt = row.GivenUpAt,
        Mail = row.Mail == null ? null : ReadMail(row.Mail),
    };

    /// <summary>Adds a mail; false where it is there already.</summary>
    public Task<bool> AddMailAsync(OutgoingMail mail, DateTimeOffset now, CancellationToken cancellation = default) =>
        databases.TryInsertAsync(
            (db, _) =>
            {
                AddMail(db, mail, now);
                return Task.CompletedTask;
            },
            (db, token) => db.OutboxMessages.AnyAsync(m => m.Kind == OutboxKind.Mail && m.SessionId == mail.MailId, token),
            cancellation);

    /// <summary>The clients that something is due for, who waits longest first.</summary>
    /// <param name="now">The time.</param>
    /// <param name="except">Clients that are being told something already.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<string>> DueClientsAsync(
        DateTimeOffset now, IReadOnlyCollection<string> except, int limit, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.OutboxMessages.Where(m => m.NextAttemptAt <= now && !except.Contains(m.ClientId))
            .GroupBy(m => m.ClientId)
            .Select(g => new { ClientId = g.Key, Since = g.Min(m => m.NextAttemptAt) })
            .OrderBy(c => c.Since).ThenBy(c => c.ClientId)
            .Take(limit)
            .Select(c => c.ClientId)
            .ToListAsync(cancellation);
    }

    /// <summary>
    /// Takes what has waited longest for this client, so that nobody else has it until the lease ends; null where nothing is due. A claim whose
    /// answer was lost is no one's, and due again when its lease ends. Of security events about one person the older is told first: what comes later
    /// waits while that is under way, or about to be; one that failed and is tried much later holds nothing up.
    /// </summary>
    public async Task<OutboxMessage?> ClaimAsync(string clientId, DateTimeOffset now, TimeSpan lease, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var (until, most) = (now + lease, 1);
        while (true)
        {
            var waiting = await db.OutboxMessages.Where(m => m.ClientId == clientId && m.NextAttemptAt <= now)
                .OrderBy(m => m.NextAttemptAt).ThenBy(m => m.Id)
                .Take(most).Select(Read).ToListAsync(cancellation);
            if (await FirstInTurnAsync(db, clientId, waiting, now + (2 * lease), cancellation) is not { } due)
            {
                if (waiting.Count < most || most == MostPassedOver)
                    return null;
                most = MostPassedOver;
                continue;
            }

            var claimed = await db.OutboxMessages.Where(m => m.Id == due.Id && m.Attempts == due.Attempts && m.NextAttemptAt <= now)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(m => m.Attempts, due.Attempts + 1).SetProperty(m => m.NextAttemptAt, until), cancellation);
            if (claimed == 1)
                return due with { Attempts = due.Attempts + 1, NextAttemptAt = until };
        }
    }

    // The first that nothing older about its person is to be told before: what is under way, by a clock that may be somewhat ahead of this one, or comes again soon.
    private static async Task<OutboxMessage?> FirstInTurnAsync(IdpDb db, string clientId, List<OutboxMessage> waiting, DateTimeOffset soon, CancellationToken cancellation)
    {
        var people = waiting.Where(message => message.Kind == OutboxKind.SecurityEvent && message.UserId != Guid.Empty).Select(message => message.UserId).Distinct().ToList();
        if (people.Count == 0)
            return waiting.FirstOrDefault();
        var oldest = await db.OutboxMessages.Where(m => m.ClientId == clientId && m.NextAttemptAt <= soon && m.Kind == OutboxKind.SecurityEvent && people.Contains(m.UserId))
            .GroupBy(m => m.UserId).Select(person => new { person.Key, Id = person.Min(m => m.Id) }).ToDictionaryAsync(person => person.Key, person => person.Id, cancellation);
        return waiting.Find(message => message.Kind != OutboxKind.SecurityEvent || message.Id <= oldest.GetValueOrDefault(message.UserId, message.Id));
    }

    /// <summary>Notes that the client knows. That stands even where the lease had ended meanwhile: told is told.</summary>
    public async Task DeliveredAsync(OutboxMessage claimed, DateTimeOffset now, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await db.OutboxMessages.Where(m => m.Id == claimed.Id && m.DeliveredAt == null)
            .ExecuteUpdateAsync(
                set => set.SetProperty(m => m.DeliveredAt, now).SetProperty(m => m.NextAttemptAt, (DateTimeOffset?)null).SetProperty(m => m.GivenUpAt, (DateTimeOffset?)null),
                cancellation);
    }

    /// <summary>Puts off what was claimed and not tried, since its time has not come: that counts as no attempt.</summary>
    /// <param name="claimed">As <see cref="ClaimAsync"/> gave it.</param>
    /// <param name="reason">In our own words.</param>
    /// <param name="nextAttemptAt">When it is looked at again.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task PostponedAsync(OutboxMessage claimed, string reason, DateTimeOffset nextAttemptAt, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var kept = Longest.Cut(reason, Longest.Error);
        await db.OutboxMessages.Where(m => m.Id == claimed.Id && m.Attempts == claimed.Attempts && m.DeliveredAt == null)
            .ExecuteUpdateAsync(
                set => set.SetProperty(m => m.LastError, kept).SetProperty(m => m.NextAttemptAt, nextAttemptAt).SetProperty(m => m.Attempts, claimed.Attempts - 1), cancellation);
    }

    /// <summary>Notes why an attempt failed, unless another was begun meanwhile.</summary>
    /// <param name="claimed">As <see cref="ClaimAsync"/> gave it.</param>
    /// <param name="error">In our own words; nothing that the client sent.</param>
    /// <param name="nextAttemptAt">When it is tried again; null gives it up.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task FailedAsync(
        OutboxMessage claimed, string error, DateTimeOffset? nextAttemptAt, DateTimeOffset now, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var givenUpAt = nextAttemptAt is null ? now : (DateTimeOffset?)null;
        var kept = Longest.Cut(error, Longest.Error);
        await db.OutboxMessages.Where(m => m.Id == claimed.Id && m.Attempts == claimed.Attempts && m.DeliveredAt == null)
            .ExecuteUpdateAsync(
                set => set.SetProperty(m => m.LastError, kept).SetProperty(m => m.NextAttemptAt, nextAttemptAt).SetProperty(m => m.GivenUpAt, givenUpAt),
                cancellation);
    }

    /// <summary>Has it tried again at once, and for another <see cref="Lifetime"/>; false where there is no such message or it was delivered.</summary>
    public async Task<bool> RetryAsync(long id, DateTimeOffset now, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.OutboxMessages.Where(m => m.Id == id && m.DeliveredAt == null)
            .ExecuteUpdateAsync(
                set => set.SetProperty(m => m.NextAttemptAt, now).SetProperty(m => m.ExpiresAt, now + Lifetime).SetProperty(m => m.GivenUpAt, (DateTimeOffset?)null),
                cancellation) == 1;
    }

    /// <summary>
    /// Forgets it, so that it is never tried again, by no other way either; false where there is no such message or it was delivered.
    /// </summary>
    public Task<bool> DiscardAsync(long id, CancellationToken cancellation = default) =>
        databases.TransactAsync(
            async (db, token) =>
            {
                var message = db.OutboxMessages.Where(m => m.Id == id && m.DeliveredAt == null);
                await db.SignalEvents.Where(e => message.Any(m => m.Kind == OutboxKind.SecurityEvent && m.SessionId == e.EventId)).ExecuteDeleteAsync(token);
                return await message.ExecuteDeleteAsync(token) == 1;
            },
            cancellation);

    public async Task<OutboxMessage?> FindAsync(long id, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.OutboxMessages.Where(m => m.Id == id).Select(Read).FirstOrDefaultAsync(cancellation);
    }

    /// <summary>How much waits, and for how long: over the index of what is due, and that of what an operator sees.</summary>
    public async Task<OutboxFigures> CountAsync(DateTimeOffset now, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var waiting = (await db.OutboxMessages.Where(m => m.NextAttemptAt != null).GroupBy(m => 1)
            .Select(all => new { Count = all.LongCount(), Oldest = all.Min(m => m.CreatedAt), Due = all.Min(m => m.NextAttemptAt) }).ToListAsync(cancellation)).SingleOrDefault();
        var givenUp = await db.OutboxMessages.LongCountAsync(m => m.GivenUpAt != null && m.DeliveredAt == null, cancellation);
        return waiting is null ? OutboxFigures.None with { GivenUp = givenUp } : new OutboxFigures(waiting.Count, Since(waiting.Oldest), Since(waiting.Due ?? now), givenUp);

        TimeSpan Since(DateTimeOffset moment) => moment < now ? now - moment : TimeSpan.Zero;
    }

    /// <summary>Messages, newest first.</summary>
    /// <param name="before">Only those older than this one; null begins with the newest.</param>
    /// <param name="state">Only those of which this became; null for all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<OutboxMessage>> ListAsync(long? before, OutboxState? state, int limit, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var messages = db.OutboxMessages.Where(m => before == null || m.Id < before);
        messages = state switch
        {
            OutboxState.Waiting => messages.Where(m => m.DeliveredAt == null && m.GivenUpAt == null),
            OutboxState.Delivered => messages.Where(m => m.DeliveredAt != null),
            OutboxState.GivenUp => messages.Where(m => m.DeliveredAt == null && m.GivenUpAt != null),
            _ => messages,
        };
        return await messages.OrderByDescending(m => m.Id).Take(limit).Select(Read).ToListAsync(cancellation);
    }

    /// <summary>The mails about a person's account that are still known, sent or not, newest first.</summary>
    public async Task<IReadOnlyList<OutboxMessage>> ListMailsAsync(Guid userId, int limit, CancellationToken cancellation = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.OutboxMessages.Where(m => m.UserId == userId && m.Kind == OutboxKind.Mail).OrderByDescending(m => m.Id).Take(limit).Select(Read).ToListAsync(cancellation);
    }

    /// <summary>Adds, in the transaction that just noted a person's answer, what tells a client that waits to be told.</summary>
    internal static async Task AddPingAsync(IdpDb db, Guid requestId, DateTimeOffset now, CancellationToken cancellation)
    {
        var answered = await db.DecoupledRequests.AsNoTracking().SingleAsync(r => r.RequestId == requestId, cancellation);
        if (answered.SealedNotificationToken is null)
            return;
        db.OutboxMessages.Add(new OutboxMessageRow
        {
            Kind = OutboxKind.BackchannelPing,
            ClientId = answered.ClientId,
            UserId = answered.UserId!.Value,
            SessionId = requestId,
            CreatedAt = now,
            ExpiresAt = answered.ExpiresAt,
            Attempts = 0,
            NextAttemptAt = now,
        });
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>Adds a mail in the transaction of its cause, which saves it.</summary>
    internal static void AddMail(IdpDb db, OutgoingMail mail, DateTimeOffset now) => db.OutboxMessages.Add(new OutboxMessageRow
    {
        Kind = OutboxKind.Mail,
        ClientId = OutboxMessage.NoClient,
        UserId = mail.UserId ?? Guid.Empty,
        SessionId = mail.MailId,
        Mail = JsonSerializer.Serialize(mail.Mail),
        CreatedAt = now,
        ExpiresAt = mail.ExpiresAt,
        Attempts = 0,
        NextAttemptAt = now,
    });

    private static Mail ReadMail(string json) => JsonSerializer.Deserialize<Mail>(json)!;

    /// <summary>
    /// Adds, in the transaction that just ended sessions, a message for each client of them that registered a <c>backchannel_logout_uri</c>.
    /// Ended just now are those whose row this transaction holds, with its moment; one that another transaction ended at the very same moment
    /// has its messages already.
    /// </summary>
    internal static async Task AddLogoutsAsync(IdpDb db, IQueryable<SessionRow> sessions, DateTimeOffset now, CancellationToken cancellation)
    {
        var reached = await (
            from session in sessions
            where session.EndedAt == now
            join client in db.SessionClients on session.SessionId equals client.SessionId
            where !db.OutboxMessages.Any(m =>
                m.Kind == OutboxKind.BackChannelLogout && m.SessionId == client.SessionId && m.ClientId == client.ClientId)
            select new { session.SessionId, session.UserId, client.ClientId }).ToListAsync(cancellation);
        if (reached.Count == 0)
            return;

        var names = reached.Select(r => r.ClientId).Distinct().ToList();
        var registered = await db.Clients.AsNoTracking().Where(c => names.Contains(c.ClientId)).ToListAsync(cancellation);
        var listening = registered.Where(row => Documents.HasMember(row, "backchannel_logout_uri")).Select(row => row.ClientId).ToHashSet(StringComparer.Ordinal);
        db.OutboxMessages.AddRange(reached.Where(r => listening.Contains(r.ClientId)).Select(r => new OutboxMessageRow
        {
            Kind = OutboxKind.BackChannelLogout,
            ClientId = r.ClientId,
            UserId = r.UserId,
            SessionId = r.SessionId,
            CreatedAt = now,
            ExpiresAt = now + Lifetime,
            Attempts = 0,
            NextAttemptAt = now,
        }));
        await db.SaveChangesAsync(cancellation);
    }
}
