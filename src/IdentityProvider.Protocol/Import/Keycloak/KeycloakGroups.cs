using IdentityProvider.Protocol.AsCode;
using IdentityProvider.Protocol.Claims;

namespace IdentityProvider.Protocol.Import.Keycloak;

/// <summary>A realm's tree of groups, flat: each is named by its path, and has the roles of those above it too, as its people have them there.</summary>
internal sealed class KeycloakGroups
{
    private const int LongestName = 100;

    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<GroupMetadata> _all = [];

    public KeycloakGroups(KeycloakRealm realm, KeycloakRoles roles, ImportReport report)
    {
        foreach (var group in realm.Groups ?? [])
            Add(group, "", [], roles, report);
    }

    public IReadOnlyList<GroupMetadata> All => _all;

    /// <summary>The name here; null where the group stays behind.</summary>
    public string? NameOf(string path) => _names.GetValueOrDefault(path);

    private void Add(KeycloakGroup group, string above, IReadOnlyList<string> inherited, KeycloakRoles roles, ImportReport report)
    {
        var path = group.Path ?? $"{above}/{group.Name}";
        var name = path.TrimStart('/');
        IReadOnlyList<string> having = [.. roles.NamesOf(group.RealmRoles, group.ClientRoles).Union(inherited, StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)];
        var why = !PlainText.IsPlain(name, LongestName) ? $"must be plain text of at most {LongestName} characters, with the names above it"
            : having.Count > ClaimMapping.MostRoles ? $"has more than {ClaimMapping.MostRoles} roles"
            : !_taken.Add(name) ? "another has this name already, however it is written"
            : null;
        if (why is null)
        {
            _names[path] = name;
            _all.Add(new GroupMetadata { Group = name, Roles = having });
        }
        else
        {
            report.Add(LeftBehind.OfGroup, path, "", why);
        }

        if (group.Attributes?.Count > 0)
            report.Add(LeftBehind.OfGroup, path, "attributes", "groups have none here");
        foreach (var below in group.SubGroups ?? [])
            Add(below, path, having, roles, report);
    }
}
