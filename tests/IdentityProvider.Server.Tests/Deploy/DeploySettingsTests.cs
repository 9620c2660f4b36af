using System.Text.RegularExpressions;
using IdentityProvider.Server.Tests.Architecture;
using Microsoft.Extensions.Configuration;

namespace IdentityProvider.Server.Tests.Deploy;

/// <summary>What deploy/ and the pages set is a setting of this server.</summary>
public sealed partial class DeploySettingsTests
{
    public static TheoryData<string> Files =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Tree.Root.FullName, "deploy"), "*", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(Tree.Root.FullName, "docs"), "*.md"))
            .Select(file => Path.GetRelativePath(Tree.Root.FullName, file))
            .Where(file => Names(file).Count > 0),
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Is_a_setting_that_there_is(string file)
    {
        foreach (var name in Names(file))
        {
            var key = name.Replace("__", ":", StringComparison.Ordinal);
            key = key.EndsWith(":File", StringComparison.Ordinal) ? key[..^":File".Length] : key;
            Assert.False(IsUnknown(key), $"{file}: {name}");
        }
    }

    [Fact]
    public void Is_found_where_it_is_wrong() => Assert.True(IsUnknown("Idp:Database:Conection") && IsUnknown("Idp:Forwarding:Proxies:0") && !IsUnknown("Idp:Shutdown:Notice"));

    private static List<string> Names(string file) =>
        [.. Name().Matches(Tree.Read(file)).Select(match => match.Value.TrimEnd('_')).Where(name => !name.EndsWith("__…", StringComparison.Ordinal)).Distinct()];

    // A value of the wrong kind is refused for its value, and so the setting is one.
    private static bool IsUnknown(string key)
    {
        try
        {
            Settings.Load(new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(key, (string?)"1")]).Build(), isDevelopment: true, Path.GetTempPath());
            return false;
        }
        catch (SettingsException e)
        {
            return e.Message.StartsWith("Idp has no setting", StringComparison.Ordinal);
        }
    }

    [GeneratedRegex(@"\bIdp__[A-Za-z0-9_]+[A-Za-z0-9]")]
    private static partial Regex Name();
}
