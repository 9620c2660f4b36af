namespace IdentityProvider.Protocol.Sessions;

/// <summary>A person's standing consent to a client: what they agreed to share, by scope and resource.</summary>
public sealed record Grant
{
    public required Guid UserId { get; init; }

    public required string ClientId { get; init; }

    public required ScopeSet Scope { get; init; }

    public IReadOnlyList<string> Resources { get; init; } = [];

    public required DateTimeOffset UpdatedAt { get; init; }
}
