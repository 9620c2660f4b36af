using IdentityProvider.Jose;
using IdentityProvider.Protocol.Branding;
using IdentityProvider.Protocol.Claims;

namespace IdentityProvider.Protocol.Clients;

/// <summary>
/// A registered client, by RFC 7591's names. Only <c>ClientMetadataRules</c> makes one of what an operator wrote, so what stands here
/// has been validated.
/// </summary>
public sealed record Client
{
    public required string ClientId { get; init; }

    /// <summary>What people are shown; the identifier where no name was given.</summary>
    public required string ClientName { get; init; }

    public ApplicationType ApplicationType { get; init; } = ApplicationType.Web;

    public IReadOnlyList<string> RedirectUris { get; init; } = [];

    public IReadOnlyList<string> PostLogoutRedirectUris { get; init; } = [];

    public IReadOnlyList<string> GrantTypes { get; init; } = [];

    /// <summary>A profile of several strict rules. This server's own.</summary>
    public ClientProfile Profile { get; init; }

    public ClientAuthenticationMethod TokenEndpointAuthMethod { get; init; } = ClientAuthenticationMethod.ClientSecretBasic;

    /// <summary>The one algorithm of the client's assertions; null for each that its keys allow (OpenID Connect Registration §2).</summary>
    public SignatureAlgorithm? TokenEndpointAuthSigningAlg { get; init; }

    /// <summary>The name by which the client's certificate is known, for <c>tls_client_auth</c> alone (RFC 8705 §2.1.2).</summary>
    public CertificateSubject? TlsClientAuthSubject { get; init; }

    /// <summary>The client's public keys, registered by value; never beside <see cref="JwksUri"/>.</summary>
    public ClientKeySet? Jwks { get; init; }

    /// <summary>Where the client publishes its public keys.</summary>
    public string? JwksUri { get; init; }

    /// <summary>Every scope that the client may ask for.</summary>
    public ScopeSet Scope { get; init; } = ScopeSet.Empty;

    /// <summary>The resource indicators (RFC 8707) that the client may ask tokens for.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];

    /// <summary>The resources whose tokens this client may introspect (RFC 7662 §2.1): an API authenticates as a client.</summary>
    public IReadOnlyList<string> Introspects { get; init; } = [];

    /// <summary>Origins of browser code that may call the token endpoint and UserInfo with CORS.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Where its refresh tokens go. This server's own.</summary>
    public RefreshTokenDelivery RefreshTokenDelivery { get; init; } = RefreshTokenDelivery.Body;

    /// <summary>PKCE with S256; only a confidential client can be registered to do without (RFC 9700 §2.1.1).</summary>
    public bool RequirePkce { get; init; } = true;

    /// <summary>Whether its authorization requests count only where it pushed them (RFC 9126 §6).</summary>
    public bool RequirePushedAuthorizationRequests { get; init; }

    /// <summary>The types of authorization details that it may ask for (RFC 9396 §10).</summary>
    public IReadOnlyList<string> AuthorizationDetailsTypes { get; init; } = [];

    /// <summary>What signs its authorization requests, where it signs them; null for any of ours (OpenID Connect Registration §2).</summary>
    public SignatureAlgorithm? RequestObjectSigningAlg { get; init; }

    /// <summary>Whether its authorization requests count only where it signed them (RFC 9101 §10.5).</summary>
    public bool RequireSignedRequestObject { get; init; }

    /// <summary>Where signed requests of its may lie (OpenID Connect Registration §2).</summary>
    public IReadOnlyList<string> RequestUris { get; init; } = [];

    /// <summary>Whether a person is asked before the client gets anything of theirs.</summary>
    public bool RequireConsent { get; init; } = true;

    /// <summary>Whether people sign in to it by two factors.</summary>
    public bool RequireMfa { get; init; }

    /// <summary>Every access token of its is bound to the key of a DPoP proof (RFC 9449 §5.2); else those are that it asks for with one.</summary>
    public bool DpopBoundAccessTokens { get; init; }

    /// <summary>Every access token of its is bound to the certificate of the connection that it was asked for over (RFC 8705 §3.4).</summary>
    public bool TlsClientCertificateBoundAccessTokens { get; init; }

    public SignatureAlgorithm IdTokenSignedResponseAlg { get; init; } = SignatureAlgorithm.RS256;

    /// <summary>What signs the answers to authorization requests that this client asks for as a JWT (JARM §4).</summary>
    public SignatureAlgorithm AuthorizationSignedResponseAlg { get; init; } = SignatureAlgorithm.RS256;

    /// <summary>What signs the answers that this client asks for as a JWT (RFC 9701 §6).</summary>
    public SignatureAlgorithm IntrospectionSignedResponseAlg { get; init; } = SignatureAlgorithm.RS256;

    /// <summary>Seconds after which a sign-in is too old for this client when the request names no <c>max_age</c> (OpenID Connect Registration §2).</summary>
    public int? DefaultMaxAge { get; init; }

