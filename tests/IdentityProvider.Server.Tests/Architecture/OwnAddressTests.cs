using System.Text.RegularExpressions;

namespace IdentityProvider.Server.Tests.Architecture;

/// <summary>Where the issuer has a path, every address of ours begins with it: pages say At, everything else PageResults.Redirect.</summary>
public sealed partial class OwnAddressTests
{
    [Fact]
    public void No_page_writes_a_path_of_ours_itself()
    {
        var bare = Pages().SelectMany(file => Bare().Matches(Tree.Read(file)).Select(match => $"{file}: {match.Value}"));
        Assert.Empty(bare);
    }

    [Fact]
    public void Nobody_but_PageResults_redirects()
    {
        var others = Tree.SourceFiles("src/IdentityProvider.Server")
            .Where(file => !file.EndsWith("Pages/PageResults.cs", StringComparison.Ordinal) && Redirects().IsMatch(Tree.Read(file)));
        Assert.Empty(others);
    }

    private static List<string> Pages()
    {
        var pages = Tree.SourceFiles("src/IdentityProvider.Server").Where(file => file.EndsWith(".razor", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(pages);
        return pages;
    }

    [GeneratedRegex("""(href|src|action|formaction|poster|data)="(/|@\w*Path\b|@DesignFile|@\w+\.\w*Path\b)[^"]*""")]
    private static partial Regex Bare();

    [GeneratedRegex(@"Headers\.Location\s*=|Headers\[""Location""\]|Response\.Redirect\(|(?<!Page)Results\.Redirect")]
    private static partial Regex Redirects();
}
