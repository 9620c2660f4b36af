using System.Reflection;

namespace IdentityProvider.Server.Tests.Architecture;

/// <summary>The repository as a test sees it: its files, and the assemblies they were built into.</summary>
internal static class Tree
{
    public static DirectoryInfo Root { get; } = FindRoot();

    public static Assembly Jose { get; } = typeof(Jose.SignatureAlgorithm).Assembly;

    public static Assembly Protocol { get; } = typeof(Protocol.Refusal).Assembly;

    public static Assembly Storage { get; } = typeof(IdentityProvider.Storage.Clients).Assembly;

    public static Assembly Verifier { get; } = typeof(Verifier.AccessTokenVerifier).Assembly;

    public static Assembly VerifierAspNetCore { get; } = typeof(Verifier.AspNetCore.AccessTokenSetup).Assembly;

    public static Assembly Server { get; } = typeof(Settings).Assembly;

    /// <summary>The C# and Razor files below a folder that people write, by their paths from the root.</summary>
    public static IEnumerable<string> SourceFiles(string below) =>
        Directory.EnumerateFiles(Path.Combine(Root.FullName, below), "*.*", SearchOption.AllDirectories)
            .Where(f => f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".razor", StringComparison.Ordinal))
            .Select(f => Path.GetRelativePath(Root.FullName, f))
            .Where(f => !f.Split('/').Any(part => part is "bin" or "obj" or "Migrations" or "node_modules"));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root.FullName, path));

    private static DirectoryInfo FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "IdentityProvider.sln")))
            directory = directory.Parent;
        return directory ?? throw new InvalidOperationException("The tests run inside the repository.");
    }
}
