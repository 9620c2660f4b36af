using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdentityProvider.Storage.Rows;

/// <summary>The address of a metadata document that is no client here any more, by an operator's word.</summary>
internal sealed class DeniedClientRow
{
    public required string ClientId { get; init; }

    public required DateTimeOffset DeniedAt { get; init; }

    public static void Configure(EntityTypeBuilder<DeniedClientRow> denied)
    {
        denied.ToTable("DeniedClients").HasKey(d => d.ClientId);
        denied.Property(d => d.ClientId).HasMaxLength(Longest.ClientId);
    }
}
