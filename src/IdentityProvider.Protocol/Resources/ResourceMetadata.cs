using System.Text.Json;
using System.Text.Json.Serialization;

namespace IdentityProvider.Protocol.Resources;

/// <summary>
/// An API on the wire. The names are this server's own, as no RFC registers resources. A null member is absent.
/// <see cref="ResourceMetadataRules"/> makes a <see cref="Resource"/> of it.
/// </summary>
public sealed record ResourceMetadata
{
    public string? Identifier { get; init; }

    public string? Name { get; init; }

    public IReadOnlyList<ResourceScopeMetadata>? Scopes { get; init; }

    /// <summary><c>expiry</c>, <c>status_list</c> or <c>introspection</c>.</summary>
    public string? Revocation { get; init; }

    /// <summary>Seconds.</summary>
    public int? AccessTokenLifetime { get; init; }

    public string? SigningAlg { get; init; }

    /// <summary>Claims that are added to its access tokens of people: a name, and what it is taken from.</summary>
    public IReadOnlyDictionary<string, string>? Claims { get; init; }

    /// <summary>The metadata as it stands, every default spelt out. Reading it again gives the same resource.</summary>
    public static ResourceMetadata Of(Resource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return new()
        {
            Identifier = resource.Identifier,
            Name = resource.Name,
            Scopes = [.. resource.Scopes.Select(s => new ResourceScopeMetadata(s.Name, s.Description))],
            Revocation = ResourceMetadataRules.NameOf(resource.Revocation),
            AccessTokenLifetime = (int)resource.AccessTokenLifetime.TotalSeconds,
            SigningAlg = resource.SigningAlg.Name,
            Claims = resource.Claims.Written,
        };
    }
}

/// <summary>A scope on the wire: its name alone as a string, or an object of <c>name</c> and <c>description</c>.</summary>
[JsonConverter(typeof(ResourceScopeMetadataConverter))]
public sealed record ResourceScopeMetadata(string Name, string? Description = null);

/// <summary>Reads and writes both forms.</summary>
public sealed class ResourceScopeMetadataConverter : JsonConverter<ResourceScopeMetadata>
{
    public override ResourceScopeMetadata Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.String)
            return new(reader.GetString()!);
        if (reader.TokenType is not JsonTokenType.StartObject)
            throw new JsonException();

        string? name = null;
        string? description = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var member = reader.GetString();
            reader.Read();
            if (reader.TokenType is not JsonTokenType.String)
                throw new JsonException();
            if (member == "name")
                name = reader.GetString();
            else if (member == "description")
                description = reader.GetString();
            else
                throw new JsonException();
        }

        return name is null ? throw new JsonException() : new(name, description);
    }

    public override void Write(Utf8JsonWriter writer, ResourceScopeMetadata value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        if (value.Description is null)
        {
            writer.WriteStringValue(value.Name);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("name", value.Name);
        writer.WriteString("description", value.Description);
        writer.WriteEndObject();
    }
}

/// <summary>The wire form, source-generated.</summary>
[JsonSerializable(typeof(ResourceMetadata))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
public sealed partial class ResourceMetadataJson : JsonSerializerContext;
