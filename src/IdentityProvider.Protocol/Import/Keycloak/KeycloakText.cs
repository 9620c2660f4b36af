using System.Text.Json;

namespace IdentityProvider.Protocol.Import.Keycloak;

/// <summary>Texts in an export where anything may stand.</summary>
internal static class KeycloakText
{
    /// <summary>The text; null where there is none, or half of a surrogate pair in it, which JSON can write and nothing can read.</summary>
    public static string? Of(JsonElement value)
    {
        try
        {
            return value.ValueKind is JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
