using System.Collections.Frozen;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace IdentityProvider.Protocol.Audit;

/// <summary>
/// What of a document the audit may say. Of a change only the members that changed; no secret, nor what one could be guessed from, whatever the
/// member's place; of a person only what isn't theirs to be forgotten; and all of it bounded.
/// </summary>
public static partial class AuditRedaction
{
    /// <summary>Stands for a secret.</summary>
    public const string Redacted = "[redacted]";

    /// <summary>Stands for what is known of a person: that it changed is told, not from what to what.</summary>
    public const string Personal = "[personal]";

    private const int Deepest = 6;
    private const int LongestText = 1000;
    private const int MostItems = 100;

    private static readonly FrozenSet<string> SecretWords = new[]
    {
        "password", "passphrase", "passwd", "secret", "secrets", "token", "tokens", "hash", "hashes", "credential", "credentials", "assertion", "assertions",
        "cookie", "cookies", "code", "codes", "otp", "totp", "pin", "seed", "salt", "private", "recovery", "authorization", "proof", "stamp", "sealed",
    }.ToFrozenSet(StringComparer.Ordinal);

    // A member whose last word is one of these tells of a secret, and is none.
    private static readonly FrozenSet<string> AboutWords = new[]
    {
        "method", "methods", "alg", "algs", "enc", "lifetime", "uri", "uris", "type", "types", "delivery", "at", "count", "policy", "endpoint",
    }.ToFrozenSet(StringComparer.Ordinal);

    // RFC 7517 §4: of a key what names it. Its private members would be a secret, its public ones say nothing to a reader.
    private static readonly FrozenSet<string> OfKeys = new[] { "kty", "kid", "alg", "use", "crv", "key_ops" }.ToFrozenSet(StringComparer.Ordinal);

    // Whatever isn't here is a claim of the person, or may be one.
    private static readonly FrozenSet<string> OfUsers = new[]
    {
        "sub", "disabled", "disabled_at", "roles", "groups", "role", "group", "require_mfa", "amr", "acr", "new_browser", "method", "methods", "reason", "scope", "resources",
        "client_id", "about", "issuer", "upstream", "purpose", "sessions", "families", "ended", "lines", "second_factors", "passkeys", "email_verified",
    }.ToFrozenSet(StringComparer.Ordinal);

    // ASCII alone, so that every database gives back the bytes that it was given.
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.Default };

    /// <summary>What changed, as it was and as it is; of something new or gone the whole. Null for what isn't there.</summary>
    public static (string? Before, string? After) OfChange(AuditTarget target, JsonNode? before, JsonNode? after)
    {
        if (before is not JsonObject old || after is not JsonObject now)
            return (Of(target, before), Of(target, after));
        var (was, has) = (new JsonObject(), new JsonObject());
        foreach (var name in old.Select(m => m.Key).Union(now.Select(m => m.Key), StringComparer.Ordinal))
        {
            if (JsonNode.DeepEquals(old[name], now[name]))
                continue;
            if (old.ContainsKey(name))
                was[name] = old[name]?.DeepClone();
            if (now.ContainsKey(name))
                has[name] = now[name]?.DeepClone();
        }

        return (Of(target, was), Of(target, has));
    }

    /// <summary>The document as the audit may have it; null for none.</summary>
    public static string? Of(AuditTarget target, JsonNode? document)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (document is null)
            return null;
        var isOfUser = target.Kind == "user";
        var clean = document is JsonObject members ? Clean(members, isOfUser, 0) : new JsonObject { ["value"] = Clean(document, isOfUser, 0) };
        var text = clean.ToJsonString(Compact);
        return text.Length <= AuditEvent.LongestDocument ? text : Shortened(clean);
    }

    /// <summary>Whether a member of this name holds a secret.</summary>
    public static bool IsSecret(string name)
    {
        var words = WordOfName().Matches(name).Select(word => word.Value.ToLowerInvariant()).ToList();
        return words.Exists(SecretWords.Contains) && !AboutWords.Contains(words[^1]);
    }

    private static JsonObject Clean(JsonObject members, bool isOfUser, int depth)
    {
        var isKey = members.ContainsKey("kty");
        var clean = new JsonObject();
        foreach (var (name, value) in members.Take(MostItems))
        {
            if (isKey ? !OfKeys.Contains(name) : IsSecret(name) && value?.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False or null))
                clean[Cut(name)] = Redacted;
            else if (isOfUser && depth == 0 && !OfUsers.Contains(name))
                clean[Cut(name)] = Personal;
            else
                clean[Cut(name)] = Clean(value, isOfUser, depth + 1);
        }

        return clean;
    }

    private static JsonNode? Clean(JsonNode? value, bool isOfUser, int depth)
    {
        if (depth > Deepest)
            return "[deep]";
        return value switch
        {
            JsonObject members => Clean(members, isOfUser, depth),
            JsonArray items => new JsonArray([.. items.Take(MostItems).Select(item => Clean(item, isOfUser, depth + 1))]),
            JsonValue single when single.GetValueKind() is JsonValueKind.String => JsonValue.Create(CleanText(single.ToString())),
            null => null,
            _ => value.DeepClone(),
        };
    }

    private static string CleanText(string text) => SignedToken().IsMatch(text) ? Redacted : Cut(text);

    private static string Cut(string text) => text.Length <= LongestText ? text : string.Concat(text.AsSpan(0, LongestText), "…");

    private static string Shortened(JsonObject clean)
    {
        var names = new JsonArray([.. clean.Select(member => (JsonNode)(member.Key.Length <= 60 ? member.Key : member.Key[..60]))]);
        return new JsonObject { ["too_long"] = true, ["members"] = names }.ToJsonString(Compact);
    }

    // client_secret, clientSecret and ClientSecret are the same two words.
    [GeneratedRegex("[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")]
    private static partial Regex WordOfName();

    // RFC 7515 §3.1: whatever is named, a signed token is recognised by its header, {"…
    [GeneratedRegex(@"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.")]
    private static partial Regex SignedToken();
}
