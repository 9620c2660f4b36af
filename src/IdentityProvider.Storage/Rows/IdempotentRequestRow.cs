using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdentityProvider.Storage.Rows;

/// <summary>A request that is done once, however often it comes.</summary>
internal sealed class IdempotentRequestRow
{
    /// <summary>SHA-256 of who asks, what for, and the key that they chose.</summary>
    public required byte[] KeyHash { get; init; }

    /// <summary>SHA-256 of the body.</summary>
    public required byte[] BodyHash { get; init; }

    /// <summary>By which an attempt knows its own row again.</summary>
    public required Guid AttemptId { get; init; }

    public required DateTimeOffset BegunAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The answer, sealed: it may hold a secret. Null until there is one.</summary>
    public byte[]? SealedAnswer { get; init; }

    public static void Configure(EntityTypeBuilder<IdempotentRequestRow> request)
    {
        request.ToTable("IdempotentRequests").HasKey(r => r.KeyHash);
        request.Property(r => r.KeyHash).HasMaxLength(32).IsFixedLength();
        request.Property(r => r.BodyHash).HasMaxLength(32).IsFixedLength();
        request.HasIndex(r => r.ExpiresAt);
    }
}
