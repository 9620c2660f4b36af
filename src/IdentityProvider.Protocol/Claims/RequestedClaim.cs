using System.Text.Json;
using System.Text.Json.Nodes;

namespace IdentityProvider.Protocol.Claims;

/// <summary>One claim that a request asks for by its name (OpenID Connect Core §5.5.1). Made by <see cref="ClaimsRequest.Read"/> alone.</summary>
public sealed class RequestedClaim
{
    internal RequestedClaim(string name, bool isEssential, IReadOnlyList<JsonElement>? values)
    {
        Name = name;
        IsEssential = isEssential;
        Values = values;
    }

    public string Name { get; }

    /// <summary>Whether the client says that it can't do without. Of a person's attributes that changes nothing: what isn't known is left out (§5.5.1).</summary>
    public bool IsEssential { get; }

    /// <summary>The values that the client has a use for, the most welcome first; null where it takes any.</summary>
    public IReadOnlyList<JsonElement>? Values { get; }

    /// <summary>Those of the values that are texts.</summary>
    public IReadOnlyList<string> Texts => [.. (Values ?? []).Where(value => value.ValueKind is JsonValueKind.String).Select(value => value.GetString()!)];

    /// <summary>Whether this value is what was asked for: another one is none of the client's business.</summary>
    public bool Admits(JsonNode value) => Values is null || Values.Any(wanted => JsonNode.DeepEquals(Node(wanted), value));

    private static JsonNode? Node(JsonElement element) => JsonNode.Parse(element.GetRawText());
}
