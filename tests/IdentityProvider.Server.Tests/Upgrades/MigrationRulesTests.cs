using System.Globalization;
using IdentityProvider.Server.Tests.Storage;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;

namespace IdentityProvider.Server.Tests.Upgrades;

/// <summary>
/// Expand first, contract later: the version before runs on the schema of this one while its nodes are replaced. So a migration only adds what a version that
/// doesn't know it can leave out; whatever else it does is named here, with the reason that the version before doesn't mind.
/// </summary>
public sealed class MigrationRulesTests
{
    private const string BeforeAnyRelease = "no version was released before it, so none ran beside it";

    private static readonly Dictionary<string, string> Named = new(StringComparer.Ordinal)
    {
        ["PeopleAndOperators: builds an index over Sessions"] = BeforeAnyRelease,
        ["PeopleAndOperators: makes Users unique by NormalizedEmail"] = BeforeAnyRelease,
        ["WholeProtocol: builds an index over Clients"] = BeforeAnyRelease,
        ["SearchNames: runs SQL"] = "it fills columns in one statement over all people; " + BeforeAnyRelease,
        ["SearchNames: builds an index over Users"] = BeforeAnyRelease,
        ["SearchNames: builds an index over Clients"] = BeforeAnyRelease,
        ["SearchNames: builds an index over Resources"] = BeforeAnyRelease,
    };

    private static readonly Dictionary<string, string> NamedOnPostgres = new(StringComparer.Ordinal)
    {
        ["Status: runs SQL"] = "a function and a trigger that only tell others that a row moved",
        ["PeopleAndOperators: runs SQL"] = "a trigger on a table of its own, which the version before doesn't know",
    };

    [Theory]
    [InlineData(DatabaseProvider.PostgreSql)]
    [InlineData(DatabaseProvider.SqlServer)]
    public async Task A_migration_only_adds_or_is_named_with_the_reason_that_the_version_before_does_not_mind(DatabaseProvider provider)
    {
        await using var storage = new TestStorage(provider, provider == DatabaseProvider.SqlServer ? "Server=localhost;Database=nowhere" : "Host=localhost;Database=nowhere");
        var found = await storage.AskAsync(db => Task.FromResult(Migrations(db).Skip(1).SelectMany(m => DoubtsOf(m.Name, m.Migration)).Distinct().ToList()));

        var named = provider == DatabaseProvider.PostgreSql ? Named.Keys.Concat(NamedOnPostgres.Keys) : Named.Keys;
        Assert.Equal(string.Join('\n', named.Order(StringComparer.Ordinal)), string.Join('\n', found.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Both_databases_have_the_same_migrations()
    {
        async Task<List<string>> Names(DatabaseProvider provider, string connection)
        {
            await using var storage = new TestStorage(provider, connection);
            return await storage.AskAsync(db => Task.FromResult(Migrations(db).Select(m => m.Name).ToList()));
        }

        Assert.Equal(await Names(DatabaseProvider.PostgreSql, "Host=localhost;Database=nowhere"), await Names(DatabaseProvider.SqlServer, "Server=localhost;Database=nowhere"));
    }

    [Fact]
    public void What_the_version_before_would_mind_is_seen()
    {
        var doubts = DoubtsOf("M", new Contraction()).ToList();

        Assert.Equal(
            [
                "M: DropColumnOperation on Users", "M: adds Users.Shoe, which the version before leaves out", "M: RenameColumnOperation on Users",
                "M: changes Users.Name", "M: builds an index over Users", "M: makes Users unique by Shoe", "M: runs SQL", "M: DeleteDataOperation on Topics",
            ],
            doubts);
    }

    private static IEnumerable<(string Name, Migration Migration)> Migrations(IdpDb db)
    {
        var assembly = db.GetService<IMigrationsAssembly>();
        return assembly.Migrations.OrderBy(m => m.Key, StringComparer.Ordinal)
            .Select(m => (m.Key[(m.Key.IndexOf('_', StringComparison.Ordinal) + 1)..], assembly.CreateMigration(m.Value, db.Database.ProviderName!)));
    }

    private static IEnumerable<string> DoubtsOf(string name, Migration migration)
    {
        var made = migration.UpOperations.OfType<CreateTableOperation>().Select(table => table.Name).ToHashSet(StringComparer.Ordinal);
        return migration.UpOperations.Select(operation => DoubtOf(operation, made)).OfType<string>().Select(doubt => $"{name}: {doubt}");
    }

    /// <summary>Why the version before might mind it; null where it doesn't.</summary>
    private static string? DoubtOf(MigrationOperation operation, HashSet<string> made) => operation switch
    {
        CreateTableOperation or InsertDataOperation or EnsureSchemaOperation or CreateSequenceOperation or DropIndexOperation => null,
        ITableMigrationOperation its when made.Contains(its.Table) => null,
        AddColumnOperation column => column.IsNullable || column.DefaultValue is not null || column.DefaultValueSql is not null || column.ComputedColumnSql is not null
            ? null
            : $"adds {column.Table}.{column.Name}, which the version before leaves out",
        AlterColumnOperation column => OnlyWidens(column) ? null : $"changes {column.Table}.{column.Name}",
        CreateIndexOperation { IsUnique: true } index => $"makes {index.Table} unique by {string.Join(", ", index.Columns)}",

        // While an index is built in the usual way nobody writes to its table.
        CreateIndexOperation index => index["Npgsql:CreatedConcurrently"] is true ? null : $"builds an index over {index.Table}",
        SqlOperation => "runs SQL",
        ITableMigrationOperation other => $"{operation.GetType().Name} on {other.Table}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{operation.GetType().Name}"),
    };

    private static bool OnlyWidens(AlterColumnOperation column) =>
        column.OldColumn.MaxLength is { } before && (column.MaxLength ?? int.MaxValue) >= before
        && column.ClrType == column.OldColumn.ClrType && column.IsNullable == column.OldColumn.IsNullable && column.Collation == column.OldColumn.Collation;

    private sealed class Contraction : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn("Hat", "Users");
            migrationBuilder.AddColumn<int>("Shoe", "Users", nullable: false);
            migrationBuilder.AddColumn<int>("Sock", "Users", nullable: true);
            migrationBuilder.AddColumn<int>("Coat", "Users", nullable: false, defaultValue: 0);
            migrationBuilder.RenameColumn("Hat", "Users", "Cap");
            migrationBuilder.AlterColumn<string>("Name", "Users", maxLength: 10, oldClrType: typeof(string), oldMaxLength: 20);
            migrationBuilder.AlterColumn<string>("Long", "Users", maxLength: 20, oldClrType: typeof(string), oldMaxLength: 10);
            migrationBuilder.CreateIndex("IX", "Users", "Shoe");
            migrationBuilder.CreateIndex("IX_Unique", "Users", "Shoe", unique: true);
            migrationBuilder.Sql("UPDATE x");
            migrationBuilder.DeleteData("Topics", "Name", "x");
        }
    }
}
