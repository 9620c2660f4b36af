using System.Reflection;
using System.Text.RegularExpressions;

namespace IdentityProvider.Server.Tests.Architecture;

/// <summary>The budgets of STYLE: a file is read in one go, a constructor says what a type is about.</summary>
public sealed partial class BudgetTests
{
    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    public void No_file_has_more_than_400_lines(string below)
    {
        var long_ = Tree.SourceFiles(below).Select(f => (File: f, Lines: Tree.Read(f).Split('\n').Length)).Where(f => f.Lines > 400);
        Assert.Empty(long_);
    }

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    public void No_method_has_more_than_60_lines(string below)
    {
        var tooLong = Tree.SourceFiles(below).Where(f => f.EndsWith(".cs", StringComparison.Ordinal))
            .SelectMany(file => Bodies(Tree.Read(file).Split('\n')).Where(body => body.Lines > 60).Select(body => $"{file}: {body.Head} has {body.Lines}"));
        Assert.Empty(tooLong);
    }

    [Fact]
    public void Program_is_a_table_of_contents() => Assert.True(Tree.Read("src/IdentityProvider.Server/Program.cs").Split('\n').Length < 80);

    [Fact]
    public void No_constructor_takes_more_than_six_parameters()
    {
        var wide =
            from assembly in new[] { Tree.Jose, Tree.Protocol, Tree.Storage, Tree.Server, Tree.Verifier, Tree.VerifierAspNetCore }
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
            from assembly in new[] { Tree.Jose, Tree.Protocol, Tree.Storage, Tree.Server, Tree.Verifier, Tree.VerifierAspNetCore }
            from type in assembly.GetTypes()
            where type.Namespace?.StartsWith("IdentityProvider", StringComparison.Ordinal) == true && !type.Name.Contains('<', StringComparison.Ordinal)
            where empty.Any(e => type.Name.EndsWith(e, StringComparison.Ordinal)) && !typeof(Microsoft.Extensions.Hosting.BackgroundService).IsAssignableFrom(type)
            select type.FullName;
        Assert.Empty(named);
    }

    /// <summary>The bodies of members, and of members of nested types, by the house's own indentation; a type's own body is none.</summary>
    private static IEnumerable<(string Head, int Lines)> Bodies(string[] lines)
    {
        foreach (var indent in new[] { "    ", "        " })
        {
            var start = -1;
            for (var i = 1; i < lines.Length; i++)
            {
                if (lines[i] == indent + "{")
                    start = i;
                else if (start > 0 && lines[i].StartsWith(indent + "}", StringComparison.Ordinal))
                {
                    if (!TypeHead().IsMatch(lines[start - 1]))
                        yield return (lines[start - 1].Trim(), i - start - 1);
                    start = -1;
                }
            }
        }
    }

    // An expression in braces is a table or an object, not a method.
    [GeneratedRegex(@"\b(class|record|struct|interface|enum)\b|^\s+where |=>|= *$|= new\(")]
    private static partial Regex TypeHead();

    // A record's constructor is its list of members, not of its collaborators.
    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;
}
