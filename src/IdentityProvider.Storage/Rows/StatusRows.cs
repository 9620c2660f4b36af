using IdentityProvider.Protocol.Status;

namespace IdentityProvider.Storage.Rows;

internal sealed class StatusListRow
{
    public required int ListId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required int Next { get; init; }

    public required DateTimeOffset LastTokenExpiresAt { get; init; }
}

/// <summary>A block that was given out, for as long as a token of it can live: thousands of tokens, so never a row per token.</summary>
internal sealed class StatusBlockRow
{
    public required int ListId { get; init; }

    public required int First { get; init; }

    public required int Count { get; init; }

    public string? ClientId { get; init; }

    public Guid? FamilyId { get; init; }

    /// <summary>The key that signs all tokens of it, so that a revoked key's tokens are known.</summary>
    public required string Kid { get; init; }

    public required DateTimeOffset LastTokenExpiresAt { get; init; }
}

/// <summary>Part of what a transaction set.</summary>
internal sealed class StatusChangeRow
{
    /// <summary>The version of <see cref="Topic.Status"/> that the transaction made: they commit in this order.</summary>
    public required long Sequence { get; init; }

    public required int ListId { get; init; }

    public required int First { get; init; }

    public required int Count { get; init; }

    public required StatusValue Value { get; init; }
}
