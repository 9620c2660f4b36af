using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using IdentityProvider.Jose;

namespace IdentityProvider.Protocol;

/// <summary>
/// Reads the metadata that an operator wrote: one JSON object, no member twice, none unknown, none of another type. What is wrong is named
/// by its member. A null counts as absent (RFC 7592 §2.2).
/// </summary>
public static class MetadataJson
{
    /// <summary>What a mistake names that is in no member.</summary>
    public const string Whole = "metadata";

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <param name="utf8">The document.</param>
    /// <param name="type">The source-generated description of what it may hold.</param>
    public static Validated<T> Read<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(type);

        // 1. Text: without it the reading of a string, or of a name, throws (RFC 8259 §8.1, §8.2).
        if (!StrictJson.IsText(utf8))
            return new MetadataError(Whole, "must be UTF-8, without half of a surrogate pair");
        try
        {
            // 2. JSON without comments, trailing commas or a member twice (RFC 7591 §2; RFC 8259 §4).
            var root = JsonElement.Parse(WithoutByteOrderMark(utf8), Strict);

            // 3. An object (RFC 7591 §3.1).
            if (root.ValueKind is not JsonValueKind.Object)
                return new MetadataError(Whole, "must be one JSON object");

            // 4. Every member known, and no null in a list: nothing an operator wrote is silently ignored.
            foreach (var member in root.EnumerateObject())
            {
                if (!IsKnown(type, member.Name))
                    return new MetadataError(Plain(member.Name), "is not a member that this server knows");
                if (member.Value.ValueKind is JsonValueKind.Array && member.Value.EnumerateArray().Any(e => e.ValueKind is JsonValueKind.Null))
                    return new MetadataError(member.Name, "must not hold null");
            }

            // 5. Every value of its member's type.
            return new Validated<T>.Valid(root.Deserialize(type)!);
        }
        catch (JsonException e)
        {
            return Explain(e, type);
        }
    }

    // Where members may have a language, those that may.
    private static bool IsKnown<T>(JsonTypeInfo<T> type, string name) =>
        type.Properties.Any(known => known.IsExtensionData ? Clients.ClientLanguages.MemberOf(name) is not null : known.Name == name);

    private static MetadataError Explain<T>(JsonException e, JsonTypeInfo<T> type)
    {
        var name = e.Path is ['$', '.', .. var path] ? path.Split('.', '[')[0] : null;
        var member = type.Properties.FirstOrDefault(p => p.Name == name);
        return member is null
            ? new(Whole, $"is not JSON, or has a member twice (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})")
            : new(member.Name, $"must be {Describe(member.PropertyType)}");
    }

    private static string Describe(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
            return "a string";
        if (type == typeof(bool))
            return "true or false";
        if (type == typeof(int))
            return "a whole number";
        if (!typeof(System.Collections.IEnumerable).IsAssignableFrom(type))
            return "an object with members that this server knows";
        if (type == typeof(IReadOnlyDictionary<string, string>) || type == typeof(Clients.ClientClaimsMetadata))
            return "an object of claims' names and what each is taken from" + (type == typeof(Clients.ClientClaimsMetadata) ? ", in id_token and userinfo" : "");
        return type == typeof(IReadOnlyList<string>) ? "a list of strings" : "a list of names, or of objects with name and description";
    }

    // A member's name comes back in the error line, so it must not break it.
    private static string Plain(string name) => PlainText.IsPlain(name, most: 100) ? name : Whole;

    internal static ReadOnlySpan<byte> WithoutByteOrderMark(ReadOnlySpan<byte> utf8) => utf8 is [0xEF, 0xBB, 0xBF, .. var rest] ? rest : utf8;
}
