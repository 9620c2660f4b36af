using Microsoft.EntityFrameworkCore;
using IdentityProvider.Protocol.Status;

namespace IdentityProvider.Storage.Rows;

internal sealed class StatusListRow
{
    public required int ListId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required int Next { get; init; }

    public required DateTimeOffset LastTokenExpiresAt { get; init; }

    public static void Configure(ModelBuilder builder)
    {
        builder.Entity<StatusListRow>(list =>
        {
            list.ToTable("StatusLists").HasKey(l => l.ListId);
            list.Property(l => l.ListId).ValueGeneratedNever();
        });
        builder.Entity<StatusBlockRow>(block =>
        {
            block.ToTable("StatusBlocks").HasKey(b => new { b.ListId, b.First });
            block.Property(b => b.ClientId).HasMaxLength(Longest.ClientId);
            block.Property(b => b.Kid).HasMaxLength(Longest.Kid);
            block.HasIndex(b => b.ClientId);
            block.HasIndex(b => b.FamilyId);
            block.HasIndex(b => b.Kid);
            block.HasIndex(b => b.LastTokenExpiresAt);
        });
        builder.Entity<StatusChangeRow>(change =>
        {
            change.ToTable("StatusChanges").HasKey(c => new { c.Sequence, c.ListId, c.First });
            change.HasIndex(c => c.ListId);
        });
    }
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
