using IdentityProvider.Verifier.AspNetCore;

namespace IdentityProvider.Verifier.Tests;

/// <summary>What others compile against changes only where PublicAPI.txt changes with it, and so is seen in review.</summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData("IdentityProvider.Verifier")]
    [InlineData("IdentityProvider.Verifier.AspNetCore")]
    public void The_public_surface_is_the_one_that_the_file_lists(string project)
    {
        var assembly = project.EndsWith("AspNetCore", StringComparison.Ordinal) ? typeof(AccessTokenSetup).Assembly : typeof(AccessTokenVerifier).Assembly;
        var actual = string.Join('\n', PublicApi.Describe(assembly)) + '\n';
        var listed = File.ReadAllText(Path.Combine(Root(), "src", project, "PublicAPI.txt"));
        Assert.True(actual == listed, $"src/{project}/PublicAPI.txt should be:\n{actual}");
    }

    [Fact]
    public void Every_refusal_is_given_by_a_rule_and_asked_for_by_a_test()
    {
        var rules = TextOf("src/IdentityProvider.Verifier", except: "VerifierRefusal.cs");
        var tests = TextOf("tests/IdentityProvider.Verifier.Tests", except: "PublicApiTests.cs");
        var names = Enum.GetNames<VerifierRefusal>().Select(name => $"VerifierRefusal.{name}").ToArray();
        Assert.Empty(names.Where(name => !rules.Contains(name, StringComparison.Ordinal)).Select(name => $"{name} is given by no rule"));
        Assert.Empty(names.Where(name => !tests.Contains(name, StringComparison.Ordinal)).Select(name => $"{name} is asked for by no test"));
    }

    private static string TextOf(string below, string except) => string.Join('\n',
        Directory.EnumerateFiles(Path.Combine(Root(), below), "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != except && !file.Split('/').Any(part => part is "bin" or "obj")).Select(File.ReadAllText));

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "IdentityProvider.sln"))) directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("The tests run inside the repository.");
    }
}
