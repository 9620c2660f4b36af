using IdentityProvider.Protocol.Decoupled;

namespace IdentityProvider.Storage.Rows;

/// <summary>What a person decides elsewhere than where the client waits.</summary>
internal sealed class DecoupledRequestRow
{
    public required Guid RequestId { get; init; }

    public required DecoupledKind Kind { get; init; }

    /// <summary>SHA-256 of the client's code.</summary>
    public required byte[] CodeHash { get; init; }

    /// <summary>HMAC-SHA-256 of the person's code, which is too short for a plain hash to hide it.</summary>
    public byte[]? UserCodeHash { get; init; }

    public required string ClientId { get; init; }

    public Guid? UserId { get; init; }

    public required string Scope { get; init; }

    public required string Resources { get; init; }

    /// <summary>The grant's terms (<see cref="Documents"/>); null for the plain one's.</summary>
    public string? Terms { get; init; }

    public string? BindingMessage { get; init; }

    public byte[]? SealedNotificationToken { get; init; }

    public string? AcrValues { get; init; }

    /// <summary>Seconds.</summary>
    public int? MaxAge { get; init; }

    public required DecoupledStatus Status { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }

    public DateTimeOffset? AuthTime { get; init; }

    public required string Amr { get; init; }

    public string? Acr { get; init; }

    /// <summary>Seconds.</summary>
    public required int Interval { get; init; }

    public DateTimeOffset? PolledAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? RedeemedAt { get; init; }

    public Guid? FamilyId { get; init; }
}

/// <summary>An issuer whose assertions are believed (RFC 7523): its identifier and the rest as a JSON document (<see cref="Documents"/>).</summary>
internal sealed class TrustedIssuerRow
{
    public required string Issuer { get; init; }

    public required string Document { get; set; }
}
