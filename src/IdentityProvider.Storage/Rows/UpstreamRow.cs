using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage.Rows;

/// <summary>An OpenID Provider by which people sign in: what is looked up and the rest as a JSON document (<see cref="Documents"/>).</summary>
internal sealed class UpstreamRow
{
    public required string Name { get; init; }

    public required string Issuer { get; init; }

    public required string Document { get; init; }

    /// <summary>Our secret there, sealed under the master key; null where there is none.</summary>
    public byte[]? SealedSecret { get; init; }

    public static void Configure(EntityTypeBuilder<UpstreamRow> upstream, string jsonType)
    {
        upstream.ToTable("Upstreams").HasKey(u => u.Name);
        upstream.Property(u => u.Name).HasMaxLength(Longest.UpstreamName);
        upstream.Property(u => u.Issuer).HasMaxLength(Longest.TrustedIssuer);
        upstream.Property(u => u.Document).HasColumnType(jsonType);
        upstream.Property(u => u.SealedSecret).HasMaxLength(Longest.SealedUpstreamSecret);
        upstream.HasIndex(u => u.Issuer).IsUnique();
    }
}
