using System.Text.Json;

namespace IdentityProvider.Jose;

/// <summary>
/// What a JWT says before anyone checked it: enough to find whose keys must verify it (RFC 7515 §6, RFC 7519 §4.1), and good for nothing else.
/// </summary>
public sealed class UnverifiedJwt
{
    private readonly JsonElement _claims;

    private UnverifiedJwt(JwsHeader header, JsonElement claims)
    {
        Header = header;
        _claims = claims;
    }

    /// <summary>The header, as strict as a verified one.</summary>
    public JwsHeader Header { get; }

    /// <summary>A claim that is a string; null when it is absent or something else.</summary>
    public string? StringOrNull(string claim) => StrictJson.TryGetString(_claims, claim, out var value) ? value : null;

    /// <summary>Reads a compact JWS whose payload is one strict JSON object. Never throws on what the token says.</summary>
    /// <param name="token">The token.</param>
    /// <param name="maxLength">The longest, in characters.</param>
    public static JoseResult<UnverifiedJwt> Read(string token, int maxLength = Jws.MaxLength)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (token.Length > maxLength) return new JoseRefused(JoseRefusal.TooLarge, $"a token of {token.Length} characters");
        if (token.Split('.', 4) is not [{ Length: > 0 } header, { Length: > 0 } payload, _]) return new JoseRefused(JoseRefusal.NotCompact, "not three parts");
        if (CanonicalBase64Url.DecodeOrNull(header) is not { } headerBytes) return NotCanonical("the header");
        if (CanonicalBase64Url.DecodeOrNull(payload) is not { } payloadBytes) return NotCanonical("the payload");
        if (!JwsHeader.Parse(headerBytes).Accepted(out var read, out var refused)) return refused;
        return StrictJson.ParseObject(payloadBytes, "the payload", out var claims) is { } malformed ? malformed : new UnverifiedJwt(read, claims);
    }

    private static JoseRefused NotCanonical(string part) => new(JoseRefusal.Base64UrlNotCanonical, $"{part} is not canonical base64url");
}
