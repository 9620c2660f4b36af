using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Protocol.UserInfo;

/// <summary>Which claims each scope stands for (OpenID Connect Core §5.4), and what a person's are.</summary>
public static class StandardClaims
{
    internal const string PreferredUsername = "preferred_username";

    private static readonly (string Scope, string[] Claims)[] ByScope =
    [
        ("profile",
        [
            "name", "family_name", "given_name", "middle_name", "nickname", PreferredUsername, "profile", "picture", "website", "gender",
            "birthdate", "zoneinfo", "locale", "updated_at",
        ]),
        ("email", ["email", "email_verified"]),
        ("address", ["address"]),
        ("phone", ["phone_number", "phone_number_verified"]),
    ];

    private static readonly Dictionary<string, string> Scopes =
        ByScope.SelectMany(entry => entry.Claims, (entry, claim) => (claim, entry.Scope)).ToDictionary(pair => pair.claim, pair => pair.Scope, StringComparer.Ordinal);

    /// <summary>Every claim that some scope stands for: what metadata lists beside the protocol's own.</summary>
    public static IEnumerable<string> All => ByScope.SelectMany(entry => entry.Claims);

    /// <summary>The scope that stands for the claim; null where it is no attribute of a person that is known here.</summary>
    public static string? ScopeOf(string claim) => Scopes.GetValueOrDefault(claim);

    /// <summary>The claims that these scopes stand for.</summary>
    public static IEnumerable<string> Of(ScopeSet scope) => ByScope.Where(entry => scope.Contains(entry.Scope)).SelectMany(entry => entry.Claims);

    /// <summary>What is known of the person under this name; null where nothing is.</summary>
    public static JsonNode? ValueOf(UserClaims user, string claim)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (user.Claims.TryGetPropertyValue(claim, out var value) && value is not null)
            return value;
        return claim == PreferredUsername ? JsonValue.Create(user.Username) : null;
    }
}
