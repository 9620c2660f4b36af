using IdentityProvider.Protocol.Decoupled;
using IdentityProvider.Protocol.RichAuthorization;

namespace IdentityProvider.Protocol.Token;

/// <summary>A well-formed token request (RFC 6749 §4.1.3, §4.4.2, §6). Closed; made by <see cref="TokenRequestRules.Read"/> alone.</summary>
public abstract class TokenRequest
{
    private TokenRequest(IReadOnlyList<string> resources) => Resources = resources;

    /// <summary>The resource indicators asked for (RFC 8707 §2.2).</summary>
    public IReadOnlyList<string> Resources { get; }

    /// <summary>Those of the granted authorization details that the token is to carry (RFC 9396 §6); null for all.</summary>
    public AuthorizationDetails? Details { get; internal init; }

    /// <summary>A code to exchange (RFC 6749 §4.1.3).</summary>
    public sealed class AuthorizationCode : TokenRequest
    {
        internal AuthorizationCode(string code, string? redirectUri, string? codeVerifier, IReadOnlyList<string> resources)
            : base(resources)
        {
            Code = code;
            RedirectUri = redirectUri;
            CodeVerifier = codeVerifier;
        }

        public string Code { get; }

        public string? RedirectUri { get; }

        /// <summary>RFC 7636 §4.5; its syntax is checked with the challenge.</summary>
        public string? CodeVerifier { get; }
    }

    /// <summary>A refresh (RFC 6749 §6).</summary>
    public sealed class RefreshToken : TokenRequest
    {
        internal RefreshToken(string token, ScopeSet? scope, IReadOnlyList<string> resources)
            : base(resources)
        {
            Token = token;
            Scope = scope;
        }

        public string Token { get; }

        /// <summary>A narrower scope than was granted; null for all of it.</summary>
        public ScopeSet? Scope { get; }
    }

    /// <summary>A question whether the person has answered (RFC 8628 §3.4, CIBA Core §10.1).</summary>
    public sealed class Decoupled : TokenRequest
    {
        internal Decoupled(DecoupledKind kind, string code, IReadOnlyList<string> resources)
            : base(resources)
        {
            Kind = kind;
            Code = code;
        }

        public DecoupledKind Kind { get; }

        /// <summary>The <c>device_code</c> or the <c>auth_req_id</c>.</summary>
        public string Code { get; }
    }

    /// <summary>A token for another (RFC 8693 §2.1).</summary>
    public sealed class TokenExchange : TokenRequest
    {
        internal TokenExchange(string subjectToken, string? actorToken, ScopeSet? scope, IReadOnlyList<string> resources)
            : base(resources)
        {
            SubjectToken = subjectToken;
            ActorToken = actorToken;
            Scope = scope;
        }

        public string SubjectToken { get; }

        public string? ActorToken { get; }

        /// <summary>Null for all that the new token may have.</summary>
        public ScopeSet? Scope { get; }
    }

    /// <summary>An assertion of somebody else (RFC 7523 §2.1).</summary>
    public sealed class JwtBearer : TokenRequest
    {
        internal JwtBearer(string assertion, ScopeSet? scope, IReadOnlyList<string> resources)
            : base(resources)
        {
            Assertion = assertion;
            Scope = scope;
        }

        public string Assertion { get; }

        /// <summary>Null for all that the token may have.</summary>
        public ScopeSet? Scope { get; }
    }

    /// <summary>A client on its own behalf (RFC 6749 §4.4.2).</summary>
    public sealed class ClientCredentials : TokenRequest
    {
        internal ClientCredentials(ScopeSet? scope, IReadOnlyList<string> resources)
            : base(resources) => Scope = scope;

        /// <summary>Null where the request leaves the choice to the registration.</summary>
        public ScopeSet? Scope { get; }
    }
}
