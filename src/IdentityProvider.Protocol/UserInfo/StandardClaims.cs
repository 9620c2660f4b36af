namespace IdentityProvider.Protocol.UserInfo;

/// <summary>Which claims each scope stands for (OpenID Connect Core §5.4).</summary>
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

    /// <summary>Every claim that some scope stands for: what metadata lists beside the protocol's own.</summary>
    public static IEnumerable<string> All => ByScope.SelectMany(entry => entry.Claims);

    internal static IEnumerable<string> Of(ScopeSet scope) => ByScope.Where(entry => scope.Contains(entry.Scope)).SelectMany(entry => entry.Claims);
}
