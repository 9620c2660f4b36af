using System.Collections;

namespace IdentityProvider.Protocol;

/// <summary>A set of scopes in the order first named (RFC 6749 §3.3). Equality ignores the order.</summary>
public sealed class ScopeSet : IReadOnlyCollection<string>, IEquatable<ScopeSet>
{
    public const string OpenId = "openid";
    public const string OfflineAccess = "offline_access";

    private readonly string[] _scopes;

    private ScopeSet(IEnumerable<string> scopes) => _scopes = [.. scopes.Distinct(StringComparer.Ordinal)];

    public static ScopeSet Empty { get; } = new([]);

    /// <summary>The scopes that are about the user and this server rather than about an API (OpenID Connect Core §5.4, §11).</summary>
    public static ScopeSet Identity { get; } = new([OpenId, "profile", "email", "address", "phone", OfflineAccess]);

    public int Count => _scopes.Length;

    public static ScopeSet Of(IEnumerable<string> scopes) => new(scopes);

    /// <summary>Reads a space-separated list; false where a token has a character outside RFC 6749's scope-token.</summary>
    public static bool TryParse(string? text, out ScopeSet scopes)
    {
        scopes = text is null ? Empty : new(text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return scopes.All(IsToken);
    }

    /// <summary>Whether the text is one scope-token: printable ASCII but space, quote and backslash.</summary>
    public static bool IsToken(string text) => text.Length is > 0 and <= 256 && text.All(c => c is '!' or (>= '#' and <= '[') or (>= ']' and <= '~'));

    public bool Contains(string scope) => Array.IndexOf(_scopes, scope) >= 0;

    public bool IsSubsetOf(ScopeSet other) => _scopes.All(other.Contains);

    public ScopeSet Intersect(ScopeSet other) => new(_scopes.Where(other.Contains));

    public ScopeSet Union(ScopeSet other) => new(_scopes.Concat(other._scopes));

    public ScopeSet Except(ScopeSet other) => new(_scopes.Where(s => !other.Contains(s)));

    public bool Equals(ScopeSet? other) => other is not null && Count == other.Count && IsSubsetOf(other);

    public override bool Equals(object? obj) => Equals(obj as ScopeSet);

    public override int GetHashCode() => _scopes.Aggregate(0, (hash, scope) => hash ^ scope.GetHashCode(StringComparison.Ordinal));

    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_scopes).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The space-separated form of the wire.</summary>
    public override string ToString() => string.Join(' ', _scopes);
}
