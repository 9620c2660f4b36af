using System.Text.Json;

namespace IdentityProvider.Protocol.Import.Keycloak;

/// <summary>A person of a realm.</summary>
internal sealed record KeycloakUser
{
    public string? Id { get; init; }

    public string? Username { get; init; }

    /// <summary>True where nothing is said.</summary>
    public bool? Enabled { get; init; }

    public string? Email { get; init; }

    public bool EmailVerified { get; init; }

    public string? FirstName { get; init; }

    public string? LastName { get; init; }

    /// <summary>Each a list of texts.</summary>
    public Dictionary<string, JsonElement>? Attributes { get; init; }

    public IReadOnlyList<KeycloakCredential>? Credentials { get; init; }

    public IReadOnlyList<string>? RealmRoles { get; init; }

    public Dictionary<string, IReadOnlyList<string>?>? ClientRoles { get; init; }

    /// <summary>By their paths.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    public IReadOnlyList<string>? RequiredActions { get; init; }

    public IReadOnlyList<KeycloakLink>? FederatedIdentities { get; init; }

    /// <summary>The directory that the person is of.</summary>
    public string? FederationLink { get; init; }

    /// <summary>The client whose service account this is.</summary>
    public string? ServiceAccountClientId { get; init; }
}

/// <summary>What a person proves themselves by.</summary>
internal sealed record KeycloakCredential
{
    public string? Type { get; init; }

    /// <summary>JSON in a text, since version 8.</summary>
    public string? SecretData { get; init; }

    /// <summary>JSON in a text, since version 8.</summary>
    public string? CredentialData { get; init; }

    /// <summary>In the clear: of a file that somebody wrote by hand.</summary>
    public string? Value { get; init; }

    public string? HashedSaltedValue { get; init; }

    public string? Salt { get; init; }

    public int? HashIterations { get; init; }

    public string? Algorithm { get; init; }
}

/// <summary>Who a person is at another identity provider.</summary>
internal sealed record KeycloakLink
{
    public string? IdentityProvider { get; init; }

    public string? UserId { get; init; }
}
