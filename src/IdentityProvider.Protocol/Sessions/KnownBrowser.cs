namespace IdentityProvider.Protocol.Sessions;

/// <summary>A browser that a person has signed in with. It holds an opaque secret for long, the row its hash.</summary>
public sealed record KnownBrowser
{
    /// <summary>How long after its last sign-in a browser is known: as long as browsers keep a cookie (RFC 6265bis §5.6.1).</summary>
    public static TimeSpan Kept { get; } = TimeSpan.FromDays(400);

    /// <summary>SHA-256 of what the browser holds. Knowing it gives nothing.</summary>
    public required byte[] SecretHash { get; init; }

    public required Guid UserId { get; init; }

    /// <summary>Stays when the secret is renewed. Knowing it gives nothing.</summary>
    public required Guid BrowserId { get; init; }

    public required DateTimeOffset FirstSeenAt { get; init; }

    public required DateTimeOffset LastSeenAt { get; init; }

    public string? Address { get; init; }

    public string? UserAgent { get; init; }

    /// <summary>Until when the second factor isn't asked for in it; null where it is.</summary>
    public DateTimeOffset? TrustedUntil { get; init; }

    public bool IsTrusted(DateTimeOffset now) => now < TrustedUntil;
}
