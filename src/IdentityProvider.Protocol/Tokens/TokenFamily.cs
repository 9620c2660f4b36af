using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Status;

namespace IdentityProvider.Protocol.Tokens;

/// <summary>
/// One sign-in of one client: one row, updated in place, whatever the number of tokens. Its refresh token is computed from the identifier and
/// the generation (<c>RefreshToken</c>), so nothing of it is stored.
/// </summary>
public sealed record TokenFamily
{
    /// <summary>30 days after the sign-in a family ends, however often it was refreshed.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromDays(30);

    /// <summary>Of a person who didn't sign in here: another issuer spoke for them. Tokens then say nothing of it.</summary>
    public static DateTimeOffset UnknownAuthTime { get; } = DateTimeOffset.UnixEpoch;

    public required Guid FamilyId { get; init; }

    public required string ClientId { get; init; }

    public required Guid UserId { get; init; }

    /// <summary>The user's <c>sub</c>, as this client knows them.</summary>
    public string Subject => Terms.Subject ?? UserId.ToString("D");

    /// <summary>The session it hangs on; null where <c>offline_access</c> lets it outlive the session.</summary>
    public Guid? SessionId { get; init; }

    public required ScopeSet Scope { get; init; }

    public IReadOnlyList<string> Resources { get; init; } = [];

    public required DateTimeOffset AuthTime { get; init; }

    public IReadOnlyList<string> Amr { get; init; } = [];

    public string? Acr { get; init; }

    /// <summary>What its tokens are bound to and carry.</summary>
    public GrantTerms Terms { get; init; } = GrantTerms.None;

    /// <summary>
    /// What a client is told by name (OpenID Connect Core §5.5): what this family's own was promised, of attributes that it may still learn. A
    /// client that exchanged its token (RFC 8693) was promised nothing.
    /// </summary>
    public ClaimsRequest ClaimsFor(Client client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return Terms.Claims is { } claims && string.Equals(client.ClientId, ClientId, StringComparison.Ordinal) ? claims.OfPerson(client.Scope) : ClaimsRequest.None;
    }

    /// <summary>The one generation of the refresh token that is new; 0 when the family is made.</summary>
    public int Generation { get; init; }

    /// <summary>When the current generation replaced the one before it.</summary>
    public required DateTimeOffset RotatedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>
    /// The statuses of its access tokens that may still live, so that its end finds their bits; at most about
    /// <see cref="MostStatusesOfItsOwn"/>, for a family that refreshes more often gets a block (<see cref="StatusBlockOwner"/>).
    /// </summary>
    public IReadOnlyList<LiveStatus> Statuses { get; init; } = [];

    /// <summary>How many statuses a row notes before the family gets a block.</summary>
    public const int MostStatusesOfItsOwn = 24;

    /// <summary>
    /// Counts the changes of its person's roles and groups. What was minted from those of before doesn't go out after: whoever moves the family on names
    /// the count that was read, before the roles were.
    /// </summary>
    public int RoleChanges { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public FamilyEnd? EndReason { get; init; }

    /// <summary>Its statuses of tokens that live, and one more.</summary>
    public IReadOnlyList<LiveStatus> StatusesWith(LiveStatus added, DateTimeOffset now) => [.. Statuses.Where(status => status.ExpiresAt > now), added];

    public bool IsAlive(DateTimeOffset now) => EndedAt is null && now < ExpiresAt;
}

/// <summary>Why a family ended before its time.</summary>
public enum FamilyEnd
{
    /// <summary>An authorization code was used twice (RFC 6749 §4.1.2).</summary>
    CodeReused,

    /// <summary>An old refresh token came back (RFC 9700 §4.14.2).</summary>
    RefreshTokenReused,

    /// <summary>The client revoked it (RFC 7009).</summary>
    RevokedByClient,

    /// <summary>Its session ended.</summary>
    SessionEnded,

    /// <summary>The person took back what the client had.</summary>
    GrantRevoked,

    /// <summary>An operator ended it.</summary>
    EndedByOperator,
}
