using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.UserInfo;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Server.Pages;

/// <summary>
/// What of a person a client would read, value by value, and which of it there is nothing of yet: a standing consent covers that too, once the
/// person adds it. What is a part or a property of another line is said there.
/// </summary>
internal sealed record SharedClaims(IReadOnlyList<SharedClaim> Lines, IReadOnlyList<string> Missing)
{
    private const int LongestShown = 200;

    private static readonly string[] PartsOfName = ["given_name", "middle_name", "family_name"];

    private static readonly string[] PartsOfAddress = ["street_address", "postal_code", "locality", "region", "country"];

    // In the order in which a person would say them.
    private static readonly string[] Order =
    [
        "name", "given_name", "middle_name", "family_name", "nickname", "preferred_username", "email", "phone_number", "address", "birthdate",
        "gender", "picture", "profile", "website", "locale", "zoneinfo", "updated_at",
    ];

    /// <param name="scope">The identity scopes that are asked for.</param>
    /// <param name="named">What is asked for by name beyond them.</param>
    /// <param name="user">Whose they are.</param>
    public static SharedClaims Of(ScopeSet scope, IReadOnlyList<string> named, UserClaims user)
    {
        var asked = StandardClaims.Of(scope).Union(named, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        var lines = new List<SharedClaim>();
        var missing = new List<string>();
        foreach (var claim in Order.Where(asked.Contains).Concat(named.Where(IsProperty).Where(claim => !asked.Contains(SubjectOf(claim)))))
        {
            if (StandardClaims.ValueOf(user, claim) is not { } value)
                missing.Add(claim);
            else if (!IsSaidBy(lines, claim, value))
                lines.Add(new SharedClaim(claim, TextOf(value), asked.Contains(claim + "_verified") ? IsTrue(user, claim + "_verified") : null));
        }

        // Nobody adds the date of a change, and whoever has a name has its parts.
        missing.RemoveAll(claim => claim == "updated_at" || (PartsOfName.Contains(claim) && lines.Any(line => line.Claim == "name")));
        return new SharedClaims(lines, missing);
    }

    private static bool IsProperty(string claim) => claim.EndsWith("_verified", StringComparison.Ordinal);

    private static string SubjectOf(string claim) => claim[..^"_verified".Length];

    private static bool IsSaidBy(List<SharedClaim> lines, string claim, JsonNode value) =>
        PartsOfName.Contains(claim) && lines.Find(line => line.Claim == "name") is { } name && name.Value.Contains(TextOf(value), StringComparison.Ordinal);

    private static bool IsTrue(UserClaims user, string claim) => StandardClaims.ValueOf(user, claim)?.GetValueKind() == JsonValueKind.True;

    private static string TextOf(JsonNode value)
    {
        var text = value switch
        {
            // OpenID Connect Core §5.1.1: written out, or in its parts.
            JsonObject address => address["formatted"]?.ToString() ?? string.Join(", ", PartsOfAddress.Select(part => address[part]?.ToString()).Where(part => !string.IsNullOrWhiteSpace(part))),
            JsonValue number when number.TryGetValue<long>(out var seconds) => Account.Moments.Day(DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime),
            _ => value.ToString(),
        };
        return text.Length > LongestShown ? string.Concat(text.AsSpan(0, LongestShown), "…") : text;
    }
}

/// <summary>A line of it.</summary>
/// <param name="Claim">Its name (OpenID Connect Core §5.1), by which it has a text.</param>
/// <param name="Value">What the client would read.</param>
/// <param name="IsConfirmed">Whether the client is told that somebody checked it; null where it is told nothing of that.</param>
internal sealed record SharedClaim(string Claim, string Value, bool? IsConfirmed);
