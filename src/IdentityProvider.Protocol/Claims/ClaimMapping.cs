using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.UserInfo;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Protocol.Claims;

/// <summary>
/// Claims that an operator adds for an API or an app: each by its name, taken from a standard claim of the person's or from their <c>roles</c> or
/// <c>groups</c>. Nothing is added by itself. A person's attribute goes only where its scope was granted, so that no mapping tells what nobody
/// agreed to; roles and groups are the operator's own, and go where the mapping says. Immutable.
/// </summary>
public sealed class ClaimMapping
{
    /// <summary>A source that isn't a standard claim: the names of the person's roles, those that they have by a group too.</summary>
    public const string Roles = "roles";

    /// <summary>The other one: the names of the person's groups.</summary>
    public const string Groups = "groups";

    /// <summary>More than a token should carry.</summary>
    public const int MostClaims = 10;

    /// <summary>Of a claim's name, in characters.</summary>
    public const int LongestName = 60;

    /// <summary>A person with more roles, or groups, has none of them told: half a list would be a wrong one.</summary>
    public const int MostRoles = 100;

    /// <summary>What they may add to an access token together, in bytes of JSON: it goes along with every call.</summary>
    public const int LargestInAccessToken = 1024;

    /// <summary>What tokens say themselves (RFC 7519 §4.1, RFC 9068 §2.2, Core §2, RFC 8693 §4, RFC 7800 §3, RFC 9396 §9.1 …).</summary>
    private static readonly HashSet<string> OfTokens = new(StringComparer.Ordinal)
    {
        "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "scope", "azp", "nonce", "auth_time", "acr", "amr", "sid", "at_hash", "c_hash", "s_hash", "cnf", "status",
        "act", "may_act", "authorization_details", "events", "active", "token_type", "username", "token_introspection", "sub_jwk", "toe", "txn", "sub_id", "_claim_names", "_claim_sources",
    };

    private readonly KeyValuePair<string, string>[] _entries;

    private ClaimMapping(IEnumerable<KeyValuePair<string, string>> entries) => _entries = [.. entries];

    public static ClaimMapping None { get; } = new([]);

    public bool IsEmpty => _entries.Length == 0;

    /// <summary>Whether the person's roles must be known.</summary>
    public bool NeedsRoles => _entries.Any(entry => entry.Value == Roles);

    /// <summary>Whether the person's groups must be known.</summary>
    public bool NeedsGroups => _entries.Any(entry => entry.Value == Groups);

    /// <summary>The wire form: a claim's name and what it is taken from; null where there is none.</summary>
    public IReadOnlyDictionary<string, string>? Written => IsEmpty ? null : _entries.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);

    /// <summary>Reads what an operator wrote; absent is <see cref="None"/>.</summary>
    /// <param name="written">A claim's name and what it is taken from.</param>
    /// <param name="besideStandardClaims">Whether standard claims stand in the same place anyway, as they do at UserInfo.</param>
    /// <param name="mapping">What was meant.</param>
    public static MetadataError? Read(IReadOnlyDictionary<string, string>? written, bool besideStandardClaims, out ClaimMapping mapping)
    {
        mapping = None;
        if (written is null)
            return null;

        // 1. A few, by names that can stand in a token and that no token has for itself.
        if (written.Count > MostClaims)
            return new("claims", $"must be at most {MostClaims} in one place");
        foreach (var (name, source) in written)
        {
            if (!ScopeSet.IsToken(name) || name.Length > LongestName)
                return new("claims", $"must be names of 1 to {LongestName} printable ASCII characters without spaces, quotes and backslashes");
            if (OfTokens.Contains(name))
                return new("claims", $"{name} is what tokens say themselves");

            // 2. From something that is known of people.
            if (source is null || (source is not (Roles or Groups) && StandardClaims.ScopeOf(source) is null))
                return new("claims", $"{name} must be taken from {Roles}, from {Groups} or from a standard claim (OpenID Connect Core §5.1)");

            // 3. A standard name means what the standard says.
            if (StandardClaims.ScopeOf(name) is not null && (besideStandardClaims || name != source))
                return new("claims", $"{name} is a standard claim, and can't stand for something else or stand twice");
        }

        mapping = new(written);
        return null;
    }

    /// <summary>Writes the claims for one person, as far as they fit.</summary>
    /// <param name="json">Inside an object.</param>
    /// <param name="user">Whose they are.</param>
    /// <param name="granted">The scopes without which an attribute of theirs isn't told.</param>
    /// <param name="but">Names that stand there already.</param>
    /// <param name="most">The bytes that they may take together; one that doesn't fit is left out whole.</param>
    internal void WriteTo(Utf8JsonWriter json, UserClaims user, ScopeSet granted, IReadOnlySet<string> but, int most)
    {
        foreach (var (name, source) in _entries)
        {
            if (but.Contains(name) || ValueOf(user, source, granted) is not { } value)
                continue;
            var text = value.ToJsonString();
            most -= Encoding.UTF8.GetByteCount(text) + name.Length + 4;
            if (most < 0)
                return;
            json.WritePropertyName(name);
            value.WriteTo(json);
        }
    }

    private static JsonNode? ValueOf(UserClaims user, string source, ScopeSet granted) => source switch
    {
        Roles => Names(user.Roles),
        Groups => Names(user.Groups),
        _ => granted.Contains(StandardClaims.ScopeOf(source)!) ? StandardClaims.ValueOf(user, source) : null,
    };

    private static JsonArray? Names(IReadOnlyList<string>? names) => names is { Count: <= MostRoles } ? [.. names.Select(name => JsonValue.Create(name))] : null;
}
