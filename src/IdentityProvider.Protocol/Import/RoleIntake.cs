using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.AsCode;

namespace IdentityProvider.Protocol.Import;

/// <summary>Names of roles as they are found. None that opens administration here comes along: what it opened there was something else.</summary>
internal sealed class RoleIntake(ImportReport report)
{
    private const int LongestName = 100;

    private readonly Dictionary<string, string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _refused = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<RoleMetadata> All => [.. _names.Values.Order(StringComparer.Ordinal).Select(name => new RoleMetadata { Role = name })];

    /// <summary>The name here, which is one however it is written; null where the role stays behind.</summary>
    public string? Take(string name)
    {
        if (_names.TryGetValue(name, out var taken))
            return taken;
        var why = AdminRules.IsPrivileged(name) ? "opens the administration of this server: give it by hand (`idp users grant-role`), or rename it there first"
            : PlainText.IsPlain(name, LongestName) ? null
            : $"must be plain text of at most {LongestName} characters";
        if (why is null)
            return _names[name] = name;
        if (_refused.Add(name))
            report.Add(LeftBehind.OfRole, name, "", why);
        return null;
    }

    /// <summary>The names here of these, each once, in order.</summary>
    public IReadOnlyList<string> Take(IEnumerable<string> names) =>
        [.. names.Select(Take).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)];
}
