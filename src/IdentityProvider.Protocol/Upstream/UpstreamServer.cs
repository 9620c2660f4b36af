using System.Text.Json;
using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Upstream;

/// <summary>
/// Where an upstream's endpoints are, by its own metadata (OpenID Connect Discovery 1.0 §3, RFC 8414 §2). Only <see cref="Read"/> makes one.
/// </summary>
public sealed class UpstreamServer
{
    /// <summary>A document longer than this, in bytes, is refused.</summary>
    public const int LongestDocument = 64 * 1024;

    private UpstreamServer()
    {
    }

    public required string Issuer { get; init; }

    public required string AuthorizationEndpoint { get; init; }

    public required string TokenEndpoint { get; init; }

    public required string JwksUri { get; init; }

    public string? UserInfoEndpoint { get; private init; }

    /// <summary>OpenID Connect RP-Initiated Logout 1.0 §2.1; null where there is none.</summary>
    public string? EndSessionEndpoint { get; private init; }

    /// <summary>Whether each of its answers must name it (RFC 9207 §3).</summary>
    public bool NamesItself { get; private init; }

    /// <summary>Where the metadata of an issuer is (Discovery §4.1).</summary>
    public static string AddressOf(string issuer)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        return issuer.TrimEnd('/') + "/.well-known/openid-configuration";
    }

    /// <summary>Reads and checks what stands there; null with the reason for the operator's log. Never throws on what the bytes say.</summary>
    public static UpstreamServer? Read(ReadOnlySpan<byte> utf8, string issuer, out string? reason)
    {
        // 1. One strict JSON object of a bounded size.
        if (utf8.Length > LongestDocument)
            reason = $"it is longer than {LongestDocument} bytes";
        else if (StrictJson.ParseObject(utf8, "the metadata", out var metadata) is { } malformed)
            reason = malformed.Detail;

        // 2. Of the issuer that it was asked for, to the letter (Discovery §4.3, RFC 8414 §3.3).
        else if (!StrictJson.TryGetString(metadata, "issuer", out var named) || named != issuer)
            reason = "its issuer is another's";

        // 3. It does what we do: codes, PKCE by S256, a signature that we verify. What is silent may.
        else if (!Offers(metadata, "response_types_supported", "code"))
            reason = "it gives no codes";
        else if (!Offers(metadata, "code_challenge_methods_supported", "S256"))
            reason = "it doesn't know code_challenge_method S256";
        else if (!SignatureAlgorithm.All.Any(known => Offers(metadata, "id_token_signing_alg_values_supported", known.Name)))
            reason = $"it signs ID tokens by none of {string.Join(", ", SignatureAlgorithm.All)}";
        else
            return Endpoints(metadata, issuer, out reason);
        return null;
    }

    private static UpstreamServer? Endpoints(JsonElement metadata, string issuer, out string? reason)
    {
        // 4. The endpoints that are needed are there, and all are as secure as the issuer (Discovery §3).
        var found = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var name in (string[])["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint"])
        {
            reason = $"{name} is missing, or no https URL without fragment";
            if (!StrictJson.TryGetString(metadata, name, out var address) || (address is null && name is "authorization_endpoint" or "token_endpoint" or "jwks_uri"))
                return null;
            if (address is not null && !IsEndpoint(address, issuer))
                return null;
            found[name] = address;
        }

        reason = null;
        return new UpstreamServer
        {
            Issuer = issuer,
            AuthorizationEndpoint = found["authorization_endpoint"]!,
            TokenEndpoint = found["token_endpoint"]!,
            JwksUri = found["jwks_uri"]!,
            UserInfoEndpoint = found["userinfo_endpoint"],
            EndSessionEndpoint = found["end_session_endpoint"],
            NamesItself = metadata.TryGetProperty("authorization_response_iss_parameter_supported", out var names) && names.ValueKind is JsonValueKind.True,
        };
    }

    // http is loopback alone, and for an issuer of http alone.
    private static bool IsEndpoint(string address, string issuer) =>
        WebUris.IsSecure(address)
        && !address.Contains('#', StringComparison.Ordinal)
        && (address.StartsWith("https:", StringComparison.OrdinalIgnoreCase) || issuer.StartsWith("http:", StringComparison.Ordinal));

    private static bool Offers(JsonElement metadata, string member, string value) =>
        !metadata.TryGetProperty(member, out var list)
        || (list.ValueKind is JsonValueKind.Array && list.EnumerateArray().Any(item => item.ValueKind is JsonValueKind.String && item.ValueEquals(value)));
}
