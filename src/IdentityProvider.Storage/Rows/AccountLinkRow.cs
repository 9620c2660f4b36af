using IdentityProvider.Protocol.Accounts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdentityProvider.Storage.Rows;

/// <summary>A link in a mail; of its secret nothing is here.</summary>
internal sealed class AccountLinkRow
{
    public required Guid LinkId { get; init; }

    public required AccountLinkPurpose Purpose { get; init; }

    public Guid? UserId { get; init; }

    public required string Address { get; init; }

    public string? SecurityStamp { get; init; }

    public string Roles { get; init; } = "";

    public string? Resume { get; init; }

    public string? Browser { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; init; }

    public static void Configure(EntityTypeBuilder<AccountLinkRow> link)
    {
        link.ToTable("AccountLinks").HasKey(l => l.LinkId);
        link.Property(l => l.LinkId).ValueGeneratedNever();
        link.Property(l => l.Purpose).HasConversion<string>().HasMaxLength(40);
        link.Property(l => l.Address).HasMaxLength(EmailAddress.Longest);
        link.Property(l => l.SecurityStamp).HasMaxLength(100);
        link.Property(l => l.Roles).HasMaxLength(Longest.List);
        link.Property(l => l.Resume).HasMaxLength(Longest.Resume);
        link.Property(l => l.Browser).HasMaxLength(64);
        link.HasIndex(l => l.UserId);
        link.HasIndex(l => l.ExpiresAt);
    }
}
