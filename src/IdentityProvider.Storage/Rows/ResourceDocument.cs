using System.Text.Json;
using System.Text.Json.Serialization;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Storage.Rows;

/// <summary>A resource as it is kept, by the names of <c>idp resources create --file</c>; settable as <see cref="ClientDocument"/> says.</summary>
internal sealed record ResourceDocument
{
    public string? Name { get; set; }

    public IReadOnlyList<ResourceScopeDocument> Scopes { get; set; } = [];

    public string Revocation { get; set; } = "status_list";

    /// <summary>Seconds.</summary>
    public int AccessTokenLifetime { get; set; }

    public string SigningAlg { get; set; } = "RS256";

    public static string Write(Resource resource) => JsonSerializer.Serialize(
        new ResourceDocument
        {
            Name = resource.Name,
            Scopes = [.. resource.Scopes.Select(s => new ResourceScopeDocument(s.Name, s.Description))],
            Revocation = WireName(resource.Revocation),
            AccessTokenLifetime = (int)resource.AccessTokenLifetime.TotalSeconds,
            SigningAlg = resource.SigningAlg.Name,
        },
        Documents.Default.ResourceDocument);

    public static Resource Read(ResourceRow row)
    {
        var document = JsonSerializer.Deserialize(row.Document, Documents.Default.ResourceDocument) ?? throw Unreadable(row);
        return new Resource
        {
            Identifier = row.Identifier,
            Name = document.Name ?? row.Identifier,
            Scopes = [.. document.Scopes.Select(s => new ResourceScope(s.Name, s.Description))],
            Revocation = Style(document.Revocation) ?? throw Unreadable(row),
            AccessTokenLifetime = document.AccessTokenLifetime > 0 ? TimeSpan.FromSeconds(document.AccessTokenLifetime) : throw Unreadable(row),
            SigningAlg = SignatureAlgorithm.TryParse(document.SigningAlg, out var alg) ? alg : throw Unreadable(row),
        };
    }

    private static string WireName(RevocationStyle style) => style switch
    {
        RevocationStyle.Expiry => "expiry",
        RevocationStyle.StatusList => "status_list",
        RevocationStyle.Introspection => "introspection",
        _ => throw new ArgumentOutOfRangeException(nameof(style), style, "It has no name to be kept by."),
    };

    private static RevocationStyle? Style(string name) => name switch
    {
        "expiry" => RevocationStyle.Expiry,
        "status_list" => RevocationStyle.StatusList,
        "introspection" => RevocationStyle.Introspection,
        _ => null,
    };

    private static InvalidOperationException Unreadable(ResourceRow row) =>
        new($"The document of resource '{row.Identifier}' has a value that this version can't read.");
}

internal sealed record ResourceScopeDocument(string Name, string? Description);

/// <summary>How documents are written: no reflection, wire names, nothing absent.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(ClientDocument))]
[JsonSerializable(typeof(ResourceDocument))]
internal sealed partial class Documents : JsonSerializerContext;
