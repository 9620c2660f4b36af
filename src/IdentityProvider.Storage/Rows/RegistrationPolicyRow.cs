using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdentityProvider.Storage.Rows;

/// <summary>What clients that register themselves may have, and how many there are.</summary>
internal sealed class RegistrationPolicyRow
{
    public required Guid PolicyId { get; init; }

    /// <summary>SHA-256 of the initial access token; null for the policies that need none.</summary>
    public byte[]? TokenHash { get; init; }

    /// <summary>The rest as a JSON document (<see cref="Documents"/>).</summary>
    public required string Document { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    public required int MaxClients { get; init; }

    /// <summary>Those that are registered by it now.</summary>
    public required int Clients { get; init; }

    public static void Configure(EntityTypeBuilder<RegistrationPolicyRow> policy, string jsonType)
    {
        policy.ToTable("RegistrationPolicies").HasKey(p => p.PolicyId);
        policy.Property(p => p.PolicyId).ValueGeneratedNever();
        policy.Property(p => p.TokenHash).HasMaxLength(32).IsFixedLength();
        policy.Property(p => p.Document).HasColumnType(jsonType);
        policy.HasIndex(p => p.TokenHash).IsUnique();
        policy.HasIndex(p => p.CreatedAt);
    }
}
