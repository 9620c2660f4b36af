using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace IdentityProvider.Jose;

/// <summary>
/// JSON as a security format: one object, well-formed Unicode, no member twice, bounded depth. After it, reading a string can't throw.
/// </summary>
public static class StrictJson
{
    public const int MaxDepth = 16;

    private static readonly JsonDocumentOptions OnceOnly = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };
    private static readonly JsonDocumentOptions Repeated = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = true };

    /// <summary>Parses one JSON object; the element needs no disposal.</summary>
    public static JoseRefused? ParseObject(ReadOnlySpan<byte> utf8, string what, out JsonElement root)
    {
        root = default;

        // 1. Well-formed UTF-8 (RFC 8725 §3.7).
        if (!Utf8.IsValid(utf8)) return new(JoseRefusal.Malformed, $"{what} is not UTF-8");

        // 2. Depth, and no escaped half of a surrogate pair (RFC 8259 §8.2, §9).
        if (RefuseShape(utf8, what) is { } refused) return refused;

        // 3. The JSON grammar, no comments, no trailing commas, no member twice (RFC 7515 §4).
        try
        {
            root = JsonElement.Parse(utf8, OnceOnly);
        }
        catch (JsonException)
        {
            return IsJson(utf8)
                ? new(JoseRefusal.DuplicateMember, $"{what} has a member twice")
                : new(JoseRefusal.Malformed, $"{what} is not JSON");
        }

        // 4. An object.
        return root.ValueKind is JsonValueKind.Object ? null : new(JoseRefusal.Malformed, $"{what} is not an object");
    }

    /// <summary>Whether JSON is well-formed Unicode, so that reading a string of it can't throw; that it is JSON is decided by who parses it.</summary>
    public static bool IsText(ReadOnlySpan<byte> utf8) => Utf8.IsValid(utf8) && RefuseShape(utf8, "it") is not { Reason: JoseRefusal.Malformed };

    /// <summary>Reads an optional string member; false when it is there and not a string.</summary>
    public static bool TryGetString(JsonElement parent, string name, out string? value)
    {
        value = null;
        if (!parent.TryGetProperty(name, out var member)) return true;
        if (member.ValueKind is not JsonValueKind.String) return false;
        value = member.GetString();
        return true;
    }

    private static bool IsJson(ReadOnlySpan<byte> utf8)
    {
        try
        {
            JsonElement.Parse(utf8, Repeated);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // A pass over the bytes that need not know JSON's grammar: brackets outside strings make depth, and backslashes live only in strings.
    private static JoseRefused? RefuseShape(ReadOnlySpan<byte> utf8, string what)
    {
        var depth = 0;
        var inString = false;
        for (var i = 0; i < utf8.Length; i++)
        {
            switch (utf8[i])
            {
                case (byte)'"':
                    inString = !inString;
                    break;
                case (byte)'\\' when inString:
                    var escape = EscapeLength(utf8[i..]);
                    if (escape == 0) return new(JoseRefusal.Malformed, $"{what} has half a surrogate pair");
                    i += escape - 1;
                    break;
                case (byte)'{' or (byte)'[' when !inString:
                    if (++depth > MaxDepth) return new(JoseRefusal.TooDeep, $"{what} is nested deeper than {MaxDepth}");
                    break;
                case (byte)'}' or (byte)']' when !inString:
                    depth--;
                    break;
            }
        }
        return null;
    }

    /// <summary>The length of the escape that starts here, a surrogate pair counting as one; 0 for half a pair.</summary>
    private static int EscapeLength(ReadOnlySpan<byte> text)
    {
        if (!TryReadCodeUnit(text, out var first)) return 2; // a short escape, or one that the grammar refuses next
        if (!char.IsSurrogate(first)) return 6;
        return char.IsHighSurrogate(first) && TryReadCodeUnit(text[6..], out var second) && char.IsLowSurrogate(second) ? 12 : 0;
    }

    private static bool TryReadCodeUnit(ReadOnlySpan<byte> text, out char codeUnit)
    {
        codeUnit = default;
        if (text.Length < 6 || text[0] != '\\' || text[1] != 'u') return false;
        if (!ushort.TryParse(text[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)) return false;
        codeUnit = (char)value;
        return true;
    }
}
