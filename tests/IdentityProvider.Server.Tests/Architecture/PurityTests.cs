using System.Reflection;
using System.Text.RegularExpressions;

namespace IdentityProvider.Server.Tests.Architecture;

/// <summary>The core is values in, decisions out: no Task, clock, randomness, environment or network in Protocol and Jose.</summary>
public sealed partial class PurityTests
{
    public static TheoryData<string> PureAssemblies => ["IdentityProvider.Jose", "IdentityProvider.Protocol"];

    [Theory]
    [MemberData(nameof(PureAssemblies))]
    public void No_member_speaks_of_tasks(string assembly)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        var asynchronous =
            from type in Assembly.Load(assembly).GetTypes()
            from method in type.GetMethods(all)
            where IsTask(method.ReturnType) || method.GetParameters().Any(p => IsTask(p.ParameterType))
            select $"{type.Name}.{method.Name}";
        Assert.Empty(asynchronous);
    }

    [Theory]
    [MemberData(nameof(PureAssemblies))]
    public void No_line_reads_a_clock_randomness_the_environment_or_the_network(string assembly)
    {
        var impure = Tree.SourceFiles($"src/{assembly}").Where(f => Impure().IsMatch(Tree.Read(f)));
        Assert.Empty(impure);
    }

    [Fact]
    public void The_rules_of_the_verifier_read_none_of_these_either()
    {
        var impure = Tree.SourceFiles("src/IdentityProvider.Verifier/Rules").Where(f => Impure().IsMatch(Tree.Read(f)) || Tree.Read(f).Contains("Task", StringComparison.Ordinal));
        Assert.Empty(impure);
    }

    [Theory]
    [MemberData(nameof(PureAssemblies))]
    public void Nothing_is_static_and_mutable(string assembly)
    {
        var mutable =
            from type in Assembly.Load(assembly).GetTypes()
            where !type.Name.Contains('<', StringComparison.Ordinal) && type.DeclaringType?.Name.Contains('<', StringComparison.Ordinal) != true
            from field in type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly)
            where !field.IsInitOnly && !field.IsLiteral && !field.Name.Contains('<', StringComparison.Ordinal)
            select $"{type.Name}.{field.Name}";
        Assert.Empty(mutable);
    }

    private static bool IsTask(Type type) =>
        typeof(Task).IsAssignableFrom(type) || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>)) || type == typeof(ValueTask);

    [GeneratedRegex(@"\b(RandomNumberGenerator|Random\.|Guid\.NewGuid|DateTime(Offset)?\.(Utc)?Now|TimeProvider|Stopwatch|Environment\.|HttpClient|HttpContext|File\.|ILogger|Console\.)")]
    private static partial Regex Impure();
}
