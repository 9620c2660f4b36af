using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Protocol.Upstream;

/// <summary>
/// What an upstream says of a person, in our words. Whoever runs or uses the upstream may have written any of it: a value that an operator
/// couldn't set is left out, and an address is the person's only where the operator lets the upstream's word for it count.
/// </summary>
public static class UpstreamClaims
{
    /// <summary>What can be taken over. <c>email</c> is one of them where it counts.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["name", "given_name", "family_name", "middle_name", "nickname", "picture", "profile", "website", "gender", "birthdate", "zoneinfo", "locale", "email", "email_verified"];

    /// <summary>Takes over.</summary>
    /// <param name="upstream">Whose word it is.</param>
    /// <param name="documents">What it said: the ID token first, for it is signed, then UserInfo.</param>
    public static UpstreamPerson Map(UpstreamProvider upstream, IReadOnlyList<JsonElement> documents)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        ArgumentNullException.ThrowIfNull(documents);
        var claims = new JsonObject();
        foreach (var name in Names)
        {
            if (name is not ("email" or "email_verified") && Find(documents, upstream, name) is { } found && IsSettable(name, found.Value))
                claims[name] = JsonNode.Parse(found.Value.GetRawText());
        }

        // The two words about an address are of one document, or the second is about another address (Core §5.1).
        var said = Find(documents, upstream, "email");
        var email = said is { Value: { ValueKind: JsonValueKind.String } text } ? EmailAddress.Read(text.GetString()) : null;
        var counts = email is not null
            && Find([said!.Value.Document], upstream, "email_verified") is { Value.ValueKind: JsonValueKind.True }
            && upstream.EmailDomains.Contains(email.Text[(email.Text.LastIndexOf('@') + 1)..], StringComparer.Ordinal);
        return new UpstreamPerson(claims, counts ? email : null);
    }

    private static (JsonElement Document, JsonElement Value)? Find(IReadOnlyList<JsonElement> documents, UpstreamProvider upstream, string name)
    {
        var theirs = upstream.Claims.GetValueOrDefault(name, name);
        foreach (var document in documents)
        {
            if (document.TryGetProperty(theirs, out var value) && value.ValueKind is not JsonValueKind.Null)
                return (document, value);
        }

        return null;
    }

    private static bool IsSettable(string name, JsonElement value) =>
        UserClaimsRules.Read(Encoding.UTF8.GetBytes($"{{\"{name}\":{value.GetRawText()}}}")) is Validated<JsonObject>.Valid;
}

/// <summary>Somebody as an upstream describes them, in our words.</summary>
/// <param name="Claims">Standard claims that an operator could have set too; no address.</param>
/// <param name="Email">The address, where the upstream's word for it counts; otherwise null, whatever it said.</param>
public sealed record UpstreamPerson(JsonObject Claims, EmailAddress? Email);
