namespace IdentityProvider.Storage;

/// <summary>What a message says.</summary>
public enum OutboxKind
{
    /// <summary>A session has ended (OpenID Connect Back-Channel Logout 1.0).</summary>
    BackChannelLogout,

    /// <summary>A person has answered (CIBA Core §10.2); it is about the request, whose identifier stands in the session's place.</summary>
    BackchannelPing,

    /// <summary>A mail to a person, whose identifier stands in the session's place.</summary>
    Mail,

    /// <summary>A security event (SSF 1.0), whose identifier stands in the session's place.</summary>
    SecurityEvent,
}

/// <summary>What became of a message.</summary>
public enum OutboxState
{
    Waiting,
    Delivered,
    GivenUp,
}

/// <summary>Something to tell a client or a person, and how far that is.</summary>
public sealed record OutboxMessage
{
    /// <summary>Stands in the client's place where the message is for no client; no client is named so.</summary>
    public const string NoClient = "";

    public required long Id { get; init; }

    public required OutboxKind Kind { get; init; }

    /// <summary>To whom. Where that is stands in the client's registration, as it is at the attempt.</summary>
    public required string ClientId { get; init; }

    public required Guid UserId { get; init; }

    public required Guid SessionId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Until then it is tried again.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>How many attempts were begun.</summary>
    public required int Attempts { get; init; }

    /// <summary>When the next one is due; null where none will be made.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>Why the last attempt that failed did, in our own words and never the client's.</summary>
    public string? LastError { get; init; }

    /// <summary>What a mail says; null where it is another message.</summary>
    public Mail? Mail { get; init; }

    public DateTimeOffset? DeliveredAt { get; init; }

    public DateTimeOffset? GivenUpAt { get; init; }

    public OutboxState State => DeliveredAt is not null ? OutboxState.Delivered : GivenUpAt is not null ? OutboxState.GivenUp : OutboxState.Waiting;
}
