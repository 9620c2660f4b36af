using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Server.Pages;

/// <summary>Scopes in words.</summary>
internal static class ScopeWords
{
    /// <summary>What a client learns of the person.</summary>
    public static IReadOnlyList<string> OfIdentity(ScopeSet scope) => [.. scope.Intersect(ScopeSet.Identity).Select(TextOf).OfType<string>()];

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
