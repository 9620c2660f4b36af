using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Accounts;

namespace IdentityProvider.Protocol.Users;

/// <summary>The standard claims that an operator writes of a person (OpenID Connect Core §5.1), or the first member to correct.</summary>
public static class UserClaimsRules
{
    private static readonly string[] Truths = ["email_verified", "phone_number_verified"];

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    /// <summary>Reads and decides; null is as if the member were not there.</summary>
    /// <param name="utf8">One JSON object.</param>
    public static Validated<JsonObject> Read(ReadOnlySpan<byte> utf8) => ReadChange(utf8, []);

    /// <summary>Reads a change (RFC 7396): what it names is written, what it names null is taken away, the rest stands.</summary>
    /// <param name="utf8">One JSON object.</param>
    /// <param name="standing">The claims as they are.</param>
    public static Validated<JsonObject> ReadChange(ReadOnlySpan<byte> utf8, JsonObject standing)
    {
        ArgumentNullException.ThrowIfNull(standing);
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
        var claims = standing.DeepClone().AsObject();
        foreach (var claim in root.EnumerateObject())
        {
            claims.Remove(claim.Name);
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
            return value.ValueKind is JsonValueKind.String && EmailAddress.Read(value.GetString()) is not null ? null : new(name, "must be an address that mail can be sent to");
        if (ClaimTexts.Texts.Contains(name) || ClaimTexts.Pages.Contains(name))
            return value.ValueKind is JsonValueKind.String ? Explain(name, ClaimTexts.Check(name, value.GetString()!)) : new(name, "must be text");
        if (Truths.Contains(name))
            return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : new(name, "must be true or false");
        if (name is "updated_at")
            return value.TryGetSeconds() ? null : new(name, "must be a whole number of seconds since 1970");
        if (name is "address")
            return RefuseAddress(value);
        return new(PlainText.IsPlain(name, 100) ? name : "claims", "is not a standard claim that can be set (OpenID Connect Core §5.1)");
    }

    // A verified mark means nothing alone, and would mean much beside an address that is added later.
    private static MetadataError? Beside(JsonObject claims)
    {
        if (claims.ContainsKey("email_verified") && !claims.ContainsKey("email"))
            return new("email_verified", "needs email beside it");
        return claims.ContainsKey("phone_number_verified") && !claims.ContainsKey("phone_number") ? new("phone_number_verified", "needs phone_number beside it") : null;
    }

    private static MetadataError? RefuseAddress(JsonElement value)
    {
        if (value.ValueKind is not JsonValueKind.Object || value.EnumerateObject().Any(part => !ClaimTexts.AddressParts.Contains(part.Name) || part.Value.ValueKind is not JsonValueKind.String))
            return new("address", $"must be an object of texts named {string.Join(", ", ClaimTexts.AddressParts)}");
        return value.EnumerateObject().Select(part => Explain("address", ClaimTexts.Check($"address.{part.Name}", part.Value.GetString()!))).FirstOrDefault(error => error is not null);
    }

    private static MetadataError? Explain(string name, ClaimMistake? mistake) => mistake switch
    {
        null => null,
        ClaimMistake.NotUrl => new(name, "must be an https URL (http on loopback)"),
        ClaimMistake.NotDate => new(name, "must be a day as YYYY-MM-DD, with 0000 for a year that isn't told, or a year alone"),
        ClaimMistake.NotZone => new(name, "must be the name of a time zone, such as Europe/Paris"),
        ClaimMistake.NotLanguage => new(name, "must be a language tag, such as en or pt-BR"),
        ClaimMistake.NotPhone => new(name, "must be a telephone number, best with + and the country's code"),
        _ => new(name, $"must be plain text of at most {ClaimTexts.Longest} characters"),
    };

    private static bool TryGetSeconds(this JsonElement value) => value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var seconds) && seconds >= 0;
}
