using System.Text.Json;

namespace IdentityProvider.Verifier.Rules;

/// <summary>Where a token's status stands (draft-ietf-oauth-status-list §6.2).</summary>
internal readonly record struct StatusReference(string Uri, long Index)
{
    /// <summary>Reads <c>status</c>; false when there is one that is no reference.</summary>
    public static bool TryRead(JsonElement claims, out StatusReference? reference)
    {
        reference = null;
        if (!claims.TryGetProperty("status", out var status)) return true;
        if (status.ValueKind is not JsonValueKind.Object || !status.TryGetProperty("status_list", out var list) || list.ValueKind is not JsonValueKind.Object) return false;
        if (!list.TryGetProperty("idx", out var index) || index.ValueKind is not JsonValueKind.Number || !index.TryGetInt64(out var at) || at < 0) return false;
        if (!list.TryGetProperty("uri", out var uri) || uri.ValueKind is not JsonValueKind.String) return false;
        reference = new(uri.GetString()!, at);
        return true;
    }
}
