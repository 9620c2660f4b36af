using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace IdentityProvider.Storage;

/// <summary>The model on PostgreSQL.</summary>
public sealed class PostgresDb(DbContextOptions<PostgresDb> options) : IdpDb(options)
{
    private protected override string BinaryCollation => "C";

    private protected override string JsonType => "jsonb";

    private protected override string HasEnded => "\"EndedAt\" IS NOT NULL";

    private protected override string HasUpstream => "\"UpstreamIssuer\" IS NOT NULL";

    private protected override string IsWaiting => "\"Sequence\" IS NULL";

    private protected override string IsConfirmed => "\"EmailConfirmed\"";

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);

        // Room in each page, so that a rotation or a touch stays in its page and no index is written (heap-only tuples).
        builder.Entity<TokenFamilyRow>().HasStorageParameter("fillfactor", 80);
        builder.Entity<SessionRow>().HasStorageParameter("fillfactor", 80);
        builder.Entity<AuthorizationCodeRow>().HasStorageParameter("fillfactor", 80);
    }
}

/// <summary>For <c>dotnet ef</c> alone.</summary>
internal sealed class PostgresDesign : IDesignTimeDbContextFactory<PostgresDb>
{
    public PostgresDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgresDb>()
            .UseNpgsql("Host=localhost;Database=idp")
            .UseApplicationServiceProvider(IdpDb.DesignServices())
            .Options);
}
