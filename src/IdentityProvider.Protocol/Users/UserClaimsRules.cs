using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Accounts;

namespace IdentityProvider.Protocol.Users;

/// <summary>The standard claims that an operator writes of a person (OpenID Connect Core §5.1), or the first member to correct.</summary>
public static class UserClaimsRules
{
    private const int LongestText = 500;

    private static readonly string[] Texts =
    [
        "name", "given_name", "family_name", "middle_name", "nickname", "gender", "birthdate", "zoneinfo", "locale", "phone_number",
    ];

    private static readonly string[] Pages = ["profile", "picture", "website"];

    private static readonly string[] Truths = ["email_verified", "phone_number_verified"];

    private static readonly string[] AddressParts = ["formatted", "street_address", "locality", "region", "postal_code", "country"];

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    /// <summary>Reads and decides.</summary>
    /// <param name="utf8">One JSON object.</param>
    public static Validated<JsonObject> Read(ReadOnlySpan<byte> utf8)
    {
        JsonElement root;
        try
        {
            root = JsonElement.Parse(utf8 is [0xEF, 0xBB, 0xBF, .. var rest] ? rest : utf8, Strict);
        }
        catch (JsonException e)
        {
            return new MetadataError("claims", $"is not JSON, or has a member twice (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})");
        }

        if (root.ValueKind is not JsonValueKind.Object)
            return new MetadataError("claims", "must be one JSON object");
        var claims = new JsonObject();
        foreach (var claim in root.EnumerateObject())
        {
            // RFC 7592 §2.2's sense of null: as if the member were not there.
            if (claim.Value.ValueKind is JsonValueKind.Null)
                continue;
            if (Refuse(claim.Name, claim.Value) is { } error)
                return error;
            claims[claim.Name] = JsonNode.Parse(claim.Value.GetRawText());
        }

        return Beside(claims) is { } alone ? alone : new Validated<JsonObject>.Valid(claims);
    }

    private static MetadataError? Refuse(string name, JsonElement value)
    {
        if (name is "preferred_username")
            return new(name, "is the user name itself");
        if (name is "email")
            return IsText(value) && EmailAddress.Read(value.GetString()) is not null ? null : new(name, "must be an address that mail can be sent to");
        if (Texts.Contains(name))
            return IsText(value) ? null : new(name, $"must be plain text of at most {LongestText} characters");
        if (Pages.Contains(name))
            return IsText(value) && WebUris.IsSecure(value.GetString()!) ? null : new(name, "must be an https URL (http on loopback)");
        if (Truths.Contains(name))
            return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : new(name, "must be true or false");
        if (name is "updated_at")
            return value.TryGetSeconds() ? null : new(name, "must be a whole number of seconds since 1970");
        if (name is "address")
            return IsAddress(value) ? null : new(name, $"must be an object of texts named {string.Join(", ", AddressParts)}");
        return new(PlainText.IsPlain(name, 100) ? name : "claims", "is not a standard claim that can be set (OpenID Connect Core §5.1)");
    }

    // A verified mark means nothing alone, and would mean much beside an address that is added later.
    private static MetadataError? Beside(JsonObject claims)
    {
        if (claims.ContainsKey("email_verified") && !claims.ContainsKey("email"))
            return new("email_verified", "needs email beside it");
        return claims.ContainsKey("phone_number_verified") && !claims.ContainsKey("phone_number") ? new("phone_number_verified", "needs phone_number beside it") : null;
    }

    private static bool IsText(JsonElement value) => value.ValueKind is JsonValueKind.String && PlainText.IsPlain(value.GetString()!, LongestText);

    private static bool IsAddress(JsonElement value) =>
        value.ValueKind is JsonValueKind.Object
        && value.EnumerateObject().All(part => AddressParts.Contains(part.Name) && part.Value.ValueKind is JsonValueKind.String && IsLines(part.Value.GetString()!));

    // `formatted` and `street_address` may have several lines (Core §5.1.1).
    private static bool IsLines(string text) => text.Length <= LongestText && text.ReplaceLineEndings("\n").Split('\n').All(line => line.Length == 0 || PlainText.IsPlain(line, LongestText));

    private static bool TryGetSeconds(this JsonElement value) => value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var seconds) && seconds >= 0;
}
