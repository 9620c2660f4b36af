using System.Text.Json;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Protocol.Import.Keycloak;

/// <summary>From the export of a realm to what can be registered here (docs/migrating.md).</summary>
public static class KeycloakImport
{
    /// <summary>Stars stand where an export leaves a secret out.</summary>
    private const string Masked = "**********";

    private const int MostNamed = 10;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64 };

    /// <summary>Reads and decides.</summary>
    /// <param name="files">The realm's file, and those of its people where they have files of their own; each one realm or a list of them.</param>
    /// <param name="name">Which realm; null where there is one only.</param>
    /// <param name="choices">What whoever imports decides.</param>
    public static Validated<Imported> Read(IEnumerable<ReadOnlyMemory<byte>> files, string? name, ImportChoices choices)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(choices);
        var parts = new List<KeycloakRealm>();
        foreach (var (at, file) in files.Index())
        {
            try
            {
                parts.AddRange(RealmsIn(file));
            }
            catch (JsonException e)
            {
                return new MetadataError($"file {at + 1}", $"is no export of a realm as JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}{(e.Path is { } path && PlainText.IsPlain(path, 200) ? $", {path}" : "")})");
            }
        }

        // 1. One realm: one issuer there, and one here.
        var realms = parts.Select(part => part.Realm).Distinct(StringComparer.Ordinal).ToList();
        if (realms is not [{ Length: > 0 }] && name is null)
            return new MetadataError("realm", realms is [] or [null] or [""] ? "none is named in the file" : $"there are several, of which --realm chooses one: {string.Join(", ", realms.Take(MostNamed).Select(realm => realm is not null && PlainText.IsPlain(realm, 100) ? realm : "one without a name that can be said"))}");
        var chosen = parts.Where(part => part.Realm == (name ?? realms[0])).ToList();
        if (chosen.Count == 0)
            return new MetadataError("realm", "there is none of that name in the file");

        // 2. The file of the realm itself is the one with clients in it; in the others are people.
        var main = chosen.FirstOrDefault(part => part.Clients is not null) ?? chosen[0];
        return Validated.Of(Read(main with { Users = [.. chosen.SelectMany(part => part.Users ?? [])] }, choices));
    }

    private static Imported Read(KeycloakRealm realm, ImportChoices choices)
    {
        var report = new ImportReport();
        Tell(realm, report);
        var roles = new KeycloakRoles(realm, report);
        var groups = new KeycloakGroups(realm, roles, report);
        var intake = new ApiIntake(choices, report);
        var apis = new KeycloakApis(realm, intake, report);
        var resources = intake.Decided();
        var (clients, secrets) = Clients(realm, new KeycloakClients(apis, choices, report), new ClientIntake([.. resources.Select(api => api.Resource)], choices, report));
        var people = new KeycloakPeople(realm, roles, groups, choices, report);
        return new Imported
        {
            Configuration = new()
            {
                Resources = [.. resources.Select(api => api.Metadata)],
                Roles = roles.All,
                Groups = [.. groups.All.OrderBy(group => group.Group, StringComparer.Ordinal)],
                Clients = clients,
            },
            People = [.. (realm.Users ?? []).Select(people.Read).OfType<ImportedPerson>()],
            Secrets = secrets,
            Left = report.Left,
        };
    }

    private static (List<ClientMetadata> Clients, Dictionary<string, IReadOnlyList<ImportedSecret>> Secrets) Clients(KeycloakRealm realm, KeycloakClients reading, ClientIntake intake)
    {
        var clients = new List<ClientMetadata>();
        var secrets = new Dictionary<string, IReadOnlyList<ImportedSecret>>(StringComparer.Ordinal);
        foreach (var client in (realm.Clients ?? []).DistinctBy(client => client.ClientId).OrderBy(client => client.ClientId, StringComparer.Ordinal))
        {
            if (reading.Read(client) is not { } written || intake.Take(written) is not { } taken)
                continue;
            clients.Add(taken);
            if (taken.TokenEndpointAuthMethod is null && client.Secret is { Length: > 0 } secret && secret != Masked)
                secrets[taken.ClientId!] = [new(SecretHash.Of(secret), null)];
        }

        return (clients, secrets);
    }

    // What is of the realm as a whole.
    private static void Tell(KeycloakRealm realm, ImportReport report)
    {
        foreach (var provider in realm.IdentityProviders ?? [])
            report.Add(LeftBehind.OfServer, provider.Alias ?? "", $"identity provider {provider.ProviderId}", "its secret is not in the export: `idp upstreams create` makes it; people's links to it come along once it is there");
        if (realm.Components?.GetValueOrDefault("org.keycloak.storage.UserStorageProvider") is { ValueKind: JsonValueKind.Array } directories)
        {
            foreach (var directory in directories.EnumerateArray())
                report.Add(LeftBehind.OfServer, directory.ValueKind is JsonValueKind.Object && directory.TryGetProperty("name", out var named) ? KeycloakText.Of(named) ?? "" : "", "user federation", "no directory is asked at sign-in here: an upstream may stand before it");
        }

        foreach (var flow in (realm.AuthenticationFlows ?? []).Where(flow => !flow.BuiltIn))
            report.Add(LeftBehind.OfServer, flow.Alias ?? "", "authentication flow", "what a sign-in asks for is said by roles, clients and acr here (docs/people.md)");
    }

    private static IEnumerable<KeycloakRealm> RealmsIn(ReadOnlyMemory<byte> file)
    {
        var root = JsonElement.Parse(MetadataJson.WithoutByteOrderMark(file.Span), Strict);
        RefuseNulls(root);
        return root.ValueKind is JsonValueKind.Array ? [.. root.EnumerateArray().Select(Realm)] : [Realm(root)];

        static KeycloakRealm Realm(JsonElement element) => element.Deserialize(KeycloakJson.Default.KeycloakRealm) ?? throw new JsonException();
    }

    // A null in a list is no client, role or person.
    private static void RefuseNulls(JsonElement element)
    {
        if (element.ValueKind is JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
                RefuseNulls(member.Value);
        }
        else if (element.ValueKind is JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                if (item.ValueKind is JsonValueKind.Null)
                    throw new JsonException("a list holds null");
                RefuseNulls(item);
            }
        }
    }
}
