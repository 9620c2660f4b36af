using System.Text.Encodings.Web;
using System.Text.Json;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>JSON in the fields of a form, and on pages.</summary>
internal static class ConsoleJson
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    // What is shown is escaped as the rest of a page is.
    private static readonly JsonSerializerOptions ForReading = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions ForCarrying = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What a field says; undefined where it is empty.</summary>
    public static Operated<JsonElement> Read(ConsoleRequest request, string member)
    {
        if (request[member] is not { } text)
            return default(JsonElement);
        try
        {
            return JsonElement.Parse(text, Strict);
        }
        catch (JsonException e)
        {
            return Fault.Refused(member, $"is not JSON, or has a member twice (line {e.LineNumber + 1})");
        }
    }

    /// <summary>JSON without white space, as a form carries it on.</summary>
    public static string Compact(string json) => JsonSerializer.Serialize(JsonElement.Parse(json, Strict), ForCarrying);

    /// <summary>For people.</summary>
    public static string Indented(JsonElement json) => JsonSerializer.Serialize(json, ForReading);
}
