using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage.Rows;

/// <summary>People who have their roles together.</summary>
internal sealed class GroupRow
{
    public required Guid GroupId { get; init; }

    public required string Name { get; init; }

    /// <summary>The name as it is looked up: no two differ by case alone.</summary>
    public required string NormalizedName { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public static void Configure(ModelBuilder builder)
    {
        builder.Entity<GroupRow>(group =>
        {
            group.ToTable("Groups").HasKey(g => g.GroupId);
            group.Property(g => g.GroupId).ValueGeneratedNever();
            group.Property(g => g.Name).HasMaxLength(Longest.GroupName);
            group.Property(g => g.NormalizedName).HasMaxLength(Longest.GroupName);
            group.HasIndex(g => g.NormalizedName).IsUnique();
        });
        builder.Entity<UserGroupRow>(member =>
        {
            member.ToTable("UserGroups").HasKey(m => new { m.UserId, m.GroupId });
            member.HasOne<User>().WithMany().HasForeignKey(m => m.UserId).OnDelete(DeleteBehavior.Cascade);
            member.HasOne<GroupRow>().WithMany().HasForeignKey(m => m.GroupId).OnDelete(DeleteBehavior.Cascade);
            member.HasIndex(m => new { m.GroupId, m.UserId });
        });
        builder.Entity<GroupRoleRow>(link =>
        {
            link.ToTable("GroupRoles").HasKey(l => new { l.GroupId, l.RoleId });
            link.HasOne<GroupRow>().WithMany().HasForeignKey(l => l.GroupId).OnDelete(DeleteBehavior.Cascade);
            link.HasOne<Role>().WithMany().HasForeignKey(l => l.RoleId).OnDelete(DeleteBehavior.Cascade);
            link.HasIndex(l => l.RoleId);
        });
    }
}

/// <summary>A person in a group.</summary>
internal sealed class UserGroupRow
{
    public required Guid UserId { get; init; }

    public required Guid GroupId { get; init; }
}

/// <summary>A role that everybody in a group has.</summary>
internal sealed class GroupRoleRow
{
    public required Guid GroupId { get; init; }

    public required Guid RoleId { get; init; }

    /// <summary>Since when nobody has it by this any more, though not all of their tokens are marked yet; null while it counts.</summary>
    public DateTimeOffset? RemovedAt { get; init; }
}
