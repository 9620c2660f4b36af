using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdentityProvider.Storage.Rows;

internal sealed class KnownBrowserRow
{
    /// <summary>SHA-256 of the cookie's secret.</summary>
    public required byte[] SecretHash { get; init; }

    public required Guid UserId { get; init; }

    public required DateTimeOffset FirstSeenAt { get; init; }

    public required DateTimeOffset LastSeenAt { get; init; }

    public string? Address { get; init; }

    public string? UserAgent { get; init; }

    public DateTimeOffset? TrustedUntil { get; init; }

    /// <summary>Second factors that were wrong in it, since the last right one.</summary>
    public int SecondFactorFailures { get; init; }

    /// <summary>Before when no further one is tried.</summary>
    public DateTimeOffset? SecondFactorNextTryAt { get; init; }

    internal static void Configure(EntityTypeBuilder<KnownBrowserRow> browser)
    {
        browser.ToTable("KnownBrowsers").HasKey(b => new { b.UserId, b.SecretHash });
        browser.Property(b => b.SecretHash).HasMaxLength(32).IsFixedLength();
        browser.Property(b => b.Address).HasMaxLength(Longest.Address);
        browser.Property(b => b.UserAgent).HasMaxLength(Longest.UserAgent);
        browser.HasOne<User>().WithMany().HasForeignKey(b => b.UserId).OnDelete(DeleteBehavior.Cascade);
        browser.HasIndex(b => b.SecretHash);
        browser.HasIndex(b => b.LastSeenAt);
    }
}
