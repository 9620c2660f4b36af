using System.Text.Json;
using System.Text.RegularExpressions;

namespace IdentityProvider.Protocol.RichAuthorization;

/// <summary>
/// Reads the part of JSON Schema 2020-12 that is understood here. Every schema has a <c>type</c> and, since people read it, a <c>title</c>; an
/// object names its members and says that it has no others.
/// </summary>
internal static class JsonSchemaReader
{
    private const string Dialect = "https://json-schema.org/draft/2020-12/schema";
    private const int LongestDocument = 16 * 1024;
    private const int Deepest = 5;
    private const int MostProperties = 50;
    private const int MostValues = 100;
    private const int LongestTitle = 100;
    private const int LongestDescription = 300;
    private const int LongestPattern = 200;

    private static readonly string[] OfAny = ["type", "title", "description", "enum", "const"];

    private static readonly Dictionary<string, string[]> OfType = new(StringComparer.Ordinal)
    {
        ["object"] = ["properties", "required", "additionalProperties"],
        ["array"] = ["items", "minItems", "maxItems", "uniqueItems"],
        ["string"] = ["minLength", "maxLength", "pattern"],
        ["number"] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
        ["integer"] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
        ["boolean"] = [],
    };

    public static Validated<JsonSchema> Read(JsonElement document)
    {
        if (document.GetRawText().Length > LongestDocument)
            return Wrong("", $"must be at most {LongestDocument} characters");
        try
        {
            var schema = Read(document, "", 0);
            if (schema.Type != "object")
                return Wrong("", "must be of the type object");
            return schema.Properties.Any(p => p.Name == "type")
                ? Wrong("/properties/type", "is every detail's own: the schema describes what stands beside it")
                : new Validated<JsonSchema>.Valid(schema);
        }
        catch (WrongException e)
        {
            return e.Error;
        }
    }

    private static JsonSchema Read(JsonElement written, string path, int depth)
    {
        Must(written.ValueKind is JsonValueKind.Object && depth <= Deepest, path, $"must be an object, at most {Deepest} within each other");
        var type = TextOf(written, "type", path) ?? throw new WrongException(Wrong(path, "needs a type"));
        Must(OfType.TryGetValue(type, out var ofType), path + "/type", $"must be one of {string.Join(", ", OfType.Keys)}");
        foreach (var keyword in written.EnumerateObject())
        {
            var isKnown = OfAny.Contains(keyword.Name, StringComparer.Ordinal) || ofType!.Contains(keyword.Name, StringComparer.Ordinal)
                || (depth == 0 && keyword.Name == "$schema" && keyword.Value.ValueKind is JsonValueKind.String && keyword.Value.ValueEquals(Dialect));
            Must(isKnown, path, $"has a keyword that means nothing here: {(PlainText.IsPlain(keyword.Name, 50) ? keyword.Name : "one")}");
        }

        var title = TextOf(written, "title", path);
        Must(title is not null && PlainText.IsPlain(title, LongestTitle), path, $"needs a title that people are shown, plain text of at most {LongestTitle} characters");
        var description = TextOf(written, "description", path);
        Must(description is null || PlainText.IsPlain(description, LongestDescription), path + "/description", $"must be plain text of at most {LongestDescription} characters");

        var properties = ReadProperties(written, type, path, depth);
        return new JsonSchema(written.Clone())
        {
            Type = type,
            Title = title!,
            Description = description,
            Properties = properties,
            Required = ReadRequired(written, properties, path),
            Items = type == "array" ? ReadItems(written, path, depth) : null,
            Enum = ReadValues(written, path),
            Pattern = ReadPattern(written, path),
            Fewest = CountOf(written, type == "array" ? "minItems" : "minLength", path) ?? 0,
            Most = CountOf(written, type == "array" ? "maxItems" : "maxLength", path) ?? int.MaxValue,
            AreUnique = written.TryGetProperty("uniqueItems", out var unique) && unique.ValueKind is JsonValueKind.True,
            Minimum = NumberOf(written, "minimum", path),
            Maximum = NumberOf(written, "maximum", path),
            ExclusiveMinimum = NumberOf(written, "exclusiveMinimum", path),
            ExclusiveMaximum = NumberOf(written, "exclusiveMaximum", path),
        };
    }

