using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace IdentityProvider.Protocol.Sessions;

/// <summary>
/// <c>session_state</c> of an authorization answer (OpenID Connect Session Management 1.0 §2, §3.2): what the client's page shows to our
/// <c>check_session_iframe</c>, whose script computes the same of the cookie that it can read.
/// </summary>
public static class SessionState
{
    /// <summary>Computes it; null where the redirect URI has no web origin, so that no page of the client's could ask.</summary>
    /// <param name="clientId">Who got the answer.</param>
    /// <param name="redirectUri">Where it was sent to: the client's pages have its origin.</param>
    /// <param name="browserState">What the browser holds for this session.</param>
    /// <param name="salt">Random; new for each answer, without a dot.</param>
    public static string? Compute(string clientId, string redirectUri, string browserState, string salt)
    {
        var uri = new Uri(redirectUri);
        if (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp)
            return null;
        var origin = uri.GetLeftPart(UriPartial.Authority);
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes($"{clientId} {origin} {browserState} {salt}"))) + "." + salt;
    }
}
