using System.Text.Json;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.RichAuthorization;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.TrustedIssuers;
using IdentityProvider.Protocol.Upstream;

namespace IdentityProvider.Storage.Rows;

/// <summary>
/// Clients, resources and the terms of grants as they are kept: the metadata of the wire, every default spelt out. What this version can't read is an error and
/// never a guess, which could weaken a client.
/// </summary>
internal static class Documents
{
    public static string Write(Client client) => JsonSerializer.Serialize(ClientMetadata.Of(client), ClientMetadataJson.Default.ClientMetadata);

    public static string Write(Resource resource) => JsonSerializer.Serialize(ResourceMetadata.Of(resource), ResourceMetadataJson.Default.ResourceMetadata);

    public static Client Read(ClientRow row)
    {
        var stored = JsonSerializer.Deserialize(row.Document, ClientMetadataJson.Default.ClientMetadata);
        var client = stored is null ? null : ClientMetadataRules.Restore(stored with { ClientId = row.ClientId });
        return client is null
            ? throw Unreadable("client", row.ClientId)
            : client with
            {
                TokensNotBefore = row.TokensNotBefore,
                RegisteredBy = row.RegisteredBy,
                OperatorMembers = Lists.Split(row.OperatorMembers ?? ""),
                DocumentFreshUntil = row.DocumentFreshUntil,
                Secrets = [.. row.Secrets.OrderByDescending(s => s.CreatedAt).ThenByDescending(s => s.ExpiresAt ?? DateTimeOffset.MaxValue).ThenBy(s => Convert.ToHexString(s.Hash), StringComparer.Ordinal).Select(s => new ClientSecret(s.Hash, s.CreatedAt, s.ExpiresAt))],
            };
    }

    /// <summary>Whether the client registered this member. Asks no more of the document, so that one of a newer version stops nothing.</summary>
    public static bool HasMember(ClientRow row, string name) => JsonElement.Parse(row.Document).TryGetProperty(name, out _);

    public static Resource Read(ResourceRow row)
    {
        var stored = JsonSerializer.Deserialize(row.Document, ResourceMetadataJson.Default.ResourceMetadata);
        var resource = stored is null ? null : ResourceMetadataRules.Restore(stored with { Identifier = row.Identifier });
        return resource ?? throw Unreadable("resource", row.Identifier);
    }

    public static string Write(TrustedIssuer issuer) => JsonSerializer.Serialize(TrustedIssuerMetadata.Of(issuer), TrustedIssuerMetadataJson.Default.TrustedIssuerMetadata);

    public static TrustedIssuer Read(TrustedIssuerRow row)
    {
        var stored = JsonSerializer.Deserialize(row.Document, TrustedIssuerMetadataJson.Default.TrustedIssuerMetadata);
        return (stored is null ? null : TrustedIssuerRules.Restore(stored with { Issuer = row.Issuer })) ?? throw Unreadable("trusted issuer", row.Issuer);
    }

    public static string Write(UpstreamProvider upstream) => JsonSerializer.Serialize(UpstreamMetadata.Of(upstream), UpstreamMetadataJson.Default.UpstreamMetadata);

    public static UpstreamProvider Read(UpstreamRow row)
    {
        var stored = JsonSerializer.Deserialize(row.Document, UpstreamMetadataJson.Default.UpstreamMetadata);
        return (stored is null ? null : UpstreamRules.Restore(stored with { Name = row.Name, Issuer = row.Issuer })) ?? throw Unreadable("upstream", row.Name);
    }

    public static string Write(AuthorizationDetailsType type) =>
        JsonSerializer.Serialize(AuthorizationDetailsTypeMetadata.Of(type), AuthorizationDetailsTypeMetadataJson.Default.AuthorizationDetailsTypeMetadata);

    public static AuthorizationDetailsType Read(AuthorizationDetailsTypeRow row)
    {
        var stored = JsonSerializer.Deserialize(row.Document, AuthorizationDetailsTypeMetadataJson.Default.AuthorizationDetailsTypeMetadata);
        var type = stored is null ? null : AuthorizationDetailsTypeMetadata.Decide(stored with { Type = row.Type }) as Validated<AuthorizationDetailsType>.Valid;
        return type?.Value ?? throw Unreadable("type", row.Type);
    }

    /// <summary>Null for the plain grant's, of which nothing is kept.</summary>
    public static string? Write(GrantTerms terms) => terms == GrantTerms.None ? null : JsonSerializer.Serialize(terms, GrantTermsJson.Default.GrantTerms);

    public static GrantTerms ReadTerms(string? document) =>
        document is null ? GrantTerms.None : JsonSerializer.Deserialize(document, GrantTermsJson.Default.GrantTerms)!;

    private static InvalidOperationException Unreadable(string noun, string name) =>
        new($"The document of {noun} '{name}' has a value that this version can't read.");
}
