using System.Text.RegularExpressions;
using IdentityProvider.Server.Tests.Architecture;

namespace IdentityProvider.Server.Tests.Deploy;

/// <summary>docs/security.md: a defence stands there with the test that shows it, and that test is there.</summary>
public sealed partial class SecurityPageTests
{
    private static readonly string Page = Tree.Read("docs/security.md");

    [Fact]
    public void Each_defence_names_a_test()
    {
        var rows = Page[Page.IndexOf("## What stands in the way", StringComparison.Ordinal)..].Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| attack ", StringComparison.Ordinal)).ToList();
        Assert.True(rows.Count > 40);
        Assert.All(rows, row => Assert.True(Named().IsMatch(row.Split(" | ")[^1]) || NamedOfNode().IsMatch(row.Split(" | ")[^1]), row));
    }

    [Fact]
    public void Each_test_that_it_names_is_there()
    {
        var sources = Tree.SourceFiles("tests").Select(Tree.Read).ToList();
        var gone = Named().Matches(Page).Select(match => (Class: match.Groups[1].Value, Method: match.Groups[2].Value))
            .Where(test => !sources.Any(source => Regex.IsMatch(source, $@"\bclass {test.Class}\b") && Regex.IsMatch(source, $@"\b{test.Method}\(")));
        Assert.Empty(gone);
    }

    [Fact]
    public void Each_test_of_Node_that_it_names_is_there()
    {
        var named = NamedOfNode().Matches(Page).Select(match => (File: match.Groups[1].Value, Title: match.Groups[2].Value)).ToList();
        Assert.NotEmpty(named);
        Assert.All(named, test => Assert.Contains($"'{test.Title}'", Tree.Read($"tests/deploy/{test.File}").Replace("\\'", "'", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [GeneratedRegex(@"`([A-Z]\w+)\.([A-Z]\w*_\w+)`")]
    private static partial Regex Named();

    [GeneratedRegex(@"`(\w+\.test\.js): ([^`]+)`")]
    private static partial Regex NamedOfNode();
}
