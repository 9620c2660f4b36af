using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace IdentityProvider.Protocol.Upstream;

/// <summary>
/// One way to an upstream and back, as the browser that is on it keeps it, sealed: what must come back, and where it leads then. Each is of one
/// upstream, so that no other's answer can end it (RFC 9700 §4.4).
/// </summary>
public sealed record UpstreamAttempt
{
    /// <summary>How long a person may take.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(10);

    /// <summary>For <c>SpentIdentifiers</c>; the owner is the upstream's name, the identifier <see cref="State"/>.</summary>
    public const string Purpose = "upstream_state";

    public required string Upstream { get; init; }

    public required string Issuer { get; init; }

    /// <summary>256 random bits, like the next two.</summary>
    public required string State { get; init; }

    public required string Nonce { get; init; }

    public required string CodeVerifier { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long ago the person may have signed in there, in seconds; null where it doesn't matter.</summary>
    public int? MaxAge { get; init; }

    /// <summary>The session here whose account is to be linked; null for a sign-in.</summary>
    public Guid? LinkTo { get; init; }

    /// <summary>Where the sign-in leads back to, as a query of <c>/login</c>.</summary>
    public string Target { get; init; } = "";

    /// <summary>From when on it leads nowhere.</summary>
    public DateTimeOffset ExpiresAt => StartedAt + Lifetime;

    /// <summary>Where the browser goes (OpenID Connect Core §3.1.2.1, RFC 7636 §4.3).</summary>
    /// <param name="upstream">Whom it asks.</param>
    /// <param name="server">Where.</param>
    /// <param name="redirectUri">Our address for this upstream alone.</param>
    public string AuthorizationRequest(UpstreamProvider upstream, UpstreamServer server, string redirectUri)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        ArgumentNullException.ThrowIfNull(server);
        List<(string Name, string Value)> parameters =
        [
            ("response_type", "code"),
            ("client_id", upstream.ClientId),
            ("redirect_uri", redirectUri),
            ("scope", upstream.Scope.ToString()),
            ("state", State),
            ("nonce", Nonce),
            ("code_challenge", Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(CodeVerifier)))),
            ("code_challenge_method", "S256"),
        ];
        if (MaxAge is { } seconds)
            parameters.Add(("max_age", seconds.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        if (MaxAge == 0)
            parameters.Add(("prompt", "login"));
        return UpstreamAddress.With(server.AuthorizationEndpoint, parameters);
    }
}

/// <summary>Addresses at an upstream, which may have a query of their own.</summary>
internal static class UpstreamAddress
{
    public static string With(string endpoint, IEnumerable<(string Name, string Value)> parameters) =>
        endpoint + (endpoint.Contains('?', StringComparison.Ordinal) ? "&" : "?")
        + string.Join('&', parameters.Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value)}"));
}
