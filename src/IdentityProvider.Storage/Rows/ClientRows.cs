using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage.Rows;

/// <summary>A client: its key and its metadata, a JSON document by RFC 7591's names (<see cref="Documents"/>).</summary>
internal sealed class ClientRow
{
    public required string ClientId { get; init; }

    public required string Document { get; set; }

    /// <summary>Its name as it is looked for (<see cref="SearchName"/>).</summary>
    public string? NormalizedName { get; init; }

    public DateTimeOffset? TokensNotBefore { get; init; }

    /// <summary>The policy by which the client registered itself; null, like all that follows, where an operator registered it.</summary>
    public Guid? RegisteredBy { get; init; }

    public DateTimeOffset? RegisteredAt { get; init; }

    /// <summary>SHA-256 of the registration access token (RFC 7592); null for a client whose metadata is a document of its own.</summary>
    public byte[]? RegistrationTokenHash { get; init; }

    /// <summary>When it last got a token, within a day; at first, when it registered.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Whether it ever got a token.</summary>
    public bool IsUsed { get; init; }

    /// <summary>The members of its metadata that an operator changed since, separated by spaces: they are no longer the client's to change.</summary>
    public string? OperatorMembers { get; init; }

    public DateTimeOffset? DocumentFreshUntil { get; init; }

    public List<ClientSecretRow> Secrets { get; init; } = [];

    internal static void Configure(ModelBuilder builder, string jsonType)
    {
        builder.Entity<ClientRow>(client =>
        {
            client.ToTable("Clients").HasKey(c => c.ClientId);
            client.Property(c => c.ClientId).HasMaxLength(Longest.ClientId);
            client.Property(c => c.Document).HasColumnType(jsonType);
            client.Property(c => c.RegistrationTokenHash).HasMaxLength(32).IsFixedLength();
            client.Property(c => c.OperatorMembers).HasMaxLength(Longest.List);
            client.Property(c => c.NormalizedName).HasMaxLength(Longest.SearchName);
            client.HasIndex(c => c.NormalizedName);
            client.HasIndex(c => c.LastUsedAt);
            client.HasMany(c => c.Secrets).WithOne().HasForeignKey(s => s.ClientId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<ClientSecretRow>(secret =>
        {
            secret.ToTable("ClientSecrets").HasKey(s => new { s.ClientId, s.Hash });
            secret.Property(s => s.ClientId).HasMaxLength(Longest.ClientId);
            secret.Property(s => s.Hash).HasMaxLength(32).IsFixedLength();
        });
    }
}

internal sealed class ClientSecretRow
{
    public required string ClientId { get; init; }

    /// <summary>SHA-256.</summary>
    public required byte[] Hash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }
}
