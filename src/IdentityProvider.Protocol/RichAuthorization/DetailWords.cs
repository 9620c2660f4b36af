using System.Text.Json;

namespace IdentityProvider.Protocol.RichAuthorization;

/// <summary>One authorization detail in the words of its type's schema, as a person is asked about it (RFC 9396 §12).</summary>
/// <param name="Title">The type's.</param>
/// <param name="Description">The type's, if it has one.</param>
/// <param name="Lines">Each thing that the client asks, by its title, as one or several simple values; nothing of the detail is left out.</param>
public sealed record DetailWords(string Title, string? Description, IReadOnlyList<(string Label, IReadOnlyList<JsonElement> Values)> Lines)
{
    public static DetailWords Of(JsonElement detail, AuthorizationDetailsType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        var lines = new List<(string, IReadOnlyList<JsonElement>)>();
        AddMembers(lines, detail, type.Schema, "");
        return new(type.Schema.Title, type.Schema.Description, lines);
    }

    // In the schema's order, so that the same question always looks the same.
    private static void AddMembers(List<(string, IReadOnlyList<JsonElement>)> lines, JsonElement value, JsonSchema schema, string within)
    {
        foreach (var (name, member) in schema.Properties)
        {
            if (value.TryGetProperty(name, out var said))
                Add(lines, said, member, within.Length == 0 ? member.Title : $"{within}, {member.Title}");
        }
    }

    private static void Add(List<(string, IReadOnlyList<JsonElement>)> lines, JsonElement value, JsonSchema schema, string label)
    {
        if (schema.Type == "object")
        {
            AddMembers(lines, value, schema, label);
        }
        else if (schema.Items is { Type: "object" or "array" } items)
        {
            foreach (var (index, element) in value.EnumerateArray().Index())
                Add(lines, element, items, $"{label} {index + 1}");
        }
        else
        {
            lines.Add((label, schema.Type == "array" ? [.. value.EnumerateArray()] : [value]));
        }
    }
}
