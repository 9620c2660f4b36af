using IdentityProvider.Protocol.Upstream;

namespace IdentityProvider.Protocol.Sessions;

/// <summary>A sign-in in one browser. The browser holds an opaque secret, the row its hash.</summary>
public sealed record Session
{
    /// <summary>The public identifier: <c>sid</c> in tokens. Knowing it gives nothing.</summary>
    public required Guid SessionId { get; init; }

    public required Guid UserId { get; init; }

    /// <summary>When the person last proved who they are (OpenID Connect Core §2, <c>auth_time</c>).</summary>
    public required DateTimeOffset AuthTime { get; init; }

    /// <summary>How they did (RFC 8176).</summary>
    public IReadOnlyList<string> Amr { get; init; } = [];

    /// <summary>Of which class that was (<see cref="Authorize.AcrRules"/>).</summary>
    public string? Acr { get; init; }

    /// <summary>
    /// The second factor is one that this browser proved on another day. It meets what policy requires, and no class that a request asks for.
    /// </summary>
    public bool SecondFactorRemembered { get; init; }

    public required DateTimeOffset LastUsedAt { get; init; }

    /// <summary>The absolute limit.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public string? Address { get; init; }

    public string? UserAgent { get; init; }

    /// <summary>The sign-in elsewhere that it came from; null where it came from none.</summary>
    public UpstreamSession? Upstream { get; init; }

    /// <summary>How exact <see cref="LastUsedAt"/> is: it is written at most so often.</summary>
    public static TimeSpan TouchInterval { get; } = TimeSpan.FromMinutes(1);

    /// <summary>How old a sign-in may be where a person does what would lock them out if it weren't them.</summary>
    public static TimeSpan FreshFor { get; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether the person proved who they are just now.</summary>
    public bool IsFresh(DateTimeOffset now) => now - AuthTime <= FreshFor;

    /// <summary>The session with a use at that moment: an app's refresh is one too.</summary>
    public Session UsedAt(DateTimeOffset moment) => moment > LastUsedAt ? this with { LastUsedAt = moment } : this;

    /// <summary>When it ends if nothing uses it any more.</summary>
    public DateTimeOffset EndsUnusedAt(TimeSpan idleLimit) => LastUsedAt + idleLimit < ExpiresAt ? LastUsedAt + idleLimit : ExpiresAt;

    /// <summary>Whether a use at this moment is worth a write.</summary>
    public bool IsDueForTouch(DateTimeOffset now) => now - LastUsedAt >= TouchInterval;

    /// <summary>Whether nothing can go on from here: ended, or past the absolute limit. One that only lay idle isn't: a refresh in an app may have kept it going there.</summary>
    public bool IsOver(DateTimeOffset now) => EndedAt is not null || now >= ExpiresAt;

    /// <summary>Whether the session still is one: not ended, within its absolute and its idle limit.</summary>
    public bool IsAlive(TimeSpan idleLimit, DateTimeOffset now) => !IsOver(now) && now < LastUsedAt + idleLimit;
}
