using System.Text.Json;
using System.Text.Json.Serialization;

namespace IdentityProvider.Protocol.TrustedIssuers;

/// <summary>
/// A trusted issuer on the wire. The names are this server's own, but for <c>jwks</c> and <c>jwks_uri</c> (RFC 7591 §2). A null member is absent.
/// </summary>
public sealed record TrustedIssuerMetadata
{
    public string? Issuer { get; init; }

    public JsonElement? Jwks { get; init; }

    public string? JwksUri { get; init; }

    public IReadOnlyList<string>? Clients { get; init; }

    public string? UsernameClaim { get; init; }

    /// <summary>Separated by spaces.</summary>
    public string? Scope { get; init; }

    /// <summary>The metadata as it stands. Reading it again gives the same issuer.</summary>
    public static TrustedIssuerMetadata Of(TrustedIssuer issuer)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        return new()
        {
            Issuer = issuer.Issuer,
            Jwks = issuer.Jwks?.Document,
            JwksUri = issuer.JwksUri,
            Clients = issuer.Clients,
            UsernameClaim = issuer.UsernameClaim,
            Scope = issuer.Scope.ToString(),
        };
    }
}

/// <summary>The wire form, source-generated.</summary>
[JsonSerializable(typeof(TrustedIssuerMetadata))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
public sealed partial class TrustedIssuerMetadataJson : JsonSerializerContext;
