using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Server.Pages;

/// <summary>Scopes in words.</summary>
internal static class ScopeWords
{
    /// <summary>What a person is told of a claim (OpenID Connect Core §5.1).</summary>
    private static readonly Dictionary<string, string> ClaimTexts = new(StringComparer.Ordinal)
    {
        ["name"] = "Your full name",
        ["given_name"] = "Your given name",
        ["family_name"] = "Your family name",
        ["middle_name"] = "Your middle name",
        ["nickname"] = "Your nickname",
        ["preferred_username"] = "Your user name",
        ["profile"] = "The address of your profile page",
        ["picture"] = "The address of your picture",
        ["website"] = "The address of your website",
        ["gender"] = "Your gender",
        ["birthdate"] = "Your birthday",
        ["zoneinfo"] = "Your time zone",
        ["locale"] = "Your language",
        ["updated_at"] = "When your profile was last changed",
        ["email"] = "Your email address",
        ["email_verified"] = "Whether your email address was checked",
        ["address"] = "Your postal address",
        ["phone_number"] = "Your phone number",
        ["phone_number_verified"] = "Whether your phone number was checked",
    };

    /// <summary>What a client learns of the person.</summary>
    public static IReadOnlyList<string> OfIdentity(ScopeSet scope) => [.. scope.Intersect(ScopeSet.Identity).Select(TextOf).OfType<string>()];

    /// <summary>What a client learns of the person that it asks for by name (OpenID Connect Core §5.5).</summary>
    public static IReadOnlyList<string> OfClaims(IEnumerable<string> names) => [.. names.Select(name => ClaimTexts.GetValueOrDefault(name)).OfType<string>().Distinct()];

    /// <summary>What a client may do at each API, by the API's name.</summary>
    public static IReadOnlyList<(string Resource, IReadOnlyList<string> Texts)> OfApis(ScopeSet scope, IEnumerable<Resource> resources)
    {
        var apis = resources.Select(r => (r.Name, Texts: (IReadOnlyList<string>)[.. r.Scopes.Where(s => scope.Contains(s.Name)).Select(s => s.Description ?? s.Name)]));
        return [.. apis.Where(a => a.Texts.Count > 0)];
    }

    /// <summary>What a person is told of an identity scope (OpenID Connect Core §5.4).</summary>
    private static string? TextOf(string scope) => scope switch
    {
        ScopeSet.OpenId => "Who you are here: an identifier of your account",
        "profile" => "Your profile: your name, picture, language and the like",
        "email" => "Your email address",
        "address" => "Your postal address",
        "phone" => "Your phone number",
        _ => null,
    };
}
