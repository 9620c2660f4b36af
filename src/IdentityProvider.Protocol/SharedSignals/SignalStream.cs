using System.Diagnostics.CodeAnalysis;

namespace IdentityProvider.Protocol.SharedSignals;

/// <summary>A receiver's stream of events (SSF 1.0 §8.1.1). Its receiver is a client, and its audience that client alone.</summary>
[SuppressMessage("Naming", "CA1711", Justification = "The framework's own word for it.")]
public sealed record SignalStream
{
    /// <summary>Of all clients together: each security event is looked at for each.</summary>
    public const int Most = 1000;

    /// <summary>Of one client.</summary>
    public const int MostPerClient = 4;

    /// <summary>Events that wait in a stream; of more the oldest are dropped.</summary>
    public const int MostWaiting = 20_000;

    /// <summary>Subjects that a receiver doesn't want to hear of.</summary>
    public const int MostRemovedSubjects = 10_000;

    /// <summary>How long an event waits for a receiver.</summary>
    public static TimeSpan EventsKept { get; } = TimeSpan.FromDays(7);

    /// <summary>Between two verifications (<c>min_verification_interval</c>).</summary>
    public static TimeSpan VerificationInterval { get; } = TimeSpan.FromSeconds(30);

    public required Guid StreamId { get; init; }

    public required string ClientId { get; init; }

    /// <summary>Where events are pushed (RFC 8935); null where the receiver polls (RFC 8936).</summary>
    public string? EndpointUrl { get; init; }

    /// <summary>Whether a header goes along with each push. What it says is sealed, and told nobody.</summary>
    public bool HasAuthorization { get; init; }

    /// <summary>Types as the receiver named them, those too that there are not.</summary>
    public required IReadOnlyList<string> EventsRequested { get; init; }

    /// <summary>Those that it gets.</summary>
    public required IReadOnlyList<SignalKind> Delivered { get; init; }

    public string? Description { get; init; }

    public StreamStatus Status { get; init; }

    /// <summary>Why it is that, in the receiver's words.</summary>
    public string? StatusReason { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>One more with each change.</summary>
    public int Version { get; init; }

    public bool IsPush => EndpointUrl is not null;
}

/// <summary>Whether events go out (SSF 1.0 §8.1.2).</summary>
public enum StreamStatus
{
    Enabled,

    /// <summary>They wait.</summary>
    Paused,

    /// <summary>There are none.</summary>
    Disabled,
}
