using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage.Rows;

/// <summary>The attempts that are remembered of one key.</summary>
internal sealed class AttemptRow
{
    public required string Key { get; init; }

    public required int Count { get; init; }

    public required DateTimeOffset CountedAt { get; init; }

    public DateTimeOffset? NextAt { get; init; }

    /// <summary>When nothing of it is remembered.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    internal static void Configure(EntityTypeBuilder<AttemptRow> attempt)
    {
        attempt.ToTable("Attempts").HasKey(a => a.Key);
        attempt.Property(a => a.Key).HasMaxLength(100);
        attempt.HasIndex(a => a.EndsAt);
    }
}