    /// <summary>The classes of sign-in that the client likes, the most welcome first, when a request names none (OpenID Connect Registration §2).</summary>
    public IReadOnlyList<string> DefaultAcrValues { get; init; } = [];

    /// <summary>Whether it knows people by the identifiers of their accounts, or by some that only its sector has (OpenID Connect Core §8).</summary>
    public SubjectType SubjectType { get; init; } = SubjectType.Public;

    /// <summary>A list of the redirect URIs of its sector, at an address of the sector's (OpenID Connect Registration §5).</summary>
    public string? SectorIdentifierUri { get; init; }

    /// <summary>The host that its sector goes by (OpenID Connect Core §8.1); null where there is none, or more than one.</summary>
    public string? Sector
    {
        get
        {
            var hosts = (SectorIdentifierUri is { } uri ? [uri] : RedirectUris).Select(u => new Uri(u).Host).Distinct(StringComparer.Ordinal).ToList();
            return hosts is [{ Length: > 0 } only] ? only : null;
        }
    }

    /// <summary>What is added to its ID tokens. This server's own.</summary>
    public ClaimMapping IdTokenClaims { get; init; } = ClaimMapping.None;

    /// <summary>What is added at UserInfo. This server's own.</summary>
    public ClaimMapping UserInfoClaims { get; init; } = ClaimMapping.None;

    /// <summary>Whether it is told people's roles.</summary>
    public bool NeedsRoles => IdTokenClaims.NeedsRoles || UserInfoClaims.NeedsRoles;

    /// <summary>Whether it is told people's groups.</summary>
    public bool NeedsGroups => IdTokenClaims.NeedsGroups || UserInfoClaims.NeedsGroups;

    /// <summary>What signs UserInfo's answers; null for JSON (OpenID Connect Core §5.3.2).</summary>
    public SignatureAlgorithm? UserinfoSignedResponseAlg { get; init; }

    /// <summary>How its ID tokens are encrypted for it, once signed; null for not at all. The content is A256GCM.</summary>
    public EncryptionAlgorithm? IdTokenEncryptedResponseAlg { get; init; }

    /// <summary>The same of UserInfo's answers.</summary>
    public EncryptionAlgorithm? UserinfoEncryptedResponseAlg { get; init; }

    /// <summary>Where a logout token is posted when a session of the client's ends (OpenID Connect Back-Channel Logout 1.0 §2.2).</summary>
    public string? BackchannelLogoutUri { get; init; }

    /// <summary>Whether the client asks for <c>sid</c> in logout tokens; each has it.</summary>
    public bool BackchannelLogoutSessionRequired { get; init; }

    /// <summary>What the signed-out page loads in a frame (OpenID Connect Front-Channel Logout 1.0 §2).</summary>
    public string? FrontchannelLogoutUri { get; init; }

    /// <summary>Whether the client asks for <c>iss</c> and <c>sid</c> there; they are always named.</summary>
    public bool FrontchannelLogoutSessionRequired { get; init; }

    /// <summary>How it learns of a person's answer (CIBA Core §4); null where it asks nobody by the back channel.</summary>
    public BackchannelDelivery? BackchannelTokenDeliveryMode { get; init; }

    public string? BackchannelClientNotificationEndpoint { get; init; }

    /// <summary>What it may exchange tokens for; null where it may exchange none.</summary>
    public TokenExchangePolicy? TokenExchange { get; init; }

    public string? ClientUri { get; init; }

    public string? LogoUri { get; init; }

    /// <summary>Its colour on our pages that are about it, where its operator gave it one.</summary>
    public Accent? Accent { get; init; }

    public string? PolicyUri { get; init; }

    public string? TosUri { get; init; }

