using System.Text.Json;
using System.Text.RegularExpressions;

namespace IdentityProvider.Protocol.RichAuthorization;

/// <summary>
/// A JSON Schema (2020-12) of the part that authorization details need: what it says here it means there, and a schema that says anything else is
/// refused when it is registered (<see cref="JsonSchemaReader"/>), so that nothing an operator wrote is silently ignored.
/// </summary>
public sealed class JsonSchema
{
    internal JsonSchema(JsonElement document) => Document = document;

    /// <summary>As it was written.</summary>
    public JsonElement Document { get; }

    /// <summary><c>object</c>, <c>array</c>, <c>string</c>, <c>number</c>, <c>integer</c> or <c>boolean</c>.</summary>
    public string Type { get; internal init; } = "object";

    /// <summary>What people are shown.</summary>
    public string Title { get; internal init; } = "";

    public string? Description { get; internal init; }

    /// <summary>An object's members, in the order written; it has no others.</summary>
    public IReadOnlyList<(string Name, JsonSchema Schema)> Properties { get; internal init; } = [];

    internal IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>What each element of an array is; null for anything but an array.</summary>
    public JsonSchema? Items { get; internal init; }

    internal IReadOnlyList<JsonElement>? Enum { get; init; }

    internal Regex? Pattern { get; init; }

    internal int Fewest { get; init; }

    internal int Most { get; init; } = int.MaxValue;

    internal bool AreUnique { get; init; }

    internal decimal? Minimum { get; init; }

    internal decimal? Maximum { get; init; }

    internal decimal? ExclusiveMinimum { get; init; }

    internal decimal? ExclusiveMaximum { get; init; }

    /// <summary>Reads a schema, or says the first thing to correct.</summary>
    public static Validated<JsonSchema> Read(JsonElement document) => JsonSchemaReader.Read(document);

    /// <summary>Whether a value is what the schema says.</summary>
    /// <param name="value">The value.</param>
    /// <param name="beside">A member of the outermost object that the schema says nothing of.</param>
    public bool Allows(JsonElement value, string? beside = null) =>
        (Enum is null || Enum.Any(allowed => JsonElement.DeepEquals(allowed, value))) && Type switch
        {
            "object" => AllowsObject(value, beside),
            "array" => AllowsArray(value),
            "string" => AllowsString(value),
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            _ => AllowsNumber(value),
        };

    // RFC 9396 §5: a member that the type doesn't have is an error.
    private bool AllowsObject(JsonElement value, string? beside) =>
        value.ValueKind is JsonValueKind.Object
        && Required.All(name => value.TryGetProperty(name, out _))
        && value.EnumerateObject().All(member => member.Name == beside || Properties.Any(p => p.Name == member.Name && p.Schema.Allows(member.Value)));

    private bool AllowsArray(JsonElement value) =>
        value.ValueKind is JsonValueKind.Array
        && value.GetArrayLength() is var count && count >= Fewest && count <= Most
        && value.EnumerateArray().All(element => Items!.Allows(element))
        && (!AreUnique || !value.EnumerateArray().Index().Any(one => value.EnumerateArray().Take(one.Index).Any(other => JsonElement.DeepEquals(one.Item, other))));

    // Characters are counted as JSON Schema does. People are shown it, so that it is plain, whatever the schema says; that is the one thing it adds.
    private bool AllowsString(JsonElement value) =>
        value.ValueKind is JsonValueKind.String
        && value.GetString()! is var text && (text.Length == 0 || PlainText.IsPlain(text, AuthorizationDetails.LongestText))
        && text.EnumerateRunes().Count() is var length && length >= Fewest && length <= Most
        && Pattern?.IsMatch(text) != false;

    private bool AllowsNumber(JsonElement value) =>
        value.ValueKind is JsonValueKind.Number
        && value.TryGetDecimal(out var number)
        && (Type == "number" || decimal.Truncate(number) == number)
        && !(number < Minimum) && !(number > Maximum) && !(number <= ExclusiveMinimum) && !(number >= ExclusiveMaximum);
}
