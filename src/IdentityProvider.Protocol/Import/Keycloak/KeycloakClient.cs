namespace IdentityProvider.Protocol.Import.Keycloak;

/// <summary>A client of a realm.</summary>
internal sealed record KeycloakClient
{
    public string? ClientId { get; init; }

    public string? Name { get; init; }

    public string? RootUrl { get; init; }

    public string? BaseUrl { get; init; }

    /// <summary>True where nothing is said.</summary>
    public bool? Enabled { get; init; }

    public string? ClientAuthenticatorType { get; init; }

    /// <summary>In the clear, or stars where the export left it out.</summary>
    public string? Secret { get; init; }

    public IReadOnlyList<string>? RedirectUris { get; init; }

    public IReadOnlyList<string>? WebOrigins { get; init; }

    public bool BearerOnly { get; init; }

    public bool ConsentRequired { get; init; }

    /// <summary>True where nothing is said.</summary>
    public bool? StandardFlowEnabled { get; init; }

    public bool ImplicitFlowEnabled { get; init; }

    public bool DirectAccessGrantsEnabled { get; init; }

    public bool ServiceAccountsEnabled { get; init; }

    public bool AuthorizationServicesEnabled { get; init; }

    public bool PublicClient { get; init; }

    public string? Protocol { get; init; }

    public Dictionary<string, string?>? Attributes { get; init; }

    public IReadOnlyList<KeycloakMapper>? ProtocolMappers { get; init; }

    public IReadOnlyList<string>? DefaultClientScopes { get; init; }

    public IReadOnlyList<string>? OptionalClientScopes { get; init; }

    public string? this[string attribute] => Attributes?.GetValueOrDefault(attribute) is { Length: > 0 } value ? value : null;

    public bool Is(string attribute) => string.Equals(this[attribute], "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Null where nothing was said.</summary>
    public bool? Said(string attribute) => this[attribute] is null ? null : Is(attribute);
}