    /// <summary>The same for readers of other languages (<see cref="ClientLanguages"/>), by names such as <c>client_name#de</c>.</summary>
    public IReadOnlyDictionary<string, string> Localized { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    public IReadOnlyList<string> Contacts { get; init; } = [];

    /// <summary>The secrets that are valid, newest first: several at once so that one can be replaced without downtime.</summary>
    public IReadOnlyList<ClientSecret> Secrets { get; init; } = [];

    /// <summary>Every token that the client got on its own behalf until then was taken back; null where none was.</summary>
    public DateTimeOffset? TokensNotBefore { get; init; }

    /// <summary>The policy by which the client registered itself (<c>Registration.RegistrationPolicy</c>); null where an operator registered it.</summary>
    public Guid? RegisteredBy { get; init; }

    /// <summary>The members that an operator changed since: they are no longer the client's to change (<c>Registration.OperatorMembers</c>).</summary>
    public IReadOnlyList<string> OperatorMembers { get; init; } = [];

    /// <summary>Until when what the document at the client's own address said may be used without asking again; null where there is no document.</summary>
    public DateTimeOffset? DocumentFreshUntil { get; init; }

    /// <summary>Its identifier is the address of its metadata, on this host; null for any other client.</summary>
    public string? DocumentHost => DocumentFreshUntil is null ? null : new Uri(ClientId).Authority;

    /// <summary>Nobody here has looked at what the client says of itself: its name, its logo, where it redirects to.</summary>
    public bool IsSelfRegistered => RegisteredBy is not null;

    /// <summary>A public client has no secret to prove who it is (RFC 6749 §2.1).</summary>
    public bool IsPublic => TokenEndpointAuthMethod == ClientAuthenticationMethod.None;

    /// <summary>Whether a signature by this algorithm counts, from this client or for it (FAPI 2.0 Security Profile §5.4.1).</summary>
    public bool Accepts(SignatureAlgorithm algorithm) => Profile == ClientProfile.None || algorithm != SignatureAlgorithm.RS256;

    /// <summary>Whether it proves who it is by a secret of ours.</summary>
    public bool HasSecret => TokenEndpointAuthMethod is ClientAuthenticationMethod.ClientSecretBasic or ClientAuthenticationMethod.ClientSecretPost;

    /// <summary>
    /// Whether another app could pass itself off as this native client: it has no secret, and a private-use scheme or a port of loopback is
    /// anyone's on the device, where an https address is its owner's alone (RFC 8252 §8.6, RFC 6749 §10.2). One that registered itself may call
    /// itself what it likes.
    /// </summary>
    public bool CanBeImpersonatedAt(string redirectUri)
    {
        ArgumentNullException.ThrowIfNull(redirectUri);
        return IsPublic && (ApplicationType == ApplicationType.Native || IsSelfRegistered) && !redirectUri.StartsWith("https://", StringComparison.Ordinal);
    }

    /// <summary>Whether people sign in at it, by whichever grant.</summary>
    public bool SignsPeopleIn => GrantTypes.Any(Clients.GrantTypes.IsOfPerson);

    public bool Allows(string grantType) => GrantTypes.Contains(grantType, StringComparer.Ordinal);
}

/// <summary>RFC 7591's <c>application_type</c>, which decides what redirect URIs may be (OpenID Connect Registration §2, RFC 8252).</summary>
public enum ApplicationType
{
    Web,
    Native,
}

/// <summary>What a client knows people as (OpenID Connect Core §8).</summary>
public enum SubjectType
{
    /// <summary>The same as every other public client.</summary>
    Public,

    /// <summary>As only the clients of its sector do.</summary>
    Pairwise,
}

/// <summary>How a client proves who it is at the token endpoint (RFC 7591 §2, <c>token_endpoint_auth_method</c>).</summary>
public enum ClientAuthenticationMethod
{
    None,
    ClientSecretBasic,
    ClientSecretPost,

    /// <summary>A JWT that the client signs (OpenID Connect Core §9, RFC 7523 §2.2).</summary>
    PrivateKeyJwt,

    /// <summary>A certificate that an authority issued (RFC 8705 §2.1).</summary>
    TlsClientAuth,

    /// <summary>A certificate that the client registered (RFC 8705 §2.2).</summary>
    SelfSignedTlsClientAuth,
}

/// <summary>Which profile a client is held to.</summary>
public enum ClientProfile
{
    None,

    /// <summary>The FAPI 2.0 Security Profile.</summary>
    Fapi2,

    /// <summary>The same, with signed authorization requests (FAPI 2.0 Message Signing).</summary>
    Fapi2MessageSigning,
}

/// <summary>How a client is handed its refresh tokens, and shows them.</summary>
public enum RefreshTokenDelivery
{
    /// <summary>In the answer and in the form (RFC 6749 §5.1, §6).</summary>
    Body,

    /// <summary>In a cookie that no script reads and no body ever holds, for browser code at one of <see cref="Client.AllowedOrigins"/>.</summary>
    Cookie,
}

/// <summary>A secret of 256 bits that was generated here; only its SHA-256 is kept.</summary>
/// <param name="Hash">SHA-256 of the secret as it was shown.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends, or null for no end.</param>
public sealed record ClientSecret(byte[] Hash, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

/// <summary>The grant types' names on the wire.</summary>
public static class GrantTypes
{
    public const string AuthorizationCode = "authorization_code";
    public const string RefreshToken = "refresh_token";
    public const string ClientCredentials = "client_credentials";

    /// <summary>RFC 8628 §3.4.</summary>
    public const string DeviceCode = "urn:ietf:params:oauth:grant-type:device_code";

    /// <summary>RFC 8693 §2.1.</summary>
    public const string TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";

    /// <summary>RFC 7523 §2.1.</summary>
    public const string JwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    /// <summary>CIBA Core §4.</summary>
    public const string Backchannel = "urn:openid:params:grant-type:ciba";

    /// <summary>Each that works here.</summary>
    public static IReadOnlyList<string> All { get; } = [AuthorizationCode, RefreshToken, ClientCredentials, DeviceCode, TokenExchange, JwtBearer, Backchannel];

    /// <summary>Whether a person's sign-in begins it.</summary>
    internal static bool IsOfPerson(string grantType) => grantType is AuthorizationCode or DeviceCode or Backchannel;
}
