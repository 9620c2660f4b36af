using System.Reflection;

namespace IdentityProvider.Server.Tests.Architecture;

/// <summary>The budgets of STYLE: a file is read in one go, a constructor says what a type is about.</summary>
public sealed class BudgetTests
{
    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    public void No_file_has_more_than_400_lines(string below)
    {
        var long_ = Tree.SourceFiles(below).Select(f => (File: f, Lines: Tree.Read(f).Split('\n').Length)).Where(f => f.Lines > 400);
        Assert.Empty(long_);
    }

    [Fact]
    public void Program_is_a_table_of_contents() => Assert.True(Tree.Read("src/IdentityProvider.Server/Program.cs").Split('\n').Length < 80);

    [Fact]
    public void No_constructor_takes_more_than_six_parameters()
    {
        var wide =
            from assembly in new[] { Tree.Jose, Tree.Protocol, Tree.Storage, Tree.Server }
            from type in assembly.GetTypes()
            where type.Namespace?.StartsWith("IdentityProvider", StringComparison.Ordinal) == true && !type.Namespace.Contains("Migrations", StringComparison.Ordinal)
            where !IsRecord(type) && !type.Name.Contains('<', StringComparison.Ordinal)
            from constructor in type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
            where constructor.GetParameters().Length > 6
            select $"{type.FullName} takes {constructor.GetParameters().Length}";
        Assert.Empty(wide);
    }

    [Fact]
    public void No_name_says_nothing()
    {
        string[] empty = ["Manager", "Service", "Helper", "Helpers", "Util", "Utils", "Context", "Base"];
        var named =
            from assembly in new[] { Tree.Jose, Tree.Protocol, Tree.Storage, Tree.Server }
            from type in assembly.GetTypes()
            where type.Namespace?.StartsWith("IdentityProvider", StringComparison.Ordinal) == true && !type.Name.Contains('<', StringComparison.Ordinal)
            where empty.Any(e => type.Name.EndsWith(e, StringComparison.Ordinal)) && !typeof(Microsoft.Extensions.Hosting.BackgroundService).IsAssignableFrom(type)
            select type.FullName;
        Assert.Empty(named);
    }

    // A record's constructor is its list of members, not of its collaborators.
    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;
}
