using System.Globalization;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>What is to be told to clients and people, and how far that is.</summary>
internal sealed class OutboxOperations(Outbox outbox, Desk desk)
{
    /// <summary>One page, the newest first.</summary>
    /// <param name="before">Only those older than this one; null begins with the newest.</param>
    /// <param name="state">Only those of which this became; null for all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<IReadOnlyList<OutboxMessage>> ListAsync(long? before, OutboxState? state, int limit, CancellationToken cancellation) =>
        outbox.ListAsync(before, state, limit, cancellation);

    public async Task<Operated<MessageDocument>> FindAsync(long id, CancellationToken cancellation) =>
        await outbox.FindAsync(id, cancellation) is { } message ? Document(message) : Unknown(id);

    /// <summary>Has a message tried again at once, and for another day, whether it waits or was given up.</summary>
    public async Task<Operated<Retried>> RetryAsync(Actor actor, long id, CancellationToken cancellation)
    {
        if (!await outbox.RetryAsync(id, desk.Now, cancellation))
            return NotTold(id);
        await desk.RecordAsync(AuditAction.OutboxRetried, actor, AuditTarget.Message(id));
        return new Retried(id);
    }

    /// <summary>Forgets a message that waits or was given up: whoever it was for is never told.</summary>
    public async Task<Operated<MessageDocument>> DiscardAsync(Actor actor, long id, CancellationToken cancellation)
    {
        if (await outbox.FindAsync(id, cancellation) is not { } message)
            return Unknown(id);
        if (!await outbox.DiscardAsync(id, cancellation))
            return NotTold(id);
        var discarded = Document(message);
        await desk.RecordAsync(AuditAction.OutboxDiscarded, actor, AuditTarget.Message(id), detail: new() { ["kind"] = discarded.Kind, ["client_id"] = discarded.ClientId });
        return discarded;
    }

    private static Fault Unknown(long id) => new(FaultKind.Unknown, "id", $"{id} is not a message here");

    private static Fault NotTold(long id) => new(FaultKind.Unknown, "id", $"{id} is not a message that waits or was given up");

    /// <summary>The message that a text names; null where it is no number.</summary>
    public static long? IdOf(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>As every face writes it.</summary>
    public static string NameOf(OutboxState state) => state switch
    {
        OutboxState.Delivered => "delivered",
        OutboxState.GivenUp => "given_up",
        _ => "waiting",
    };

    /// <summary>The state of that name; null for none.</summary>
    public static OutboxState? StateOf(string name)
    {
        var found = Enum.GetValues<OutboxState>().Where(state => NameOf(state) == name).ToList();
        return found.Count == 1 ? found[0] : null;
    }

    public static MessageDocument Document(OutboxMessage message) => new()
    {
        Id = message.Id,
        Kind = message.Kind switch { OutboxKind.BackChannelLogout => "backchannel_logout", OutboxKind.BackchannelPing => "backchannel_ping", OutboxKind.Mail => "mail", OutboxKind.SecurityEvent => "security_event", var other => throw new InvalidOperationException($"{other} has no name.") },
        ClientId = message.Mail is null ? message.ClientId : null,
        To = message.Mail?.Address,
        Sub = message.UserId == Guid.Empty ? null : message.UserId.ToString("D"),
        Sid = message.Kind is OutboxKind.BackChannelLogout or OutboxKind.BackchannelPing ? message.SessionId.ToString("N") : null,
        State = NameOf(message.State),
        CreatedAt = Moments.Text(message.CreatedAt),
        Attempts = message.Attempts,
        NextAttemptAt = Moments.TextOrNull(message.NextAttemptAt),
        LastError = message.LastError,
        DeliveredAt = Moments.TextOrNull(message.DeliveredAt),
        GivenUpAt = Moments.TextOrNull(message.GivenUpAt),
    };
}

/// <summary>A message that is tried again.</summary>
internal sealed record Retried(long Id);

/// <summary>Something to tell a client or a person.</summary>
public sealed record MessageDocument
{
    public required long Id { get; init; }

    public required string Kind { get; init; }

    public required string? ClientId { get; init; }

    public required string? To { get; init; }

    public required string? Sub { get; init; }

    public required string? Sid { get; init; }

    /// <summary><c>waiting</c>, <c>delivered</c> or <c>given_up</c>.</summary>
    public required string State { get; init; }

    public required string CreatedAt { get; init; }

    public required int Attempts { get; init; }

    public required string? NextAttemptAt { get; init; }

    public required string? LastError { get; init; }

    public required string? DeliveredAt { get; init; }

    public required string? GivenUpAt { get; init; }
}
