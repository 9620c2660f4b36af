using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace IdentityProvider.Protocol.Admin;

/// <summary>An authorization request that this server sends a browser to itself with: by code and PKCE (OpenID Connect Core §3.1.2.1, RFC 7636 §4.3).</summary>
internal sealed record CodeRequest(string ClientId, string RedirectUri, string Scope, string? Resource, string State, string Nonce)
{
    /// <summary>As a query.</summary>
    /// <param name="verifier">What the challenge is made of; it stays here.</param>
    /// <param name="more">What else is asked.</param>
    public string ToQuery(string verifier, params IEnumerable<(string Name, string Value)> more)
    {
        List<(string Name, string Value)> parameters =
        [
            ("client_id", ClientId), ("redirect_uri", RedirectUri), ("response_type", "code"), ("scope", Scope), ("state", State), ("nonce", Nonce),
            ("code_challenge", Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))), ("code_challenge_method", "S256"),
        ];
        if (Resource is not null)
            parameters.Add(("resource", Resource));
        return string.Join('&', parameters.Concat(more).Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value)}"));
    }
}
