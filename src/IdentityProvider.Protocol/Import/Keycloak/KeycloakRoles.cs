using IdentityProvider.Protocol.AsCode;

namespace IdentityProvider.Protocol.Import.Keycloak;

/// <summary>
/// A realm's roles by their names here. A client's role has the client's name before its own, as roles here are of the whole server; a composite is
/// unfolded, as roles here hold no others.
/// </summary>
internal sealed class KeycloakRoles
{
    /// <summary>Clients that every realm has for itself.</summary>
    private static readonly string[] OwnClients = ["account", "account-console", "admin-cli", "broker", "realm-management", "security-admin-console", "master-realm"];

    private static readonly string[] OwnRoles = ["offline_access", "uma_authorization"];

    private readonly RoleIntake _intake;
    private readonly Dictionary<(string? Client, string Name), KeycloakRole> _roles = [];
    private readonly HashSet<string> _own;

    public KeycloakRoles(KeycloakRealm realm, ImportReport report)
    {
        _intake = new RoleIntake(report);
        _own = [.. OwnRoles, $"default-roles-{realm.Realm?.ToLowerInvariant()}"];
        if (realm.DefaultRole?.Name is { } everybodys)
            _own.Add(everybodys);
        foreach (var role in realm.Roles?.Realm ?? [])
            Know(null, role);
        foreach (var (client, roles) in realm.Roles?.Client ?? [])
        {
            foreach (var role in roles ?? [])
                Know(client, role);
        }
    }

    public IReadOnlyList<RoleMetadata> All => _intake.All;

    public static bool IsOwnClient(string clientId) => OwnClients.Contains(clientId, StringComparer.Ordinal) || clientId.EndsWith("-realm", StringComparison.Ordinal);

    /// <summary>The names here of the roles that these and what they hold are.</summary>
    public IReadOnlyList<string> NamesOf(IReadOnlyList<string>? realmRoles, Dictionary<string, IReadOnlyList<string>?>? clientRoles)
    {
        var open = new Stack<(string? Client, string Name)>([.. KeysOf(realmRoles, clientRoles)]);
        var seen = new HashSet<(string?, string)>();
        while (open.TryPop(out var key))
        {
            if (!seen.Add(key) || !_roles.TryGetValue(key, out var role))
                continue;
            foreach (var part in KeysOf(role.Composites?.Realm, role.Composites?.Client))
                open.Push(part);
        }

        return _intake.Take(seen.Where(key => !IsOwn(key.Item1, key.Item2)).Select(key => NameOf(key.Item1, key.Item2)));
    }

    /// <summary>Whether somebody runs the realm itself.</summary>
    public static bool Administers(Dictionary<string, IReadOnlyList<string>?>? clientRoles) => clientRoles?.ContainsKey("realm-management") == true;

    private void Know(string? client, KeycloakRole role)
    {
        if (role.Name is not { Length: > 0 } name)
            return;
        _roles[(client, name)] = role;
        if (!IsOwn(client, name))
            _intake.Take(NameOf(client, name));
    }

    private bool IsOwn(string? client, string name) => client is null ? _own.Contains(name) : IsOwnClient(client);

    private static string NameOf(string? client, string name) => client is null ? name : $"{client}:{name}";

    private static IEnumerable<(string? Client, string Name)> KeysOf(IReadOnlyList<string>? realm, Dictionary<string, IReadOnlyList<string>?>? clients) =>
        (realm ?? []).Select(name => ((string?)null, name)).Concat((clients ?? []).SelectMany(client => (client.Value ?? []).Select(name => ((string?)client.Key, name))));
}
