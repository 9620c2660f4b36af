using System.Reflection;
using System.Xml.Linq;

namespace IdentityProvider.Server.Tests.Architecture;

/// <summary>Arrows point only as DESIGN §1 draws them.</summary>
public sealed class ArrowTests
{
    [Fact]
    public void Jose_references_the_framework_alone() => Assert.Empty(OurReferences(Tree.Jose));

    [Fact]
    public void Protocol_references_Jose_alone() => Assert.Equal(["IdentityProvider.Jose"], OurReferences(Tree.Protocol));

    [Fact]
    public void Storage_references_no_more_than_Protocol_and_Jose() =>
        Assert.Empty(OurReferences(Tree.Storage).Except(["IdentityProvider.Jose", "IdentityProvider.Protocol"]));

    [Fact]
    public void The_verifier_references_Jose_alone() => Assert.Equal(["IdentityProvider.Jose"], OurReferences(Tree.Verifier));

    [Fact]
    public void The_verifier_for_ASP_NET_Core_references_the_verifier_alone() => Assert.Equal(["IdentityProvider.Verifier"], OurReferences(Tree.VerifierAspNetCore));

    [Fact]
    public void The_server_knows_no_verifier() =>
        Assert.DoesNotContain(OurReferences(Tree.Server).Concat(OurReferences(Tree.Storage)), name => name.StartsWith("IdentityProvider.Verifier", StringComparison.Ordinal));

    [Theory]
    [InlineData("IdentityProvider.Jose")]
    [InlineData("IdentityProvider.Protocol")]
    [InlineData("IdentityProvider.Verifier")]
    public void The_pure_core_takes_no_package_and_no_web_framework(string project)
    {
        var document = XDocument.Parse(Tree.Read($"src/{project}/{project}.csproj"));
        Assert.Empty(document.Descendants("PackageReference").Concat(document.Descendants("FrameworkReference")));
    }

    [Fact]
    public void Only_Storage_knows_a_DbContext()
    {
        var outside = Tree.SourceFiles("src").Where(f => !f.StartsWith("src/IdentityProvider.Storage/", StringComparison.Ordinal))
            .Where(f => Tree.Read(f).Contains("Microsoft.EntityFrameworkCore", StringComparison.Ordinal) || Tree.Read(f).Contains("DbContext", StringComparison.Ordinal));
        Assert.Empty(outside);
    }

    [Fact]
    public void Only_Entropy_draws_randomness() =>
        Assert.Equal(
            ["src/IdentityProvider.Server/Entropy.cs"],
            Tree.SourceFiles("src").Where(f => Tree.Read(f).Contains("RandomNumberGenerator", StringComparison.Ordinal)));

    [Fact]
    public void Log_messages_stand_in_one_file()
    {
        var elsewhere = Tree.SourceFiles("src").Where(f => !f.EndsWith("Telemetry/Log.cs", StringComparison.Ordinal))
            .Where(f => Tree.Read(f) is var text && (text.Contains("[LoggerMessage(", StringComparison.Ordinal)
                || new[] { ".LogTrace(", ".LogDebug(", ".LogInformation(", ".LogWarning(", ".LogError(", ".LogCritical(" }.Any(call => text.Contains(call, StringComparison.Ordinal))));
        Assert.Empty(elsewhere);
    }

    [Fact]
    public void Slices_share_only_Http_Protocol_and_Storage()
    {
        var slices = Directory.GetDirectories(Path.Combine(Tree.Root.FullName, "src/IdentityProvider.Server/Endpoints")).Select(Path.GetFileName).ToArray();
        var crossings =
            from slice in slices
            from file in Tree.SourceFiles($"src/IdentityProvider.Server/Endpoints/{slice}")
            from other in slices
            where other != slice && Tree.Read(file).Contains($"using IdentityProvider.Server.Endpoints.{other};", StringComparison.Ordinal)
            select $"{file} uses {other}";
        Assert.Empty(crossings);
    }

    [Fact]
    public void No_page_issues_anything()
    {
        var minting = Tree.SourceFiles("src/IdentityProvider.Server/Pages")
            .Where(f => Tree.Read(f) is var text && (text.Contains("AuthorizationCodes", StringComparison.Ordinal) || text.Contains("KeyRing", StringComparison.Ordinal)));
        Assert.Empty(minting);
    }

    private static IEnumerable<string> OurReferences(Assembly assembly) =>
        assembly.GetReferencedAssemblies().Select(r => r.Name!).Where(n => n.StartsWith("IdentityProvider.", StringComparison.Ordinal) || n == "idp").Order();
}
