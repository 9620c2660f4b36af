using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>The streams of security events that receivers made (docs/signals.md): looked at, paused, and ended. What is in them is the receivers' own to say.</summary>
internal sealed class SignalStreamOperations(SignalStreams streams, SignalEvents events, Desk desk)
{
    /// <summary>One page, by identifier.</summary>
    /// <param name="clientId">Only this client's; null for all.</param>
    /// <param name="after">Only those after this one; null begins with the first.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<IReadOnlyList<SignalStream>> ListAsync(string? clientId, Guid? after, int limit, CancellationToken cancellation) =>
        streams.ListAsync(clientId, after, limit, cancellation);

    public async Task<Operated<SignalStream>> FindAsync(string id, CancellationToken cancellation) =>
        StreamRules.IdOf(id) is { } streamId && await streams.FindAsync(streamId, cancellation) is { } stream ? stream : Unknown(id);

    /// <summary>The same with how much waits in it.</summary>
    public async Task<Operated<SignalStreamDocument>> ShowAsync(string id, CancellationToken cancellation)
    {
        if (!(await FindAsync(id, cancellation)).Try(out var stream, out var fault))
            return fault;
        return Document(stream) with { Waiting = await events.CountAsync(stream.StreamId, cancellation) };
    }

    /// <summary>Gives a stream another status, which its receiver is told with the reason (SSF 1.0 §8.1.5).</summary>
    public async Task<Operated<SignalStream>> SetStatusAsync(Actor actor, string id, string? status, string? reason, CancellationToken cancellation)
    {
        var decided = StreamRules.DecideStatus(status, reason);
        if (decided is not Validated<StatusChange>.Valid { Value: var change })
            return Fault.Refused(((Validated<StatusChange>.Invalid)decided).Error);
        if (!(await FindAsync(id, cancellation)).Try(out var stream, out var fault))
            return fault;
        if (!await streams.SetStatusAsync(stream.StreamId, change.Status, change.Reason, desk.Now, isTold: true, CancellationToken.None))
            return Unknown(id);
        var changed = stream with { Status = change.Status, StatusReason = change.Reason };
        await desk.RecordAsync(AuditAction.SignalStreamChanged, actor, AuditTarget.SignalStream(stream.StreamId), before: Line(stream), after: Line(changed));
        return changed;
    }

    /// <summary>Ends a stream, with all that waits in it. Its receiver may make another.</summary>
    public async Task<Operated<SignalStream>> DeleteAsync(Actor actor, string id, CancellationToken cancellation)
    {
        if (!(await FindAsync(id, cancellation)).Try(out var stream, out var fault))
            return fault;
        if (!await streams.DeleteAsync(stream.StreamId, cancellation))
            return Unknown(id);
        await desk.RecordAsync(
            AuditAction.SignalStreamDeleted, actor, AuditTarget.SignalStream(stream.StreamId), before: JsonSerializer.SerializeToNode(Document(stream), AdminJson.Default.SignalStreamDocument));
        return stream;
    }

    /// <summary>As every face writes it.</summary>
    public static SignalStreamDocument Document(SignalStream stream) => new()
    {
        StreamId = stream.StreamId.ToString("N"),
        ClientId = stream.ClientId,
        Delivery = stream.IsPush ? "push" : "poll",
        EndpointUrl = stream.EndpointUrl,
        HasAuthorizationHeader = stream.HasAuthorization,
        EventsDelivered = [.. stream.Delivered.Select(SignalKinds.UriOf)],
        Status = StreamRules.NameOf(stream.Status),
        Reason = stream.StatusReason,
        Description = stream.Description,
        CreatedAt = Moments.Text(stream.CreatedAt),
        VerifiedAt = Moments.TextOrNull(stream.VerifiedAt),
    };

    /// <summary>For a line of a list.</summary>
    public static JsonObject Line(SignalStream stream) => JsonSerializer.SerializeToNode(Document(stream), AdminJson.Default.SignalStreamDocument)!.AsObject();

    private static Fault Unknown(string id) => Fault.Unknown("stream_id", id, "a stream");
}

/// <summary>A receiver's stream of security events.</summary>
public sealed record SignalStreamDocument
{
    public required string StreamId { get; init; }

    public required string ClientId { get; init; }

    /// <summary><c>push</c> or <c>poll</c>.</summary>
    public required string Delivery { get; init; }

    public required string? EndpointUrl { get; init; }

    public required bool HasAuthorizationHeader { get; init; }

    public required IReadOnlyList<string> EventsDelivered { get; init; }

    /// <summary><c>enabled</c>, <c>paused</c> or <c>disabled</c>.</summary>
    public required string Status { get; init; }

    public required string? Reason { get; init; }

    public required string? Description { get; init; }

    public required string CreatedAt { get; init; }

    public required string? VerifiedAt { get; init; }

    /// <summary>How many events wait in it; not told in lists.</summary>
    public int? Waiting { get; init; }
}
