using System.Text.Json;
using System.Text.Json.Serialization;

namespace IdentityProvider.Protocol.Import.Keycloak;

/// <summary>A realm as <c>kc.sh export</c> writes it: of its hundreds of members those that mean something here.</summary>
internal sealed record KeycloakRealm
{
    public string? Realm { get; init; }

    public string? DisplayName { get; init; }

    public int? AccessTokenLifespan { get; init; }

    public KeycloakRoleSet? Roles { get; init; }

    public KeycloakRole? DefaultRole { get; init; }

    public IReadOnlyList<KeycloakGroup>? Groups { get; init; }

    public IReadOnlyList<KeycloakScope>? ClientScopes { get; init; }

    public IReadOnlyList<string>? DefaultDefaultClientScopes { get; init; }

    public IReadOnlyList<string>? DefaultOptionalClientScopes { get; init; }

    public IReadOnlyList<KeycloakClient>? Clients { get; init; }

    public IReadOnlyList<KeycloakUser>? Users { get; init; }

    public IReadOnlyList<KeycloakProvider>? IdentityProviders { get; init; }

    /// <summary>By kind; directories of people are among them.</summary>
    public Dictionary<string, JsonElement>? Components { get; init; }

    public IReadOnlyList<KeycloakFlow>? AuthenticationFlows { get; init; }
}

internal sealed record KeycloakRoleSet
{
    public IReadOnlyList<KeycloakRole>? Realm { get; init; }

    public Dictionary<string, IReadOnlyList<KeycloakRole>?>? Client { get; init; }
}

internal sealed record KeycloakRole
{
    public string? Name { get; init; }

    public KeycloakComposites? Composites { get; init; }
}

internal sealed record KeycloakComposites
{
    public IReadOnlyList<string>? Realm { get; init; }

    public Dictionary<string, IReadOnlyList<string>?>? Client { get; init; }
}

internal sealed record KeycloakGroup
{
    public string? Name { get; init; }

    public string? Path { get; init; }

    public IReadOnlyList<string>? RealmRoles { get; init; }

    public Dictionary<string, IReadOnlyList<string>?>? ClientRoles { get; init; }

    public IReadOnlyList<KeycloakGroup>? SubGroups { get; init; }

    public Dictionary<string, JsonElement>? Attributes { get; init; }
}

internal sealed record KeycloakScope
{
    public string? Name { get; init; }

    public string? Description { get; init; }

    public string? Protocol { get; init; }

    public IReadOnlyList<KeycloakMapper>? ProtocolMappers { get; init; }
}

internal sealed record KeycloakMapper
{
    public const string Audience = "oidc-audience-mapper";

    public string? Name { get; init; }

    public string? ProtocolMapper { get; init; }

    public Dictionary<string, string?>? Config { get; init; }
}

internal sealed record KeycloakProvider
{
    public string? Alias { get; init; }

    public string? ProviderId { get; init; }

    public Dictionary<string, string?>? Config { get; init; }
}

internal sealed record KeycloakFlow
{
    public string? Alias { get; init; }

    public bool BuiltIn { get; init; }
}

/// <summary>Source-generated. What isn't named above is passed over, as the format has hundreds of members that change with each version.</summary>
[JsonSerializable(typeof(KeycloakRealm))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 64)]
internal sealed partial class KeycloakJson : JsonSerializerContext;
