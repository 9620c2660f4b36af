using System.Text.Json;
using IdentityProvider.Protocol.UserInfo;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Protocol.Claims;

/// <summary>Writes a person's attributes: at UserInfo and in the ID token. What isn't known of them is left out (OpenID Connect Core §5.3.2).</summary>
internal static class PersonClaims
{
    /// <param name="json">Inside an object.</param>
    /// <param name="user">Whose they are.</param>
    /// <param name="scope">The scopes that open them by the group (§5.4).</param>
    /// <param name="byName">Those that were asked for by name in this very place (§5.5): where values were named, only if it is one of them.</param>
    public static void Write(Utf8JsonWriter json, UserClaims user, ScopeSet scope, IReadOnlyList<RequestedClaim> byName)
    {
        foreach (var name in StandardClaims.Of(scope))
        {
            if (StandardClaims.ValueOf(user, name) is not { } value)
                continue;
            json.WritePropertyName(name);
            value.WriteTo(json);
        }

        foreach (var claim in byName)
        {
            if (StandardClaims.ScopeOf(claim.Name) is not { } of || scope.Contains(of) || StandardClaims.ValueOf(user, claim.Name) is not { } value || !claim.Admits(value))
                continue;
            json.WritePropertyName(claim.Name);
            value.WriteTo(json);
        }
    }
}
