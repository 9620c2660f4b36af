using System.Text.Json;

namespace IdentityProvider.Jose;

/// <summary>The protected header of a JWS, as far as it may say anything (RFC 7515 §4.1).</summary>
public sealed class JwsHeader
{
    /// <summary>Extensions and markers that we understand none of (RFC 7515 §4.1.11, RFC 7797 §3).</summary>
    private static readonly string[] Critical = ["crit", "b64"];

    /// <summary>
    /// Members by which a token fetches or certifies its own key (RFC 7515 §4.1.2, 4.1.5, 4.1.6). The hashes x5t and x5t#S256 are no
    /// keys: real clients send them, and we ignore them, since they select nothing here.
    /// </summary>
    private static readonly string[] ForeignKeys = ["jku", "x5u", "x5c"];

    /// <summary>The same, and the member by which a token brings its key (RFC 7515 §4.1.3).</summary>
    private static readonly string[] Keys = ["jwk", .. ForeignKeys];

    /// <summary>Members of tokens in tokens, of compression and of encryption (RFC 7515 §4.1.10, RFC 7516 §4.1.2, 4.1.3).</summary>
    private static readonly string[] Nesting = ["cty", "zip", "enc"];

    private JwsHeader(SignatureAlgorithm algorithm, string? kid, string? typ)
    {
        Algorithm = algorithm;
        Kid = kid;
        Typ = typ;
    }

    /// <summary>What <c>alg</c> claims; the key decides whether it may.</summary>
    public SignatureAlgorithm Algorithm { get; }

    /// <summary>The <c>kid</c>, or null.</summary>
    public string? Kid { get; }

    /// <summary>The <c>typ</c> as written, or null.</summary>
    public string? Typ { get; }

    internal static JoseResult<JwsHeader> Parse(ReadOnlySpan<byte> utf8) => Parse(utf8, Keys, out _);

    /// <summary>The header of a token that proves that its sender has the key in it (RFC 9449 §4.2), and that key, unread.</summary>
    internal static JoseResult<JwsHeader> ParseWithKey(ReadOnlySpan<byte> utf8, out JsonElement jwk)
    {
        var parsed = Parse(utf8, ForeignKeys, out var header);
        jwk = default;
        if (parsed.Refused is not null) return parsed;
        return header.TryGetProperty("jwk", out jwk) && jwk.ValueKind is JsonValueKind.Object ? parsed : Wrong("jwk is not an object");
    }

    private static JoseResult<JwsHeader> Parse(ReadOnlySpan<byte> utf8, string[] forbiddenKeys, out JsonElement header)
    {
        // 1. Strict JSON (RFC 7515 §5.2 steps 2–4).
        if (StrictJson.ParseObject(utf8, "the header", out header) is { } malformed) return malformed;

        // 2. alg is one of ours (RFC 7515 §4.1.1, RFC 8725 §3.2).
        if (!StrictJson.TryGetString(header, "alg", out var name) || name is null) return Wrong("alg is not a string");
        if (SignatureAlgorithm.Refuse(name, out var algorithm) is { } reason) return new JoseRefused(reason, "the header's alg");

        // 3. No extension, no key, no nesting.
        if (Has(header, Critical) is { } extension) return new JoseRefused(JoseRefusal.CriticalHeader, $"{extension} is there");
        if (Has(header, forbiddenKeys) is { } key) return new JoseRefused(JoseRefusal.EmbeddedKey, $"{key} is there");
        if (Has(header, Nesting) is { } nested) return new JoseRefused(JoseRefusal.NestedToken, $"{nested} is there");

        // 4. kid and typ are strings (RFC 7515 §4.1.4, §4.1.9).
        if (!StrictJson.TryGetString(header, "kid", out var kid)) return Wrong("kid is not a string");
        if (!StrictJson.TryGetString(header, "typ", out var typ)) return Wrong("typ is not a string");
        return new JwsHeader(algorithm!, kid, typ);
    }

    private static string? Has(JsonElement header, string[] names) => Array.Find(names, name => header.TryGetProperty(name, out _));

    private static JoseRefused Wrong(string detail) => new(JoseRefusal.HeaderMalformed, detail);
}
