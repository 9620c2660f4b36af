using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdentityProvider.Storage.Rows;

internal sealed class KnownBrowserRow
{
    /// <summary>SHA-256 of the cookie's secret.</summary>
    public required byte[] SecretHash { get; init; }

    public required Guid UserId { get; init; }

    /// <summary>What its attempts are counted by; it stays when the secret is renewed.</summary>
    public required Guid BrowserId { get; init; }

    public required DateTimeOffset FirstSeenAt { get; init; }

    public required DateTimeOffset LastSeenAt { get; init; }

    public string? Address { get; init; }

    public string? UserAgent { get; init; }

    public DateTimeOffset? TrustedUntil { get; init; }

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
