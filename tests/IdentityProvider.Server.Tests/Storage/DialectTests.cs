using System.Text.RegularExpressions;
using System.Xml.Linq;
using IdentityProvider.Server.Tests.Architecture;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Storage;

/// <summary>What differs between the databases is seen at one place, and nothing of SQL Server's rests on a hint alone.</summary>
public sealed partial class DialectTests
{
    private static IEnumerable<(string Name, string Text)> Files =>
        Directory.EnumerateFiles(Path.Combine(Tree.Root.FullName, "src/IdentityProvider.Storage"), "*.cs", SearchOption.TopDirectoryOnly).Select(file => (Path.GetFileName(file), File.ReadAllText(file)));

    [Fact]
    public void A_statement_of_one_database_stands_beside_that_of_the_other()
    {
        var differing = Files.Select(file => (file.Name, Sides: Statement().Matches(file.Text).Select(m => m.Groups[1].Value).Distinct().Order(StringComparer.Ordinal).ToList())).Where(file => file.Sides.Count > 0).ToList();
        Assert.NotEmpty(differing);
        Assert.All(differing, file => Assert.Equal(["OnPostgres", "OnSqlServer"], file.Sides));
    }

    [Fact]
    public void A_hint_of_SQL_Server_is_never_UPDLOCK_alone()
    {
        var hints = Files.SelectMany(file => Hint().Matches(file.Text).Select(m => m.Groups[1].Value)).ToList();
        Assert.NotEmpty(hints);
        Assert.All(hints, hint => Assert.Contains("HOLDLOCK", hint, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2627, true)]
    [InlineData(2601, true)]
    [InlineData(547, false)]
    public void A_unique_violation_of_SQL_Server_has_two_numbers(int number, bool isOne) => Assert.Equal(isOne, Writes.IsUniqueViolation(SqlErrors.Exception(number)));

    [Fact]
    public void A_deadlock_of_SQL_Server_is_tried_again()
    {
        using var db = (SqlServerDb)SqlErrors.Nowhere();
        Assert.True(SqlErrors.IsRetried(db, 1205));
        Assert.False(SqlErrors.IsRetried(db, 2627));
    }

    [Fact]
    public void One_property_takes_every_package_of_the_client()
    {
        var props = XDocument.Parse(Tree.Read("Directory.Build.props"));
        var pruned = props.Descendants("PrunePackageReference").ToList();
        Assert.Contains(pruned, package => package.Attribute("Include")!.Value == "Azure.Identity");
        Assert.All(pruned, package => Assert.Equal("'$(PruneSqlServerClient)' == 'true'", package.Parent!.Attribute("Condition")?.Value));
        Assert.Empty(XDocument.Parse(Tree.Read("src/IdentityProvider.Storage/IdentityProvider.Storage.csproj")).Descendants("PrunePackageReference"));
    }

    [GeneratedRegex(@"(?:const string|FormattableString) (On(?:Postgres|SqlServer))")]
    private static partial Regex Statement();

    [GeneratedRegex(@"WITH \(([A-Z, ]+)\)")]
    private static partial Regex Hint();
}
