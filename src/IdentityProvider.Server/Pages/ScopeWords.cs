using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.UserInfo;

namespace IdentityProvider.Server.Pages;

/// <summary>Scopes as the texts that say them.</summary>
internal static class ScopeWords
{
    /// <summary>What a client learns of the person (OpenID Connect Core §5.4), by the keys of its texts.</summary>
    public static IReadOnlyList<string> OfIdentity(ScopeSet scope) => [.. scope.Intersect(ScopeSet.Identity).Select(KeyOf).OfType<string>()];

    /// <summary>What a client learns of the person that it asks for by name (§5.5), by the keys of its texts.</summary>
    public static IReadOnlyList<string> OfClaims(IEnumerable<string> names) => [.. names.Where(name => StandardClaims.ScopeOf(name) is not null).Select(name => "Consent." + name).Distinct()];

    /// <summary>What a client may do at each API, by the API's name, in the words of those who run the API.</summary>
    public static IReadOnlyList<(string Resource, IReadOnlyList<string> Texts)> OfApis(ScopeSet scope, IEnumerable<Resource> resources)
    {
        var apis = resources.Select(r => (r.Name, Texts: (IReadOnlyList<string>)[.. r.Scopes.Where(s => scope.Contains(s.Name)).Select(s => s.Description ?? s.Name)]));
        return [.. apis.Where(a => a.Texts.Count > 0)];
    }

    private static string? KeyOf(string scope) => scope switch
    {
        ScopeSet.OpenId => "Consent.ScopeOpenId",
        "profile" => "Consent.ScopeProfile",
        "email" => "Consent.ScopeEmail",
        "address" => "Consent.ScopeAddress",
        "phone" => "Consent.ScopePhone",
        _ => null,
    };
}
