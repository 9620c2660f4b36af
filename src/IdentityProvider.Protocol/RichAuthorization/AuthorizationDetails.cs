using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace IdentityProvider.Protocol.RichAuthorization;

/// <summary><c>authorization_details</c> (RFC 9396 §2): what a client asks for beyond scopes, one JSON object for each thing, by its type. Immutable.</summary>
[JsonConverter(typeof(AuthorizationDetailsConverter))]
public sealed class AuthorizationDetails
{
    /// <summary>More things than a person can be asked about at once.</summary>
    public const int MostDetails = 10;

    /// <summary>In characters of JSON: they go with every access token.</summary>
    public const int LongestText = 4096;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 10, AllowDuplicateProperties = false };

    private AuthorizationDetails(IReadOnlyList<JsonElement> items) => Items = items;

    /// <summary>Nothing is asked for.</summary>
    public static AuthorizationDetails None { get; } = new([]);

    /// <summary>Each an object with a <c>type</c>.</summary>
    public IReadOnlyList<JsonElement> Items { get; }

    public bool IsEmpty => Items.Count == 0;

    /// <summary>The APIs that some of them name (RFC 9396 §2.2, <c>locations</c>), each once.</summary>
    public IReadOnlyList<string> Locations => [.. Items.SelectMany(LocationsOf).Distinct(StringComparer.Ordinal)];

    /// <summary>Reads the parameter, which says nothing yet of whether the types are known; absent asks for nothing.</summary>
    public static Decision<AuthorizationDetails> Read(string? text)
    {
        // 1. A bounded text.
        if (text is null) return None;
        if (text.Length > LongestText) return Refusal.AuthorizationDetailsMalformed;

        // 2. A JSON array of a few objects, no member twice, each with a type (RFC 9396 §2).
        try
        {
            var root = JsonElement.Parse(Encoding.UTF8.GetBytes(text), Strict);
            return root.ValueKind is JsonValueKind.Array && root.GetArrayLength() is > 0 and <= MostDetails && root.EnumerateArray().All(HasType)
                ? new AuthorizationDetails([.. root.EnumerateArray()])
                : Refusal.AuthorizationDetailsMalformed;
        }
        catch (JsonException)
        {
            return Refusal.AuthorizationDetailsMalformed;
        }
    }

    public static string TypeOf(JsonElement detail) => detail.GetProperty("type").GetString()!;

    /// <summary>The APIs that a detail names; none where it is for any (RFC 9396 §2.2).</summary>
    public static IReadOnlyList<string> LocationsOf(JsonElement detail) =>
        detail.TryGetProperty("locations", out var locations) && locations.ValueKind is JsonValueKind.Array
            ? [.. locations.EnumerateArray().Where(l => l.ValueKind is JsonValueKind.String).Select(l => l.GetString()!)]
            : [];

    /// <summary>Those of these types: an operator may have taken one from the client.</summary>
    public AuthorizationDetails OfTypes(IReadOnlyList<string> types) => Where(detail => types.Contains(TypeOf(detail), StringComparer.Ordinal));

    /// <summary>Those that mean something at an API: for it, or for any (RFC 9396 §9.1).</summary>
    public AuthorizationDetails At(string? resource) =>
        Where(detail => LocationsOf(detail) is var locations && (locations.Count == 0 || (resource is not null && locations.Contains(resource, StringComparer.Ordinal))));

    /// <summary>Whether each of them is one of the others, the same to the last member.</summary>
    public bool IsAmong(AuthorizationDetails others)
    {
        ArgumentNullException.ThrowIfNull(others);
        return Items.All(mine => others.Items.Any(theirs => JsonElement.DeepEquals(mine, theirs)));
    }

    /// <summary>Writes the array.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartArray();
        foreach (var item in Items)
            item.WriteTo(json);
        json.WriteEndArray();
    }

    public override string ToString() => $"[{string.Join(',', Items.Select(item => item.GetRawText()))}]";

    /// <summary>What this server wrote: into a grant, or into a token.</summary>
    internal static AuthorizationDetails OfKept(JsonElement array) => new([.. array.EnumerateArray().Select(item => item.Clone())]);

    private AuthorizationDetails Where(Func<JsonElement, bool> isKept) => Items.All(isKept) ? this : new([.. Items.Where(isKept)]);

    private static bool HasType(JsonElement detail) =>
        detail.ValueKind is JsonValueKind.Object && detail.TryGetProperty("type", out var type) && type.ValueKind is JsonValueKind.String;
}

/// <summary>Details as they are kept: the array itself.</summary>
public sealed class AuthorizationDetailsConverter : JsonConverter<AuthorizationDetails>
{
    public override AuthorizationDetails Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        AuthorizationDetails.OfKept(JsonElement.ParseValue(ref reader));

    public override void Write(Utf8JsonWriter writer, AuthorizationDetails value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(value);
        value.WriteTo(writer);
    }
}
