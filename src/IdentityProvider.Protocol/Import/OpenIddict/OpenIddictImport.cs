using System.Text.Json;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Import.AspNetIdentity;

namespace IdentityProvider.Protocol.Import.OpenIddict;

/// <summary>From OpenIddict's applications and scopes to what can be registered here (docs/migrating.md).</summary>
public static class OpenIddictImport
{
    /// <summary>Reads and decides.</summary>
    /// <param name="tables">What is there.</param>
    /// <param name="choices">What whoever imports decides.</param>
    /// <param name="now">The moment.</param>
    public static Imported Read(OpenIddictTables tables, ImportChoices choices, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(choices);
        var report = new ImportReport();
        var apis = new ApiIntake(choices, report);
        foreach (var scope in tables.Scopes.Where(scope => scope.Name is { Length: > 0 } name && !ScopeSet.Identity.Contains(name)))
        {
            foreach (var api in ListOf(scope.Resources).DefaultIfEmpty(ApiIntake.Unowned))
                apis.Scope(apis.Api(api), scope.Name!, scope.Description ?? scope.DisplayName);
        }

        var resources = apis.Decided();
        var intake = new ClientIntake([.. resources.Select(api => api.Resource)], choices, report);
        var clients = tables.Applications.OrderBy(application => application.ClientId, StringComparer.Ordinal)
            .Select(application => Read(application, apis, choices, report)).OfType<ClientMetadata>().Select(intake.Take).OfType<ClientMetadata>().ToList();
        var roles = new RoleIntake(report);
        _ = roles.Take(tables.Roles);
        var people = new AspNetPeople(roles, choices, report);
        return new Imported
        {
            People = [.. tables.Users.Select(user => people.Read(user, now)).OfType<ImportedPerson>()],
            Configuration = new() { Resources = [.. resources.Select(api => api.Metadata)], Roles = roles.All, Clients = clients },
            Left = report.Left,
        };
    }

    private static ClientMetadata? Read(OpenIddictApplication application, ApiIntake apis, ImportChoices choices, ImportReport report)
    {
        if (application.ClientId is not { Length: > 0 } id)
            return null;
        var permissions = ListOf(application.Permissions);
        var requirements = ListOf(application.Requirements);
        var grants = Of(permissions, "gt:");
        var isPublic = application.ClientType is "public";
        List<string> scopes = [ScopeSet.OpenId, .. Of(permissions, "scp:"), .. grants.Contains(GrantTypes.RefreshToken) ? [ScopeSet.OfflineAccess] : Array.Empty<string>()];
        var keys = KeysOf(application, report);
        Tell(application, id, keys is not null, report);
        return new ClientMetadata
        {
            ClientId = id,
            ClientName = application.DisplayName,
            ApplicationType = application.ApplicationType is "native" ? "native" : null,
            RedirectUris = ListOf(application.RedirectUris),
            PostLogoutRedirectUris = ListOf(application.PostLogoutRedirectUris),
            GrantTypes = grants,
            TokenEndpointAuthMethod = isPublic ? "none" : keys is not null && !application.HasSecret ? "private_key_jwt" : null,
            Jwks = keys,
            Scope = string.Join(' ', scopes),
            Resources = [.. scopes.SelectMany(apis.Defining).Distinct(StringComparer.Ordinal)],
            // An API asks about the tokens whose audience is its own name.
            Introspects = permissions.Contains("ept:introspection") && !isPublic && apis.Has(choices.IdentifierOf(id)) ? [choices.IdentifierOf(id)] : null,
            RequirePkce = isPublic || requirements.Contains("ft:pkce") ? null : false,
            RequirePushedAuthorizationRequests = requirements.Contains("ft:par") ? true : null,
            RequireConsent = application.ConsentType is not "implicit",
        };
    }

    private static void Tell(OpenIddictApplication application, string id, bool hasKeys, ImportReport report)
    {
        if (application is { HasSecret: true, ClientType: not "public" })
            report.Add(LeftBehind.OfClient, id, "client_secret", "is kept there by a hash that is costly to verify; the client gets a new one here, shown once");
        else if (application.ClientType is not "public" && !hasKeys)
            report.Add(LeftBehind.OfClient, id, "client_secret", "has none there; the client gets one here, shown once");
        if (application.ConsentType is "external")
            report.Add(LeftBehind.OfClient, id, "consent external", "consents given elsewhere are not known here: people are asked");
        if (application.Settings?.Contains("tkn_lft", StringComparison.Ordinal) == true)
            report.Add(LeftBehind.OfClient, id, "token lifetimes", "how long a token lives is the API's to say");
    }

    private static JsonElement? KeysOf(OpenIddictApplication application, ImportReport report)
    {
        if (application.JsonWebKeySet is not { Length: > 0 } text)
            return null;
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            report.Add(LeftBehind.OfClient, application.ClientId ?? "", "jwks", "is not JSON");
            return null;
        }
    }

    private static List<string> Of(IReadOnlyList<string> permissions, string prefix) =>
        [.. permissions.Where(permission => permission.StartsWith(prefix, StringComparison.Ordinal)).Select(permission => permission[prefix.Length..]).Distinct(StringComparer.Ordinal)];

    private static List<string> ListOf(string? json)
    {
        try
        {
            var list = string.IsNullOrWhiteSpace(json) ? default : JsonElement.Parse(json);
            return list.ValueKind is JsonValueKind.Array ? [.. list.EnumerateArray().Where(item => item.ValueKind is JsonValueKind.String).Select(item => item.GetString()!)] : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return [];
        }
    }
}
