using System.Text.Json;
using System.Text.Json.Serialization;

namespace IdentityProvider.Protocol.RichAuthorization;

/// <summary>A type of <c>authorization_details</c> that an operator registered (RFC 9396 §2, §2.1): its name, and what its members may be.</summary>
/// <param name="Type">A name, or better a URI that is the operator's own.</param>
/// <param name="Schema">What an object of the type holds beside its <c>type</c>, with the words that people are shown.</param>
public sealed record AuthorizationDetailsType(string Type, JsonSchema Schema)
{
    /// <summary>In characters.</summary>
    public const int LongestName = 200;

    /// <summary>The most that an installation has: they are all kept in memory, and in the metadata.</summary>
    public const int Most = 100;
}

/// <summary>A type on the wire. The names are this server's own, as no RFC registers types.</summary>
public sealed record AuthorizationDetailsTypeMetadata
{
    public string? Type { get; init; }

    /// <summary>A JSON Schema (2020-12), as far as <see cref="JsonSchema"/> goes.</summary>
    public JsonElement? Schema { get; init; }

    /// <summary>The metadata as it stands. Reading it again gives the same type.</summary>
    public static AuthorizationDetailsTypeMetadata Of(AuthorizationDetailsType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return new() { Type = type.Type, Schema = type.Schema.Document };
    }

    /// <summary>From what an operator wrote to a type, or the first thing to correct.</summary>
    public static Validated<AuthorizationDetailsType> Decide(AuthorizationDetailsTypeMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);

        // 1. A name that can stand in metadata and logs (RFC 9396 §2).
        if (metadata.Type is not { } name || name.Length > AuthorizationDetailsType.LongestName || !ScopeSet.IsToken(name))
            return new MetadataError("type", $"must be 1 to {AuthorizationDetailsType.LongestName} printable ASCII characters without spaces, quotes and backslashes");

        // 2. A schema that is understood to the last word.
        if (metadata.Schema is not { } written)
            return new MetadataError("schema", "must be there: a JSON Schema of what an object of this type holds beside its type");
        var read = JsonSchema.Read(written);
        return read is Validated<JsonSchema>.Valid { Value: var schema } ? new Validated<AuthorizationDetailsType>.Valid(new(name, schema)) : ((Validated<JsonSchema>.Invalid)read).Error;
    }
}

/// <summary>The wire form, source-generated.</summary>
[JsonSerializable(typeof(AuthorizationDetailsTypeMetadata))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
public sealed partial class AuthorizationDetailsTypeMetadataJson : JsonSerializerContext;