    private static List<(string, JsonSchema)> ReadProperties(JsonElement written, string type, string path, int depth)
    {
        if (type != "object")
            return [];
        Must(written.TryGetProperty("additionalProperties", out var others) && others.ValueKind is JsonValueKind.False, path, "must say \"additionalProperties\": false, as members that it doesn't name are refused (RFC 9396 §5)");
        Must(written.TryGetProperty("properties", out var members) && members.ValueKind is JsonValueKind.Object && members.GetPropertyCount() <= MostProperties, path + "/properties", $"must be an object of at most {MostProperties}");
        return [.. members.EnumerateObject().Select(member => (member.Name, Read(member.Value, $"{path}/properties/{Plain(member.Name)}", depth + 1)))];
    }

    private static IReadOnlyList<string> ReadRequired(JsonElement written, List<(string Name, JsonSchema)> properties, string path)
    {
        if (!written.TryGetProperty("required", out var names))
            return [];
        Must(names.ValueKind is JsonValueKind.Array && names.EnumerateArray().All(n => n.ValueKind is JsonValueKind.String && properties.Any(p => n.ValueEquals(p.Name))), path + "/required", "must be names of its properties");
        return [.. names.EnumerateArray().Select(n => n.GetString()!)];
    }

    private static JsonSchema ReadItems(JsonElement written, string path, int depth)
    {
        Must(written.TryGetProperty("items", out var items), path, "needs items");
        return Read(items, path + "/items", depth + 1);
    }

    private static List<JsonElement>? ReadValues(JsonElement written, string path)
    {
        if (written.TryGetProperty("const", out var one))
        {
            Must(!written.TryGetProperty("enum", out _) && IsScalar(one), path + "/const", "must be text, a number or a truth value, without enum beside it");
            return [one.Clone()];
        }

        if (!written.TryGetProperty("enum", out var several))
            return null;
        Must(several.ValueKind is JsonValueKind.Array && several.GetArrayLength() is > 0 and <= MostValues && several.EnumerateArray().All(IsScalar), path + "/enum", $"must be 1 to {MostValues} texts, numbers or truth values");
        return [.. several.EnumerateArray().Select(v => v.Clone())];
    }

    // Matched in linear time, whatever is written. Escapes such as \d, which mean more to .NET than to JSON Schema, are left out.
    private static Regex? ReadPattern(JsonElement written, string path)
    {
        if (TextOf(written, "pattern", path) is not { } pattern)
            return null;
        const string rule = "must be a regular expression of at most 200 characters without look-around, back references and escapes of letters and digits: write [0-9] for \\d";
        Must(pattern.Length <= LongestPattern && !Regex.IsMatch(pattern, @"\\[A-Za-z0-9]", RegexOptions.NonBacktracking), path + "/pattern", rule);
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new WrongException(Wrong(path + "/pattern", rule));
        }
    }

    private static string? TextOf(JsonElement written, string keyword, string path)
    {
        if (!written.TryGetProperty(keyword, out var text))
            return null;
        Must(text.ValueKind is JsonValueKind.String, $"{path}/{keyword}", "must be text");
        return text.GetString();
    }

    private static int? CountOf(JsonElement written, string keyword, string path)
    {
        if (!written.TryGetProperty(keyword, out var number))
            return null;
        Must(number.ValueKind is JsonValueKind.Number && number.TryGetInt32(out var count) && count >= 0, $"{path}/{keyword}", "must be a whole number");
        return number.GetInt32();
    }

    private static decimal? NumberOf(JsonElement written, string keyword, string path)
    {
        if (!written.TryGetProperty(keyword, out var number))
            return null;
        Must(number.ValueKind is JsonValueKind.Number && number.TryGetDecimal(out _), $"{path}/{keyword}", "must be a number of at most 28 digits");
        return number.GetDecimal();
    }

    private static bool IsScalar(JsonElement value) => value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False;

    private static string Plain(string name) => PlainText.IsPlain(name, 50) ? name : "…";

    private static MetadataError Wrong(string path, string message) => new("schema", path.Length == 0 ? message : $"{path} {message}");

    private static void Must(bool holds, string path, string message)
    {
        if (!holds)
            throw new WrongException(Wrong(path, message));
    }

    /// <summary>Ends the reading at the first mistake, however deep; never leaves this file.</summary>
    private sealed class WrongException(MetadataError error) : Exception
    {
        public MetadataError Error { get; } = error;
    }
}
