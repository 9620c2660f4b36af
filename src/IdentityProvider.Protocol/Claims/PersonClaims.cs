using System.Text.Json;
using IdentityProvider.Protocol.UserInfo;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Protocol.Claims;

/// <summary>Writes a person's attributes: at UserInfo and in the ID token. What isn't known of them is left out (OpenID Connect Core §5.3.2).</summary>
internal static class PersonClaims
{
    /// <param name="json">Inside an object.</param>
    /// <param name="user">Whose they are.</param>
    /// <param name="scope">The scopes that open them by the group in this place (§5.4).</param>
    /// <param name="byName">Those that were asked for by name in this very place (§5.5): where values were named, only if it is one of them.</param>
    /// <returns>The names that stand there now.</returns>
    public static IReadOnlySet<string> Write(Utf8JsonWriter json, UserClaims user, ScopeSet scope, IReadOnlyList<RequestedClaim> byName)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in StandardClaims.Of(scope))
        {
            if (StandardClaims.ValueOf(user, name) is not { } value)
                continue;
            names.Add(name);
            json.WritePropertyName(name);
            value.WriteTo(json);
        }

        foreach (var claim in byName)
        {
            if (StandardClaims.ValueOf(user, claim.Name) is not { } value || !claim.Admits(value) || StandardClaims.ScopeOf(claim.Name) is null || !names.Add(claim.Name))
                continue;
            json.WritePropertyName(claim.Name);
            value.WriteTo(json);
        }

        return names;
    }
}
