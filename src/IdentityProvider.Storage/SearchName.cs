using System.Text.Json.Nodes;

namespace IdentityProvider.Storage;

/// <summary>Names as they are looked for: without case, so that an index in byte order finds how one begins. The one home of it, for rows and questions alike.</summary>
internal static class SearchName
{
    /// <summary>Null where there is nothing to be found by. The same form as ASP.NET Core Identity gives the names of accounts and roles.</summary>
    public static string? Of(string? name)
    {
        var plain = Longest.CutText(name?.Trim(), Longest.SearchName)?.Normalize().ToUpperInvariant();
        return string.IsNullOrEmpty(plain) ? null : Longest.CutText(plain, Longest.SearchName);
    }

    /// <summary>A person's name and family name, out of their claims (OpenID Connect Core §5.1).</summary>
    public static (string? Name, string? FamilyName) OfPerson(string claims)
    {
        var known = JsonNode.Parse(claims)!.AsObject();
        return (Of(PersonIn(known)), Of(Text(known, "family_name")));
    }

    /// <summary>What a person is called, whole; null where that isn't known.</summary>
    public static string? PersonIn(JsonObject claims) =>
        Text(claims, "name") ?? (string.Join(' ', new[] { Text(claims, "given_name"), Text(claims, "family_name") }.OfType<string>()) is { Length: > 0 } both ? both : null);

    private static string? Text(JsonObject claims, string name) => claims[name] is JsonValue value && value.TryGetValue(out string? text) && text.Length > 0 ? text : null;
}
