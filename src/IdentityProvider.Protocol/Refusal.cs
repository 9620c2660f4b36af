namespace IdentityProvider.Protocol;

/// <summary>
/// Every reason to refuse a request, one value each: what rules name, what the log says once, what tests ask for.
/// <see cref="Refusals"/> maps each to the error of its RFC and to the fixed text that the caller sees.
/// </summary>
public enum Refusal
{
    // Parameters and HTTP
    ParameterMalformed,
    ParameterRepeated,
    TooManyParameters,
    BodyTooLarge,
    ContentTypeUnsupported,
    QueryAtPostEndpoint,

    // Client authentication (RFC 6749 §2.3)
    ClientAuthenticationMissing,
    ClientAuthenticationMalformed,
    ClientAuthenticationTwice,
    ClientUnknown,
    ClientSecretWrong,
    ClientAuthenticationMethodNotRegistered,
    ClientIdMismatch,

    // Authorization request, answered on a page (RFC 6749 §4.1.2.1)
    AuthorizeClientIdMissing,
    AuthorizeClientUnknown,
    RedirectUriMissing,
    RedirectUriNotRegistered,
    AuthorizationRequestTooLong,
    ResumeTokenInvalid,
    FormTokenInvalid,
    SignInFailed,
    PasswordHashingBusy,
    NewPasswordsDiffer,
    NewPasswordTooWeak,

    // Authorization request, answered by redirect
    ResponseTypeMissing,
    ResponseTypeUnsupported,
    ResponseModeUnsupported,
    ClientMayNotUseCodeFlow,
    CodeChallengeMissing,
    CodeChallengeMalformed,
    CodeChallengeMethodUnsupported,
    ScopeMissing,
    ScopeMalformed,
    ScopeNotAllowed,
    ResourceMalformed,
    ResourceNotAllowed,
    PromptUnknown,
    PromptNoneWithOthers,
    MaxAgeMalformed,
    RequestObjectUnsupported,
    RequestUriUnsupported,
    RegistrationParameterUnsupported,
    NonceTooLong,
    StateTooLong,
    IdTokenHintInvalid,
    LoginRequired,
    ConsentRequired,
    ConsentDenied,

    // Pushed authorization requests (RFC 9126)
    RequestUriInPushedRequest,
    PushedRequestRequired,
    PushedRequestUnknown,
    PushedRequestOfAnotherClient,
    PushedRequestSpent,
    PushedRequestExpired,

    // Registration of a redirect URI (RFC 7591 §3.2.2)
    RedirectUriMalformed,
    RedirectUriHasFragment,
    RedirectUriHasWildcard,
    RedirectUriNotCanonical,
    RedirectUriSchemeNotAllowed,
    RedirectUriHasUserInfo,
    RedirectUriNotHttps,

    // Token request (RFC 6749 §5.2)
    GrantTypeMissing,
    GrantTypeUnsupported,
    GrantTypeNotAllowedForClient,
    CodeMissing,
    CodeUnknown,
    CodeExpired,
    CodeAlreadyRedeemed,
    CodeBelongsToAnotherClient,
    CodeRedirectUriMissing,
    CodeRedirectUriMismatch,
    CodeVerifierMissing,
    CodeVerifierMalformed,
    CodeVerifierMismatch,
    CodeVerifierWithoutChallenge,
    SessionEnded,
    UserDisabled,
    RefreshTokenMissing,
    RefreshTokenMalformed,
    RefreshTokenUnknown,
    RefreshTokenExpired,
    RefreshTokenFamilyEnded,
    RefreshTokenReused,
    RefreshTokenBelongsToAnotherClient,
    RefreshTokenInBody,
    RefreshTokenCookieRepeated,
    OriginMissing,
    OriginNotAllowed,
    ScopeExceedsGrant,
    ResourceExceedsGrant,
    SeveralResources,
    ClientCredentialsForPublicClient,
    IdentityScopeWithoutUser,

    // Bearer tokens at UserInfo (RFC 6750 §3)
    BearerTokenMissing,
    BearerTokenTwice,
    BearerTokenMalformed,
    BearerTokenInvalid,
    BearerTokenExpired,
    BearerTokenRevoked,
    BearerTokenForAnotherAudience,
    BearerTokenScopeInsufficient,

    // Introspection (RFC 7662) and revocation (RFC 7009)
    IntrospectionTokenMissing,
    IntrospectionClientNotAllowed,
    RevocationTokenMissing,
    RevocationTokenBelongsToAnotherClient,

    // Logout (OpenID Connect RP-Initiated Logout §2, §3), answered on a page
    LogoutHintInvalid,
    LogoutClientMismatch,
    LogoutRedirectUriNotRegistered,
    LogoutRedirectUriWithoutClient,
}
