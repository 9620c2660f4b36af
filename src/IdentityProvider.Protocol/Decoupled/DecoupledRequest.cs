using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Protocol.Decoupled;

/// <summary>
/// What a person decides somewhere else than where the client waits for it: a device authorization (RFC 8628), or an authentication by the
/// back channel (OpenID CIBA Core 1.0). The client holds a secret of 256 bits and asks with it until there is an answer; the row, its hash.
/// </summary>
public sealed record DecoupledRequest
{
    /// <summary>How long a client waits between two questions unless it is told otherwise (RFC 8628 §3.2, CIBA Core §7.3).</summary>
    public static TimeSpan FirstInterval { get; } = TimeSpan.FromSeconds(5);

    /// <summary>How much longer after each question that came too soon (RFC 8628 §3.5, CIBA Core §11).</summary>
    public static TimeSpan SlowDownStep { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Names it on our pages and in our tables. Knowing it gives nothing.</summary>
    public required Guid RequestId { get; init; }

    public required DecoupledKind Kind { get; init; }

    public required string ClientId { get; init; }

    /// <summary>Who is asked, or who said yes; null for a device that nobody has connected yet.</summary>
    public Guid? UserId { get; init; }

    public required ScopeSet Scope { get; init; }

    public IReadOnlyList<string> Resources { get; init; } = [];

    public GrantTerms Terms { get; init; } = GrantTerms.None;

    /// <summary>What the person is shown on both sides, so that they know which is which (CIBA Core §7.1); null where nothing was sent.</summary>
    public string? BindingMessage { get; init; }

    /// <summary>What the client is to be told of the answer with (CIBA Core §10.2), sealed under the master key; null for a client that asks.</summary>
    public byte[]? SealedNotificationToken { get; init; }

    /// <summary>Which classes of sign-in would do (CIBA Core §7.1), separated by spaces; null for any.</summary>
    public string? AcrValues { get; init; }

    /// <summary>How old the sign-in of who says yes may be; null for any age.</summary>
    public TimeSpan? MaxAge { get; init; }

    public DecoupledStatus Status { get; init; } = DecoupledStatus.Pending;

    /// <summary>When the person who said yes had last proved who they are; null before.</summary>
    public DateTimeOffset? AuthTime { get; init; }

    public IReadOnlyList<string> Amr { get; init; } = [];

    public string? Acr { get; init; }

    /// <summary>How long the client must wait between two questions.</summary>
    public TimeSpan Interval { get; init; } = FirstInterval;

    /// <summary>When it last asked.</summary>
    public DateTimeOffset? PolledAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When its tokens were handed out; set once.</summary>
    public DateTimeOffset? RedeemedAt { get; init; }

    /// <summary>The family that they are of.</summary>
    public Guid? FamilyId { get; init; }
}

/// <summary>Which specification a request is of: a code of one is none of the other.</summary>
public enum DecoupledKind
{
    /// <summary>RFC 8628.</summary>
    Device,

    /// <summary>OpenID Client-Initiated Backchannel Authentication Core 1.0.</summary>
    Backchannel,
}

/// <summary>What the person said.</summary>
public enum DecoupledStatus
{
    /// <summary>Nothing yet.</summary>
    Pending,

    Approved,

    Denied,
}
