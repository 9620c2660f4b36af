namespace IdentityProvider.Protocol.Import.Keycloak;

/// <summary>
/// A realm's client scopes as scopes of APIs. A scope that adds an audience is one of that API's; any other is of the realm, which has one API for all
/// of them, since a scope here is always somebody's.
/// </summary>
internal sealed class KeycloakApis
{
    /// <summary>What Keycloak has of its own beside OpenID Connect's scopes: they fill tokens, and nobody asks for them.</summary>
    private static readonly string[] Own = ["acr", "basic", "microprofile-jwt", "organization", "role_list", "roles", "saml_organization", "service_account", "web-origins"];

    private readonly ApiIntake _apis;
    private readonly HashSet<string> _scopes = new(StringComparer.Ordinal);

    public KeycloakApis(KeycloakRealm realm, ApiIntake apis, ImportReport report)
    {
        _apis = apis;
        foreach (var client in (realm.Clients ?? []).Where(client => client is { BearerOnly: true, ClientId.Length: > 0 } && !KeycloakRoles.IsOwnClient(client.ClientId)))
            apis.Api(client.ClientId!, client.Name, realm.AccessTokenLifespan);
        foreach (var scope in (realm.ClientScopes ?? []).Where(scope => scope.Protocol is null or "openid-connect"))
        {
            if (scope.Name is not { Length: > 0 } name || Own.Contains(name, StringComparer.Ordinal) || ScopeSet.Identity.Contains(name))
                continue;
            _scopes.Add(name);
            var audiences = AudiencesOf(scope.ProtocolMappers).DefaultIfEmpty(realm.Realm ?? "realm");
            foreach (var audience in audiences)
                apis.Scope(apis.Api(audience, audience == realm.Realm ? realm.DisplayName : null, realm.AccessTokenLifespan), name, scope.Description);
            foreach (var mapper in Others(scope.ProtocolMappers))
                report.Add(LeftBehind.OfScope, name, mapper, "what tokens carry is said of an API or a client here (`claims`)");
        }

        foreach (var audience in (realm.Clients ?? []).SelectMany(client => AudiencesOf(client.ProtocolMappers)))
            apis.Api(audience, lifetime: realm.AccessTokenLifespan);
    }

    /// <summary>Whether a scope is one that a request here can name.</summary>
    public bool Knows(string scope) => _scopes.Contains(scope) || ScopeSet.Identity.Contains(scope);

    /// <summary>The APIs that a client asks tokens for: those of its scopes, and those that its own mappers name.</summary>
    public IReadOnlyList<string> Of(KeycloakClient client, IEnumerable<string> scopes, ImportChoices choices) =>
        [.. scopes.SelectMany(_apis.Defining).Concat(AudiencesOf(client.ProtocolMappers).Select(choices.IdentifierOf)).Distinct(StringComparer.Ordinal)];

    /// <summary>The mappers that do something else than name an audience, by their kinds.</summary>
    public static IEnumerable<string> Others(IReadOnlyList<KeycloakMapper>? mappers) => (mappers ?? [])
        .Where(mapper => mapper.ProtocolMapper is { Length: > 0 } and not KeycloakMapper.Audience)
        .Select(mapper => $"mapper {mapper.ProtocolMapper}").Distinct(StringComparer.Ordinal);

    private static IEnumerable<string> AudiencesOf(IReadOnlyList<KeycloakMapper>? mappers) => (mappers ?? [])
        .Where(mapper => mapper.ProtocolMapper == KeycloakMapper.Audience)
        .Select(mapper => mapper.Config?.GetValueOrDefault("included.client.audience") is { Length: > 0 } client ? client : mapper.Config?.GetValueOrDefault("included.custom.audience"))
        .OfType<string>().Where(audience => audience.Length > 0);
}
