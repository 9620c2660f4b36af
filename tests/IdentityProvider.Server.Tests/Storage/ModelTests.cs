using System.Text.RegularExpressions;
using IdentityProvider.Storage;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Storage;

/// <summary>The one model on both databases, without asking either.</summary>
public sealed partial class ModelTests
{
    public static TheoryData<DatabaseProvider> Providers => [DatabaseProvider.PostgreSql, DatabaseProvider.SqlServer];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task The_migrations_are_in_step_with_the_model(DatabaseProvider provider)
    {
        await using var storage = Nowhere(provider);
        var pending = await storage.AskAsync(db => Task.FromResult(db.Database.HasPendingModelChanges()));
        Assert.False(pending, "Add a migration for both databases: see the README of IdentityProvider.Storage.");
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task No_index_holds_a_column_that_a_rotation_or_a_touch_changes(DatabaseProvider provider)
    {
        await using var storage = Nowhere(provider);
        await storage.AskAsync(db =>
        {
            string[] moving = [nameof(TokenFamilyRow.Generation), nameof(TokenFamilyRow.RotatedAt), nameof(SessionRow.LastUsedAt)];
            foreach (var entity in new[] { db.Model.FindEntityType(typeof(TokenFamilyRow))!, db.Model.FindEntityType(typeof(SessionRow))! })
                Assert.Empty(entity.GetIndexes().SelectMany(i => i.Properties).Select(p => p.Name).Intersect(moving));
            return Task.FromResult(0);
        });
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Every_text_of_ours_is_bounded_and_compared_byte_by_byte_but_documents(DatabaseProvider provider)
    {
        await using var storage = Nowhere(provider);
        var loose = await storage.AskAsync(db => Task.FromResult(
            from entity in db.Model.GetEntityTypes()
            where entity.ClrType.Namespace == typeof(ClientRow).Namespace
            from property in entity.GetProperties()
            where property.ClrType == typeof(string) && property.GetMaxLength() is null
            select $"{entity.GetTableName()}.{property.Name}"));

        Assert.Equal(["AuthorizationCodes.Terms", "Clients.Document", "DecoupledRequests.Terms", "OutboxMessages.Mail", "RegistrationPolicies.Document", "Resources.Document", "TokenFamilies.Terms", "TrustedIssuers.Document", "Upstreams.Document"], loose.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_script_for_SQL_Server_makes_every_table_with_exact_comparison_and_is_the_same_each_time()
    {
        await using var storage = Nowhere(DatabaseProvider.SqlServer);
        var script = storage.Schema.Script();

        var tables = await storage.AskAsync(db => Task.FromResult(
            db.Model.GetEntityTypes().Where(e => !e.IsMappedToJson()).Select(e => e.GetTableName()!).Order(StringComparer.Ordinal).ToList()));
        var created = CreatedTable().Matches(script).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal);
        Assert.Equal([.. tables, "__EFMigrationsHistory"], created);

        // Where SQL Server's own comparison would ignore case, two identifiers could meet; an enumeration's name can't.
        var inexact = BoundedText().Matches(script)
            .Where(m => !m.Value.Contains("COLLATE Latin1_General_100_BIN2", StringComparison.Ordinal))
            .Select(m => m.Groups[1].Value);
        Assert.Equal(["EndReason", "Kind", "Kind", "MigrationId", "Outcome", "ProductVersion", "Purpose", "Status"], inexact.Order(StringComparer.Ordinal));

        // Every batch may be run again: it is one part, which asks first whether its migration has been applied. So no part uses a column that its own batch adds.
        var batches = script.Split("\nGO", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(b => b != "\uFEFF").ToList();
        Assert.All(batches, b => Assert.Matches(@"^\uFEFF?(BEGIN TRANSACTION;\s+)?IF (OBJECT_ID\(N'\[__EFMigrationsHistory\]'\) IS NULL|NOT EXISTS \(\s*SELECT \* FROM \[__EFMigrationsHistory\]\s+WHERE \[MigrationId\] = N'\d+_\w+'\s*\))\s+BEGIN .*END;(\s+COMMIT;)?$", b.ReplaceLineEndings(" ")));
        Assert.All(batches, b => Assert.InRange(b.Split("FROM [__EFMigrationsHistory]").Length, 1, 2));

        // Each migration is one transaction, in its order, and notes itself within it.
        var noted = NotedMigration().Matches(script).Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(await storage.AskAsync(db => Task.FromResult(db.Database.GetMigrations().ToList())), noted);
        Assert.Equal(noted.Count, batches.Count(b => b.StartsWith("BEGIN TRANSACTION;", StringComparison.Ordinal)));
        Assert.Equal(noted.Count, batches.Count(b => b.EndsWith("COMMIT;", StringComparison.Ordinal)));
        Assert.All(batches, b => Assert.Equal(b.Count(c => c == '('), b.Count(c => c == ')')));
        Assert.Contains("CREATE UNIQUE INDEX [IX_SigningKeys_Algorithm_Generation]", script, StringComparison.Ordinal);
        Assert.Contains("CREATE UNIQUE INDEX [IX_Sessions_SecretHash]", script, StringComparison.Ordinal);

        await using var again = Nowhere(DatabaseProvider.SqlServer);
        Assert.Equal(script, again.Schema.Script());
    }

    [Fact]
    public async Task The_script_for_PostgreSQL_leaves_room_in_the_pages_that_are_updated_in_place()
    {
        await using var storage = Nowhere(DatabaseProvider.PostgreSql);
        Assert.Equal(3, FillFactor().Count(storage.Schema.Script()));
    }

    // Nothing listens there, and nothing asks.
    private static TestStorage Nowhere(DatabaseProvider provider) =>
        new(provider, provider == DatabaseProvider.SqlServer ? "Server=localhost;Database=nowhere" : "Host=localhost;Database=nowhere");

    [GeneratedRegex(@"CREATE TABLE \[(\w+)\]")]
    private static partial Regex CreatedTable();

    [GeneratedRegex(@"INSERT INTO \[__EFMigrationsHistory\] \(\[MigrationId\], \[ProductVersion\]\)\s+VALUES \(N'(\w+)'")]
    private static partial Regex NotedMigration();

    [GeneratedRegex(@"\[(\w+)\] nvarchar\(\d+\)[^,\n]*")]
    private static partial Regex BoundedText();

    [GeneratedRegex(@"fillfactor\s*=\s*80", RegexOptions.IgnoreCase)]
    private static partial Regex FillFactor();
}
