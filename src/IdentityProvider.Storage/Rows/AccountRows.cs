using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace IdentityProvider.Storage.Rows;

/// <summary>ASP.NET Core Identity's tables, under our names and with our limits.</summary>
internal static class AccountRows
{
    /// <param name="builder">The model.</param>
    /// <param name="jsonType">The column type for a JSON document.</param>
    /// <param name="isConfirmed">The clause of an index over accounts whose address is verified.</param>
    public static void Configure(ModelBuilder builder, string jsonType, string isConfirmed)
    {
        builder.Entity<User>(user =>
        {
            user.ToTable("Users");
            user.Property(u => u.Claims).HasColumnType(jsonType);
            user.Property(u => u.PasswordHash).HasMaxLength(500);
            user.Property(u => u.SecurityStamp).HasMaxLength(100);
            user.Property(u => u.ConcurrencyStamp).HasMaxLength(100);
            user.Property(u => u.PhoneNumber).HasMaxLength(100);
            user.Property(u => u.NormalizedName).HasMaxLength(Longest.SearchName);
            user.Property(u => u.NormalizedFamilyName).HasMaxLength(Longest.SearchName);
            user.Ignore(u => u.IsDisabled);
            user.Ignore(u => u.PersonName);
            user.HasIndex(u => u.NormalizedName);
            user.HasIndex(u => u.NormalizedFamilyName);
            user.Property(u => u.RoleChanges).HasDefaultValue(0).Metadata.SetAfterSaveBehavior(PropertySaveBehavior.Ignore);

            // One account for an address that was shown to be somebody's; what was only said counts for nothing.
            user.HasIndex(u => u.NormalizedEmail, "ConfirmedEmailIndex").IsUnique().HasFilter(isConfirmed);
        });
        builder.Entity<Role>(role =>
        {
            role.ToTable("Roles");
            role.Property(r => r.ConcurrencyStamp).HasMaxLength(100);
        });
        builder.Entity<IdentityUserRole<Guid>>().ToTable("UserRoles");
        builder.Entity<IdentityUserClaim<Guid>>().ToTable("UserClaims");
        builder.Entity<IdentityRoleClaim<Guid>>().ToTable("RoleClaims");
        builder.Entity<IdentityUserPasskey<Guid>>(passkey =>
        {
            passkey.ToTable("UserPasskeys");
            passkey.Property<long>(Passkeys.SignCount);
            passkey.Property<DateTimeOffset?>(Passkeys.LastUsedAt);
        });
        builder.Entity<IdentityUserLogin<Guid>>(login =>
        {
            login.ToTable("UserLogins");
            login.Property(l => l.LoginProvider).HasMaxLength(128);
            login.Property(l => l.ProviderKey).HasMaxLength(Longest.UpstreamSubject);
        });
        builder.Entity<IdentityUserToken<Guid>>(token =>
        {
            token.ToTable("UserTokens");
            token.Property(t => t.LoginProvider).HasMaxLength(128);
            token.Property(t => t.Name).HasMaxLength(128);
        });
    }
}
