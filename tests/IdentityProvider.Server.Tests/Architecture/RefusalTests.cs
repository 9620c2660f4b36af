using IdentityProvider.Protocol;

namespace IdentityProvider.Server.Tests.Architecture;

/// <summary>Every reason to refuse is given by some rule and asked for by some test; one that nothing gives would be a check that was lost.</summary>
public sealed class RefusalTests
{
    [Fact]
    public void Every_refusal_is_named_by_a_rule_and_by_a_test()
    {
        var rules = TextOf("src", except: "Refusals.cs");
        var tests = TextOf("tests", except: nameof(RefusalTests) + ".cs");
        Assert.Empty(Enum.GetNames<Refusal>().Where(name => !Names(rules, name)).Select(name => $"{name} is given by no rule"));
        Assert.Empty(Enum.GetNames<Refusal>().Where(name => !Names(tests, name)).Select(name => $"{name} is asked for by no test"));
    }

    private static string TextOf(string below, string except) =>
        string.Join('\n', Tree.SourceFiles(below).Where(f => Path.GetFileName(f) != except).Select(Tree.Read));

    private static bool Names(string text, string refusal) => System.Text.RegularExpressions.Regex.IsMatch(text, $@"\bRefusal\.{refusal}\b");
}
