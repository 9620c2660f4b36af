using System.Text.Json.Serialization;

namespace IdentityProvider.Protocol.Upstream;

/// <summary>An upstream as an operator writes it. The names are this server's own, but for RFC 7591's. A null member is absent.</summary>
public sealed record UpstreamMetadata
{
    public string? Name { get; init; }

    public string? Issuer { get; init; }

    public string? ClientId { get; init; }

    /// <summary>Only on the way in: it is kept sealed, and never shown.</summary>
    public string? ClientSecret { get; init; }

    public string? TokenEndpointAuthMethod { get; init; }

    /// <summary>Separated by spaces.</summary>
    public string? Scope { get; init; }

    public string? Label { get; init; }

    public string? Logo { get; init; }

    public IReadOnlyDictionary<string, string>? Claims { get; init; }

    public string? Create { get; init; }

    public IReadOnlyList<string>? EmailDomains { get; init; }

    public IReadOnlyList<string>? Roles { get; init; }

    public IReadOnlyList<string>? TrustedAcr { get; init; }

    public IReadOnlyList<string>? TrustedAmr { get; init; }

    public string? Logout { get; init; }

    public bool? Enabled { get; init; }

    /// <summary>The metadata as it stands, without the secret. Reading it again gives the same upstream.</summary>
    public static UpstreamMetadata Of(UpstreamProvider upstream)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        return new()
        {
            Name = upstream.Name,
            Issuer = upstream.Issuer,
            ClientId = upstream.ClientId,
            TokenEndpointAuthMethod = UpstreamRules.WireOf(upstream.TokenEndpointAuthMethod),
            Scope = upstream.Scope.ToString(),
            Label = upstream.Label,
            Logo = upstream.Logo,
            Claims = upstream.Claims.Count == 0 ? null : upstream.Claims,
            Create = UpstreamRules.WireOf(upstream.Create),
            EmailDomains = ListOrNull(upstream.EmailDomains),
            Roles = ListOrNull(upstream.Roles),
            TrustedAcr = ListOrNull(upstream.TrustedAcr),
            TrustedAmr = ListOrNull(upstream.TrustedAmr),
            Logout = UpstreamRules.WireOf(upstream.Logout),
            Enabled = upstream.Enabled,
        };
    }

    private static IReadOnlyList<string>? ListOrNull(IReadOnlyList<string> list) => list.Count == 0 ? null : list;
}

/// <summary>The wire form, source-generated.</summary>
[JsonSerializable(typeof(UpstreamMetadata))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
public sealed partial class UpstreamMetadataJson : JsonSerializerContext;
