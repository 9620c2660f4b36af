using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Storage.Rows;

/// <summary>An API: its identifier and the rest as a JSON document (<see cref="Documents"/>).</summary>
internal sealed class ResourceRow
{
    public required string Identifier { get; init; }

    public required string Document { get; set; }

    /// <summary>Its name as it is looked for (<see cref="SearchName"/>).</summary>
    public string? NormalizedName { get; init; }
}

/// <summary>A type of authorization details: its name and the rest as a JSON document (<see cref="Documents"/>).</summary>
internal sealed class AuthorizationDetailsTypeRow
{
    public required string Type { get; init; }

    public required string Document { get; init; }
}

internal sealed class SessionRow
{
    public required Guid SessionId { get; init; }

    /// <summary>SHA-256 of the cookie's secret.</summary>
    public required byte[] SecretHash { get; init; }

    public required Guid UserId { get; init; }

    public required DateTimeOffset AuthTime { get; init; }

    public required string Amr { get; init; }

    public string? Acr { get; init; }

    public bool SecondFactorRemembered { get; init; }

    public required DateTimeOffset LastUsedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public string? Address { get; init; }

    public string? UserAgent { get; init; }

    /// <summary>The sign-in elsewhere that it came from, by its issuer; null, like the next two, where it came from none.</summary>
    public string? UpstreamIssuer { get; init; }

    public string? UpstreamSubject { get; init; }

    public string? UpstreamSessionId { get; init; }
}

/// <summary>
/// A client that got an ID token in a session, which a logout must reach. Its families don't tell: those of offline access name no session, and
/// one that ended is soon gone, while the sign-in at the app that it began goes on. Gone with the session's row.
/// </summary>
internal sealed class SessionClientRow
{
    public required Guid SessionId { get; init; }

    public required string ClientId { get; init; }
}

internal sealed class GrantRow
{
    public required Guid UserId { get; init; }

    public required string ClientId { get; init; }

    public required string Scope { get; init; }

    public required string Resources { get; init; }

    /// <summary>Those agreed to by name.</summary>
    public required string Claims { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

internal sealed class AuthorizationCodeRow
{
    /// <summary>SHA-256 of the code.</summary>
    public required byte[] CodeHash { get; init; }

    public required string ClientId { get; init; }

    public required Guid UserId { get; init; }

    public required Guid SessionId { get; init; }

    public string? RedirectUri { get; init; }

    public required string Scope { get; init; }

    public required string Resources { get; init; }

    public string? CodeChallenge { get; init; }

    public string? Nonce { get; init; }

    public required DateTimeOffset AuthTime { get; init; }

    public required string Amr { get; init; }

    public string? Acr { get; init; }

    /// <summary>The grant's terms (<see cref="Documents"/>); null for the plain one's.</summary>
    public string? Terms { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? RedeemedAt { get; init; }

    public Guid? FamilyId { get; init; }
}

/// <summary>An authorization request that its client pushed; kept while anyone may be at it on our pages.</summary>
internal sealed class PushedRequestRow
{
    /// <summary>SHA-256 of the reference.</summary>
    public required byte[] ReferenceHash { get; init; }

    public required string ClientId { get; init; }

    /// <summary>As a query.</summary>
    public required string Parameters { get; init; }

    public required bool IsSigned { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it came to our pages; null while nobody can be at it there.</summary>
    public DateTimeOffset? OpenedAt { get; init; }

    public DateTimeOffset? SpentAt { get; init; }
}

internal sealed class TokenFamilyRow
{
    public required Guid FamilyId { get; init; }

    public required string ClientId { get; init; }

    public required Guid UserId { get; init; }

    public Guid? SessionId { get; init; }

    public required string Scope { get; init; }

    public required string Resources { get; init; }

    public required DateTimeOffset AuthTime { get; init; }

    public required string Amr { get; init; }

    public string? Acr { get; init; }

    /// <summary>The grant's terms (<see cref="Documents"/>); null for the plain one's.</summary>
    public string? Terms { get; init; }

    public required int Generation { get; init; }

    public required DateTimeOffset RotatedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The statuses of its living access tokens (<see cref="Lists.Statuses"/>).</summary>
    public required string Statuses { get; init; }

    public int RoleChanges { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public FamilyEnd? EndReason { get; init; }
}

internal sealed class SigningKeyRow
{
    public required string Kid { get; init; }

    public required string Algorithm { get; init; }

    public required int Generation { get; init; }

    public required string PublicJwk { get; init; }

    public required byte[] EncryptedPrivateKey { get; init; }

    public required DateTimeOffset AnnouncedAt { get; init; }

    public required DateTimeOffset ActiveAt { get; init; }

    public required DateTimeOffset RetiredAt { get; init; }

    public required DateTimeOffset GoneAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }
}

/// <summary>One revocation of one JWT access token; never a row per token.</summary>
internal sealed class RevokedTokenRow
{
    public required string Jti { get; init; }

    /// <summary>When the token itself expires, and the row with it.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>Something that may be shown once, and was.</summary>
internal sealed class SpentIdentifierRow
{
    /// <summary>SHA-256 of its purpose, owner and identifier.</summary>
    public required byte[] Hash { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>Something to tell a client. What is sent is made at each attempt, so that nothing secret lies here.</summary>
internal sealed class OutboxMessageRow
{
    /// <summary>Given by the database.</summary>
    public long Id { get; init; }

    public required OutboxKind Kind { get; init; }

    public required string ClientId { get; init; }

    public required Guid UserId { get; init; }

    public required Guid SessionId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the delivery is given up.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Begun, however they ended; it is also the fence of a claim.</summary>
    public required int Attempts { get; init; }

    /// <summary>When it is due; while an attempt is under way, when its lease ends; null when nothing more is to be done.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    public string? LastError { get; init; }

    /// <summary>A mail, as JSON.</summary>
    public string? Mail { get; init; }

    public DateTimeOffset? DeliveredAt { get; init; }

    public DateTimeOffset? GivenUpAt { get; init; }
}

internal sealed class TopicRow
{
    public required string Name { get; init; }

    public required long Version { get; init; }
}
