using System.Buffers;
using System.Text.Json;

namespace IdentityProvider.Jose;

/// <summary>
/// A set of verification keys (RFC 7517 §5), immutable. Keys of a set from elsewhere that we can't use are left out, as §5 asks, and
/// named in <see cref="LeftOut"/>, so that a registration can refuse what a running verifier forgives.
/// </summary>
public sealed class JsonWebKeySet
{
    /// <summary>A set longer than this, in bytes, is refused.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>A set of more keys than this is refused.</summary>
    public const int MaxKeys = 100;

    /// <summary>The set of these keys, in this order.</summary>
    public JsonWebKeySet(IEnumerable<JsonWebKey> keys) : this([.. keys], [])
    {
    }

    private JsonWebKeySet(IReadOnlyList<JsonWebKey> keys, IReadOnlyList<JoseRefused> leftOut)
    {
        Keys = keys;
        LeftOut = leftOut;
    }

    /// <summary>The usable keys, in the set's order.</summary>
    public IReadOnlyList<JsonWebKey> Keys { get; }

    /// <summary>Whether a usable key has this <c>kid</c>.</summary>
    public bool Has(string kid) => Keys.Any(key => string.Equals(key.Kid, kid, StringComparison.Ordinal));

    /// <summary>Why the others were left out, one refusal each.</summary>
    public IReadOnlyList<JoseRefused> LeftOut { get; }

    /// <summary>Reads a JWK Set from UTF-8 JSON. Never throws on what the bytes say.</summary>
    public static JoseResult<JsonWebKeySet> Parse(ReadOnlySpan<byte> utf8)
    {
        // 1. Strict JSON of a bounded size.
        if (utf8.Length > MaxLength) return new JoseRefused(JoseRefusal.TooLarge, $"a JWK Set of {utf8.Length} bytes");
        if (StrictJson.ParseObject(utf8, "the JWK Set", out var set) is { } refused) return refused;

        // 2. keys is an array (RFC 7517 §5.1), bounded too.
        if (!set.TryGetProperty("keys", out var members) || members.ValueKind is not JsonValueKind.Array)
            return new JoseRefused(JoseRefusal.KeyMalformed, "keys is not an array");
        if (members.GetArrayLength() > MaxKeys) return new JoseRefused(JoseRefusal.TooLarge, $"more than {MaxKeys} keys");

        // 3. Each key by itself; one that we can't use does not spoil the set (RFC 7517 §5).
        List<JsonWebKey> keys = [];
        List<JoseRefused> leftOut = [];
        foreach (var member in members.EnumerateArray())
        {
            if (member.ValueKind is not JsonValueKind.Object) leftOut.Add(new(JoseRefusal.KeyMalformed, "a key is not an object"));
            else if (JsonWebKey.ParseObject(member).Accepted(out var key, out var why)) keys.Add(key);
            else leftOut.Add(why);
        }
        return new JsonWebKeySet(keys, leftOut);
    }

    /// <summary>
    /// The one key for a token with this <c>kid</c> (null when it has none) and algorithm. Every key here is for <c>use</c> sig.
    /// Refuses with KeyUnknown (fetch the set again), AlgorithmNotAllowed or KeyAmbiguous.
    /// </summary>
    public JoseResult<JsonWebKey> Select(string? kid, SignatureAlgorithm algorithm)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        JsonWebKey? selected = null;
        var kidKnown = false;
        foreach (var key in Keys)
        {
            // 1. By kid, when the token has one (RFC 7515 §4.1.4).
            if (kid is not null && !string.Equals(key.Kid, kid, StringComparison.Ordinal)) continue;
            kidKnown = true;

            // 2. By the key's own allow-list (RFC 8725 §3.1).
            if (!key.Allows(algorithm)) continue;

            // 3. One alone: we try no keys (RFC 7517 §4.5).
            if (selected is not null) return new JoseRefused(JoseRefusal.KeyAmbiguous, "more than one key fits");
            selected = key;
        }
        if (selected is not null) return selected;
        return kid is not null && kidKnown
            ? new JoseRefused(JoseRefusal.AlgorithmNotAllowed, $"the key does not allow {algorithm.Name}")
            : new JoseRefused(JoseRefusal.KeyUnknown, "no key fits");
    }

    /// <summary>Writes the set: <c>{"keys":[…]}</c>.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteStartArray("keys");
        foreach (var key in Keys) key.WriteTo(writer);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>The set as UTF-8 JSON: what a JWKS endpoint serves.</summary>
    public byte[] ToUtf8Bytes()
    {
        var json = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(json)) WriteTo(writer);
        return json.WrittenSpan.ToArray();
    }
}
