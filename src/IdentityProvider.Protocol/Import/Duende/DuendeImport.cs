using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Import.AspNetIdentity;

namespace IdentityProvider.Protocol.Import.Duende;

/// <summary>From the configuration store of Duende IdentityServer to what can be registered here (docs/migrating.md).</summary>
public static class DuendeImport
{
    /// <summary>Reads and decides.</summary>
    /// <param name="tables">What is there.</param>
    /// <param name="choices">What whoever imports decides.</param>
    /// <param name="now">The moment.</param>
    public static Imported Read(DuendeTables tables, ImportChoices choices, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(choices);
        var report = new ImportReport();
        var apis = new ApiIntake(choices, report);
        Apis(tables, apis, report);
        var resources = apis.Decided();
        var intake = new ClientIntake([.. resources.Select(api => api.Resource)], choices, report);
        var clients = new List<ClientMetadata>();
        var secrets = new Dictionary<string, IReadOnlyList<ImportedSecret>>(StringComparer.Ordinal);
        var reading = new DuendeClients(apis, choices, report);
        foreach (var (written, keptAs) in reading.All(tables))
        {
            if (intake.Take(written) is not { } taken)
                continue;
            clients.Add(taken);
            if (taken.TokenEndpointAuthMethod is null && keptAs.Count > 0)
                secrets[taken.ClientId!] = keptAs;
        }

        var roles = new RoleIntake(report);
        _ = roles.Take(tables.Roles);
        var people = new AspNetPeople(roles, choices, report);
        return new Imported
        {
            People = [.. tables.Users.Select(user => people.Read(user, now)).OfType<ImportedPerson>()],
            Configuration = new() { Resources = [.. resources.Select(api => api.Metadata)], Roles = roles.All, Clients = clients },
            Secrets = secrets,
            Left = report.Left,
        };
    }

    // Who asks for a scope there gets a token for every API that has it; one that no API has is of an API made for it.
    private static void Apis(DuendeTables tables, ApiIntake apis, ImportReport report)
    {
        var described = tables.Scopes.Where(scope => scope.Name is { Length: > 0 }).DistinctBy(scope => scope.Name).ToDictionary(scope => scope.Name!, StringComparer.Ordinal);
        var owned = new HashSet<string>(StringComparer.Ordinal);
        foreach (var api in tables.Apis.Where(api => api.Name is { Length: > 0 }))
        {
            if (!api.Enabled)
            {
                report.Add(LeftBehind.OfApi, api.Name!, "", "is disabled there; here an API is or isn't");
                continue;
            }

            var identifier = apis.Api(api.Name!, api.DisplayName);
            if (api.Claims.Count > 0)
                report.Add(LeftBehind.OfApi, api.Name!, "claims", "what its tokens carry is said by its `claims`, and only of standard claims, roles and groups");
            foreach (var name in api.Scopes.Where(name => described.GetValueOrDefault(name) is not { Enabled: false }))
            {
                owned.Add(name);
                apis.Scope(identifier, name, DescriptionOf(described.GetValueOrDefault(name)));
            }
        }

        foreach (var scope in described.Values.Where(scope => scope.Enabled && !owned.Contains(scope.Name!)))
            apis.Scope(apis.Api(ApiIntake.Unowned), scope.Name!, DescriptionOf(scope));
        foreach (var scope in described.Values.Where(scope => !scope.Enabled))
            report.Add(LeftBehind.OfScope, scope.Name!, "", "is disabled there; here a scope is or isn't");
        foreach (var name in tables.IdentityResources.Where(name => !ScopeSet.Identity.Contains(name)))
            report.Add(LeftBehind.OfScope, name, "", "is about people and none of OpenID Connect's (Core §5.4): what a client learns beyond those is said by its `claims`");
    }

    private static string? DescriptionOf(DuendeScope? scope) => string.IsNullOrWhiteSpace(scope?.Description) ? scope?.DisplayName : scope.Description;
}
