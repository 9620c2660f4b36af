using System.Text.Json.Serialization;

namespace IdentityProvider.Protocol.Registration;

/// <summary>A policy as an operator writes it and as it is kept. A null member is absent. The names are this server's own.</summary>
public record RegistrationPolicyMetadata
{
    public string? Name { get; init; }

    /// <summary>Separated by spaces.</summary>
    public string? Scope { get; init; }

    public IReadOnlyList<string>? Resources { get; init; }

    public IReadOnlyList<string>? GrantTypes { get; init; }

    public IReadOnlyList<string>? RedirectHosts { get; init; }

    public bool? RequireSoftwareStatement { get; init; }

    public string? SoftwareStatementIssuer { get; init; }

    public string? SoftwareStatementJwksUri { get; init; }

    public bool? RequirePkce { get; init; }

    public int? MaxClients { get; init; }

    public static RegistrationPolicyMetadata Of(RegistrationPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new()
        {
            Name = policy.Name,
            Scope = policy.Scope.ToString(),
            Resources = policy.Resources,
            GrantTypes = policy.GrantTypes,
            RedirectHosts = policy.RedirectHosts,
            RequireSoftwareStatement = policy.RequireSoftwareStatement,
            SoftwareStatementIssuer = policy.SoftwareStatementIssuer,
            SoftwareStatementJwksUri = policy.SoftwareStatementJwksUri,
            RequirePkce = policy.RequirePkce,
            MaxClients = policy.MaxClients,
        };
    }
}

/// <summary>The wire form, source-generated.</summary>
[JsonSerializable(typeof(RegistrationPolicyMetadata))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
public sealed partial class RegistrationPolicyJson : JsonSerializerContext;
