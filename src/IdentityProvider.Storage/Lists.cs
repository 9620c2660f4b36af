using IdentityProvider.Protocol;

namespace IdentityProvider.Storage;

/// <summary>
/// Scopes, resource indicators and authentication methods have no space in them (RFC 6749 §3.3, RFC 3986, RFC 8176), so one separates them.
/// </summary>
internal static class Lists
{
    public static string Join(IReadOnlyList<string> items) => string.Join(' ', items);

    public static IReadOnlyList<string> Split(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public static ScopeSet Scopes(string text) => ScopeSet.Of(Split(text));
}
