using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Protocol.Authorize;

/// <summary>Where an authorization request is answered, and how: code and error alike.</summary>
public sealed class ReturnAddress
{
    internal ReturnAddress(ValidatedRedirectUri redirectUri, ResponseMode responseMode, string? state, ResponseSigning? signing = null)
    {
        Signing = signing;
        RedirectUri = redirectUri;
        ResponseMode = responseMode;
        State = state;
    }

    public ValidatedRedirectUri RedirectUri { get; }

    public ResponseMode ResponseMode { get; }

    /// <summary>By what the answer is signed; null where it goes as plain parameters.</summary>
    public ResponseSigning? Signing { get; }

    /// <summary>Handed back unread (RFC 6749 §4.1.2).</summary>
    public string? State { get; }
}

/// <summary>How an answer is made a JWT (JARM §2.1, §4).</summary>
/// <param name="ClientId">Its audience.</param>
/// <param name="Algorithm">The client's <c>authorization_signed_response_alg</c>.</param>
public sealed record ResponseSigning(string ClientId, SignatureAlgorithm Algorithm);

/// <summary>How the answer travels.</summary>
public enum ResponseMode
{
    /// <summary>In the query of the redirect URI (OAuth 2.0 Multiple Response Type Encoding Practices §2.1).</summary>
    Query,

    /// <summary>As a form that the browser posts (OAuth 2.0 Form Post Response Mode).</summary>
    FormPost,
}
