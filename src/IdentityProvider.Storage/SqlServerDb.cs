using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace IdentityProvider.Storage;

/// <summary>The model on SQL Server.</summary>
public sealed class SqlServerDb(DbContextOptions<SqlServerDb> options) : IdpDb(options)
{
    private protected override string BinaryCollation => "Latin1_General_100_BIN2";

    private protected override string JsonType => "nvarchar(max)";

    private protected override string HasEnded => "[EndedAt] IS NOT NULL";

    private protected override string HasUpstream => "[UpstreamIssuer] IS NOT NULL";

    private protected override string IsWaiting => "[Sequence] IS NULL";

    private protected override string IsConfirmed => "[EmailConfirmed] = 1";

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);

        // A credential identifier may have 1,023 bytes (WebAuthn §4), and a clustered key no more than 900.
        builder.Entity<IdentityUserPasskey<Guid>>().HasKey(p => p.CredentialId).IsClustered(false);
    }
}

/// <summary>For <c>dotnet ef</c> alone.</summary>
internal sealed class SqlServerDesign : IDesignTimeDbContextFactory<SqlServerDb>
{
    public SqlServerDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqlServerDb>()
            .UseSqlServer("Server=localhost;Database=idp")
            .UseApplicationServiceProvider(IdpDb.DesignServices())
            .Options);
}
