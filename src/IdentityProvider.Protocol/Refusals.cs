namespace IdentityProvider.Protocol;

/// <summary>How a refusal is answered.</summary>
/// <param name="Error">The RFC's error code.</param>
/// <param name="Status">The HTTP status where the answer isn't a redirect.</param>
/// <param name="Description">Fixed public text: no value of the request, no cause that must not leak.</param>
/// <param name="Section">The section that asks for the check.</param>
public sealed record RefusalAnswer(string Error, int Status, string Description, string Section);

/// <summary>
/// The one table from reason to answer. Where two causes must not be told apart from outside they have the same answer,
/// to the byte: an unknown client and a wrong secret; a code that never was, is another's, is spent or is too old.
/// </summary>
public static class Refusals
{
    private const string ClientFailed = "Client authentication failed.";
    private const string GrantFailed = "The authorization code is invalid, expired, already used or was issued to another client.";
    private const string RefreshFailed = "The refresh token is invalid, expired, revoked or was issued to another client.";
    private const string ReferenceFailed = "The request_uri is invalid, expired, already used or was given to another client.";
    private const string DecoupledFailed = "The code is invalid, already used or was issued to another client.";
    private const string ExchangeFailed = "The subject_token is invalid, expired, revoked or not for this client to exchange.";
    private const string ActorFailed = "The actor_token is invalid, expired, revoked or not for this client to act by.";
    private const string AssertionFailed = "The assertion is invalid, expired, already used or not accepted from this client.";
    private const string NobodyLinked = "No account here can be signed in to this way.";
    private const string LinkFailed = "The link is invalid, expired or already used.";
    private const string PasskeyFailed = "The passkey could not be used.";
    private const string TokenFailed = "The access token is invalid, expired or revoked.";

    public static RefusalAnswer Of(Refusal refusal) => refusal switch
    {
        Refusal.ParameterMalformed => InvalidRequest("A parameter is not correctly encoded.", "RFC 6749 appendix B"),
        Refusal.ParameterRepeated => InvalidRequest("A parameter is given more than once.", "RFC 6749 §3.1"),
        Refusal.TooManyParameters => InvalidRequest("The request has too many parameters.", "RFC 6749 §5.2"),
        Refusal.BodyTooLarge => new("invalid_request", 413, "The request body is too large.", "RFC 9110 §15.5.14"),
        Refusal.ContentTypeUnsupported => new("invalid_request", 415, "The body must be application/x-www-form-urlencoded.", "RFC 6749 §3.2"),
        Refusal.QueryAtPostEndpoint => InvalidRequest("Parameters belong in the body, not in the query.", "RFC 6749 §3.2"),

        Refusal.ClientAuthenticationMissing => InvalidClient("RFC 6749 §2.3"),
        Refusal.ClientAuthenticationMalformed => InvalidClient("RFC 6749 §2.3.1"),
        Refusal.ClientAuthenticationTwice => InvalidRequest("The client authenticates in more than one way.", "RFC 6749 §2.3"),
        Refusal.ClientUnknown => InvalidClient("RFC 6749 §5.2"),
        Refusal.ClientSecretWrong => InvalidClient("RFC 6749 §2.3.1"),
        Refusal.ClientAuthenticationMethodNotRegistered => InvalidClient("RFC 7591 §2"),
        Refusal.ClientIdMismatch => InvalidClient("RFC 6749 §2.3.1"),
        Refusal.ClientAssertionTypeUnsupported => InvalidClient("RFC 7523 §2.2"),
        Refusal.ClientAssertionMalformed => InvalidClient("RFC 7523 §3"),
        Refusal.ClientAssertionKeyUnknown => InvalidClient("RFC 7515 §6"),
        Refusal.ClientAssertionAlgorithmNotRegistered => InvalidClient("OpenID Connect Registration §2"),
        Refusal.ClientAssertionSignatureInvalid => InvalidClient("RFC 7523 §3"),
        Refusal.ClientAssertionClaimMissing => InvalidClient("RFC 7523 §3"),
        Refusal.ClientAssertionIssuerMismatch => InvalidClient("RFC 7523 §3"),
        Refusal.ClientAssertionAudienceMismatch => InvalidClient("RFC 7523 §3"),
        Refusal.ClientAssertionExpired => InvalidClient("RFC 7523 §3"),
        Refusal.ClientAssertionNotYetValid => InvalidClient("RFC 7523 §3"),
        Refusal.ClientAssertionLifetimeTooLong => InvalidClient("RFC 7523 §3"),
        Refusal.ClientAssertionReplayed => InvalidClient("OpenID Connect Core §9"),
        Refusal.ClientCertificateMissing => InvalidClient("RFC 8705 §2"),
        Refusal.ClientCertificateExpired => InvalidClient("RFC 5280 §4.1.2.5"),
        Refusal.ClientCertificateNotTrusted => InvalidClient("RFC 8705 §2.1"),
        Refusal.ClientCertificateSubjectMismatch => InvalidClient("RFC 8705 §2.1.2"),
        Refusal.ClientCertificateNotRegistered => InvalidClient("RFC 8705 §2.2"),
        Refusal.PublicClientTooOften => new("temporarily_unavailable", 429, "Too many requests in the name of this client.", "RFC 6585 §4"),

        Refusal.AuthorizeClientIdMissing => InvalidRequest("The request names no client.", "RFC 6749 §4.1.1"),
        Refusal.AuthorizeClientUnknown => InvalidRequest("The client is not known here.", "RFC 6749 §4.1.2.1"),
        Refusal.RedirectUriMissing => InvalidRequest("The request names no redirect URI.", "RFC 6749 §3.1.2.3"),
        Refusal.RedirectUriNotRegistered => InvalidRequest("The redirect URI is not registered for this client.", "RFC 9700 §2.1"),
        Refusal.AuthorizationRequestTooLong => InvalidRequest("The request is too long.", "RFC 9110 §4.1"),
        Refusal.FormTokenInvalid => InvalidRequest("The form is too old or was not shown by this browser.", "RFC 6819 §4.4.1.8"),
        Refusal.SignInFailed => InvalidRequest("The username or password is not right.", "RFC 6749 §3.1"),
        Refusal.PasswordHashingBusy => new("temporarily_unavailable", 503, "Too many people sign in at once.", "RFC 6749 §4.1.2.1"),
        Refusal.SecondFactorWrong => InvalidRequest("The code is not right.", "RFC 6238 §5.2"),
        Refusal.SecondFactorTriedTooOften => new("temporarily_unavailable", 429, "Too many wrong codes.", "RFC 4226 §7.3"),
        Refusal.AuthenticatorNotConfirmed => InvalidRequest("The code is not one of the key that was shown.", "RFC 4226 §7.5"),
        Refusal.NewPasswordsDiffer => InvalidRequest("The two new passwords are not the same.", "NIST SP 800-63B-4 §3.1.1.2"),
        Refusal.PasswordUnchanged => InvalidRequest("The new password is the old one.", "NIST SP 800-63B-4 §3.1.1.2"),
        Refusal.PasswordTooShort => InvalidRequest("The password is too short.", "NIST SP 800-63B-4 §3.1.1.2"),
        Refusal.PasswordTooLong => InvalidRequest("The password is too long.", "NIST SP 800-63B-4 §3.1.1.2"),
        Refusal.PasswordHasName => InvalidRequest("The password has a name in it, the person's or the site's.", "NIST SP 800-63B-4 §3.1.1.2"),
        Refusal.PasswordCommon => InvalidRequest("The password is among the first that anybody tries.", "NIST SP 800-63B-4 §3.1.1.2"),
        Refusal.PasswordGuessable => InvalidRequest("The password takes too few guesses: another word or two helps.", "NIST SP 800-63B-4 §3.1.1.2"),
        Refusal.PasswordBreached => InvalidRequest("The password is among those that leaked elsewhere.", "NIST SP 800-63B-4 §3.1.1.2"),
        Refusal.PasskeyRefused => InvalidRequest(PasskeyFailed, "WebAuthn §7.2"),
        Refusal.PasskeyChallengeInvalid => InvalidRequest(PasskeyFailed, "WebAuthn §13.4.3"),
        Refusal.PasskeyCounterWentBack => InvalidRequest(PasskeyFailed, "WebAuthn §6.1.1"),
        Refusal.PasskeyNameInvalid => InvalidRequest("The name can't be used.", "WebAuthn §5.4.3"),
        Refusal.PasskeyTaken => InvalidRequest("The passkey is registered already.", "WebAuthn §7.1"),
        Refusal.TooManyPasskeys => InvalidRequest("There are as many passkeys as there may be.", "WebAuthn §7.1"),
        Refusal.PasskeyIsOnlyWayIn => InvalidRequest("Nothing else signs in to the account.", "NIST SP 800-63B §4.1"),
        Refusal.ResumeTokenInvalid => InvalidRequest("This sign-in was started too long ago or elsewhere.", "RFC 6749 §4.1.2.1"),

        Refusal.AccountLinkUnknown => InvalidRequest(LinkFailed, "OWASP Forgot Password"),
        Refusal.AccountLinkSpent => InvalidRequest(LinkFailed, "OWASP Forgot Password"),
        Refusal.AccountLinkExpired => InvalidRequest(LinkFailed, "OWASP Forgot Password"),
        Refusal.AccountLinkSuperseded => InvalidRequest(LinkFailed, "OWASP Forgot Password"),
        Refusal.AccountLinkOfAnother => InvalidRequest("The link was sent for another account.", "OWASP Forgot Password"),
        Refusal.EmailAddressMalformed => InvalidRequest("That is not an address that mail can be sent to.", "RFC 5321 §4.1.2"),
        Refusal.EmailAddressTaken => InvalidRequest("Another account has the address since.", "OpenID Connect Core §5.7"),
        Refusal.PersonNameInvalid => InvalidRequest("The name is empty, too long or can't be shown.", "OpenID Connect Core §5.1"),
        Refusal.MailAskedTooOften => new("temporarily_unavailable", 429, "Too many mails were asked for from this network.", "RFC 6585 §4"),

        Refusal.ResponseTypeMissing => InvalidRequest("response_type is missing.", "RFC 6749 §4.1.2.1"),
        Refusal.ResponseTypeUnsupported => new("unsupported_response_type", 400, "Only response_type=code is supported.", "RFC 6749 §4.1.2.1"),
        Refusal.ResponseModeUnsupported => InvalidRequest("The response_mode is not supported.", "OAuth 2.0 Multiple Response Types §2.1"),
        Refusal.ClientMayNotUseCodeFlow => new("unauthorized_client", 400, "The client is not registered for this flow.", "RFC 6749 §4.1.2.1"),
        Refusal.CodeChallengeMissing => InvalidRequest("code_challenge is required.", "RFC 7636 §4.4.1"),
        Refusal.CodeChallengeMalformed => InvalidRequest("code_challenge is not a base64url SHA-256.", "RFC 7636 §4.2"),
        Refusal.CodeChallengeMethodUnsupported => InvalidRequest("code_challenge_method must be S256.", "RFC 7636 §4.4.1"),
        Refusal.ScopeMissing => new("invalid_scope", 400, "scope is missing, and the client has no default.", "RFC 6749 §3.3"),
        Refusal.ScopeMalformed => new("invalid_scope", 400, "The scope is not well formed.", "RFC 6749 §3.3"),
        Refusal.ScopeNotAllowed => new("invalid_scope", 400, "The scope is unknown or not allowed for this client.", "RFC 6749 §4.1.2.1"),
        Refusal.ResourceMalformed => new("invalid_target", 400, "A resource must be an absolute URI without a fragment.", "RFC 8707 §2"),
        Refusal.ResourceNotAllowed => new("invalid_target", 400, "The resource is unknown or not allowed for this client.", "RFC 8707 §2"),
        Refusal.PromptUnknown => InvalidRequest("prompt has an unknown value.", "OpenID Connect Core §3.1.2.1"),
        Refusal.PromptNoneWithOthers => InvalidRequest("prompt=none stands alone.", "OpenID Connect Core §3.1.2.1"),
        Refusal.MaxAgeMalformed => InvalidRequest("max_age must be a number of seconds.", "OpenID Connect Core §3.1.2.1"),
        Refusal.AcrValuesMalformed => InvalidRequest("acr_values names too many classes.", "OpenID Connect Core §3.1.2.1"),
        Refusal.ClaimsMalformed => InvalidRequest("claims is not a JSON object of claims to be asked for.", "OpenID Connect Core §5.5"),
        Refusal.ClaimsTooLong => InvalidRequest("claims is too long.", "OpenID Connect Core §5.5"),
        Refusal.RegistrationParameterUnsupported => new("registration_not_supported", 400, "registration is not supported.", "OpenID Connect Core §7.2.1"),
        Refusal.NonceTooLong => InvalidRequest("nonce is too long.", "OpenID Connect Core §3.1.2.1"),
        Refusal.StateTooLong => InvalidRequest("state is too long.", "RFC 6749 §4.1.1"),
        Refusal.IdTokenHintInvalid => InvalidRequest("id_token_hint is not an ID token of this server.", "OpenID Connect Core §3.1.2.1"),
        Refusal.LoginRequired => new("login_required", 400, "The person must sign in.", "OpenID Connect Core §3.1.2.6"),
        Refusal.AuthenticationRequirementsUnmet => new(
            "unmet_authentication_requirements", 400, "No sign-in here is of a class that was asked for.", "OpenID Connect Core Unmet Authentication Requirements §2"),
        Refusal.ConsentRequired => new("consent_required", 400, "The person must agree.", "OpenID Connect Core §3.1.2.6"),
        Refusal.ConsentDenied => new("access_denied", 403, "The person said no.", "RFC 6749 §4.1.2.1"),

        Refusal.AuthorizationDetailsMalformed => InvalidDetails("authorization_details must be a short JSON array of objects with a type.", "RFC 9396 §2"),
        Refusal.AuthorizationDetailsTypeNotAllowed => InvalidDetails("The type of an authorization detail is unknown or not allowed for this client.", "RFC 9396 §5"),
        Refusal.AuthorizationDetailsNotOfTheirType => InvalidDetails("An authorization detail has unknown members, lacks one or has one of a wrong value.", "RFC 9396 §5"),
        Refusal.AuthorizationDetailsLocationNotAllowed => InvalidDetails("A location is unknown or not allowed for this client.", "RFC 9396 §2.2"),
        Refusal.AuthorizationDetailsExceedGrant => InvalidDetails("An authorization detail was not granted.", "RFC 9396 §6"),
        Refusal.AuthorizationDetailsNotForThisGrant => InvalidDetails("authorization_details is not taken with this grant type.", "RFC 9396 §6"),

        Refusal.RequestObjectTwice => InvalidRequest("request and request_uri do not go together.", "RFC 9101 §5"),
        Refusal.RequestObjectUnsigned => new("request_not_supported", 400, "Request objects must be signed.", "OpenID Connect Core §6.1"),
        Refusal.RequestObjectInvalid => InvalidRequestObject("The request object is not one that the client signed.", "RFC 9101 §6.2"),
        Refusal.RequestObjectOfAnotherClient => InvalidRequestObject("iss and client_id of the request object must be the client_id beside it.", "RFC 9101 §5"),
        Refusal.RequestObjectForAnother => InvalidRequestObject("The aud of the request object must be this server's issuer.", "RFC 9101 §4"),
        Refusal.RequestObjectNotOfNow => InvalidRequestObject("The request object has expired, is not valid yet, or lives too long.", "FAPI 2.0 Message Signing §5.3.1"),
        Refusal.RequestObjectClaimMissing => InvalidRequestObject("The request object lacks iss, aud, exp, nbf or client_id.", "RFC 9101 §4"),
        Refusal.RequestObjectMalformed => InvalidRequestObject("A claim of the request object can not be a parameter.", "RFC 9101 §4"),
        Refusal.RequestObjectNested => InvalidRequestObject("A request object holds neither request nor request_uri.", "RFC 9101 §4"),
        Refusal.RequestObjectReplayed => InvalidRequestObject("The request object was used before.", "RFC 7519 §4.1.7"),
        Refusal.RequestObjectRequired => InvalidRequest("The request must be signed.", "RFC 9101 §10.5"),
        Refusal.RequestUriUnsupported => new("request_uri_not_supported", 400, "The client registered no request_uris.", "OpenID Connect Core §6.2"),
        Refusal.RequestUriNotRegistered => new("invalid_request_uri", 400, "The request_uri is not registered for this client.", "RFC 9101 §10.4.1"),
        Refusal.RequestUriNotFetched => new("invalid_request_uri", 400, "The request_uri gave no request object.", "RFC 9101 §5.2.3"),

        Refusal.RequestUriInPushedRequest => InvalidRequest("A pushed request holds no request_uri.", "RFC 9126 §2.1"),
        Refusal.PushedRequestRequired => InvalidRequest("The request must be pushed first.", "RFC 9126 §5"),
        Refusal.PushedRequestUnknown => new("invalid_request_uri", 400, ReferenceFailed, "RFC 9126 §2.2"),
        Refusal.PushedRequestOfAnotherClient => new("invalid_request_uri", 400, ReferenceFailed, "RFC 9126 §2.2"),
        Refusal.PushedRequestSpent => new("invalid_request_uri", 400, ReferenceFailed, "RFC 9126 §7.3"),
        Refusal.PushedRequestExpired => new("invalid_request_uri", 400, ReferenceFailed, "RFC 9126 §2.2"),

        Refusal.RedirectUriMalformed => InvalidRedirectUri("A redirect URI must be an absolute URI.", "RFC 6749 §3.1.2"),
        Refusal.RedirectUriHasFragment => InvalidRedirectUri("A redirect URI has no fragment.", "RFC 6749 §3.1.2"),
        Refusal.RedirectUriHasWildcard => InvalidRedirectUri("A redirect URI is matched exactly and has no wildcard.", "RFC 9700 §2.1"),
        Refusal.RedirectUriNotCanonical => InvalidRedirectUri("A redirect URI has no dot segments and no encoded separators.", "RFC 3986 §6.2.2"),
        Refusal.RedirectUriSchemeNotAllowed => InvalidRedirectUri("A redirect URI is https, or a native client's reversed domain name.", "RFC 8252 §7.1"),
        Refusal.RedirectUriHasUserInfo => InvalidRedirectUri("A redirect URI has no user information.", "RFC 9110 §4.2.4"),
        Refusal.RedirectUriNotHttps => InvalidRedirectUri("A redirect URI is https; http is for loopback alone.", "OpenID Connect Registration §2"),

        Refusal.ContentTypeNotJson => new("invalid_client_metadata", 415, "The body must be application/json.", "RFC 7591 §3.1"),
        Refusal.SoftwareStatementMissing => new("unapproved_software_statement", 400, "A software statement is needed here.", "RFC 7591 §3.2.2"),
        Refusal.SoftwareStatementInvalid => new("invalid_software_statement", 400, "The software statement is not valid.", "RFC 7591 §3.2.2"),
        Refusal.SoftwareStatementUnapproved => new("unapproved_software_statement", 400, "Software statements of this issuer do not count here.", "RFC 7591 §3.2.2"),
        Refusal.RegistrationQuotaSpent => new("access_denied", 403, "No more clients may be registered this way.", "RFC 7591 §5"),
        Refusal.RegistrationIsTheOperators => new("access_denied", 403, "An operator changed this registration: it is theirs to change.", "RFC 7592 §2.2"),

        Refusal.TooManyRequestsAtOnce => new("temporarily_unavailable", 503, "More tokens are asked for than can be signed.", "RFC 9110 §15.6.4"),
        Refusal.GrantTypeMissing => InvalidRequest("grant_type is missing.", "RFC 6749 §5.2"),
        Refusal.GrantTypeUnsupported => new("unsupported_grant_type", 400, "The grant type is not supported.", "RFC 6749 §5.2"),
        Refusal.GrantTypeNotAllowedForClient => new("unauthorized_client", 400, "The client is not registered for this grant type.", "RFC 6749 §5.2"),
        Refusal.CodeMissing => InvalidRequest("code is missing.", "RFC 6749 §4.1.3"),
        Refusal.CodeUnknown => InvalidGrant(GrantFailed, "RFC 6749 §4.1.3"),
        Refusal.CodeExpired => InvalidGrant(GrantFailed, "RFC 6749 §4.1.2"),
        Refusal.CodeAlreadyRedeemed => InvalidGrant(GrantFailed, "RFC 6749 §4.1.2"),
        Refusal.CodeBelongsToAnotherClient => InvalidGrant(GrantFailed, "RFC 6749 §4.1.3"),
        Refusal.CodeRedirectUriMissing => InvalidGrant("redirect_uri differs from the authorization request's.", "RFC 6749 §4.1.3"),
        Refusal.CodeRedirectUriMismatch => InvalidGrant("redirect_uri differs from the authorization request's.", "RFC 6749 §4.1.3"),
        Refusal.CodeVerifierMissing => InvalidGrant("The code_verifier is missing or wrong.", "RFC 7636 §4.6"),
        Refusal.CodeVerifierMalformed => InvalidGrant("The code_verifier is missing or wrong.", "RFC 7636 §4.1"),
        Refusal.CodeVerifierMismatch => InvalidGrant("The code_verifier is missing or wrong.", "RFC 7636 §4.6"),
        Refusal.CodeVerifierWithoutChallenge => InvalidGrant("The code_verifier is missing or wrong.", "RFC 9700 §2.1.1"),
        Refusal.SessionEnded => InvalidGrant(GrantFailed, "OpenID Connect Core §3.1.3.2"),
        Refusal.UserDisabled => InvalidGrant(GrantFailed, "RFC 6749 §5.2"),
        Refusal.RefreshTokenMissing => InvalidRequest("refresh_token is missing.", "RFC 6749 §6"),
        Refusal.RefreshTokenMalformed => InvalidGrant(RefreshFailed, "RFC 6749 §6"),
        Refusal.RefreshTokenUnknown => InvalidGrant(RefreshFailed, "RFC 6749 §6"),
        Refusal.RefreshTokenExpired => InvalidGrant(RefreshFailed, "RFC 6749 §6"),
        Refusal.RefreshTokenFamilyEnded => InvalidGrant(RefreshFailed, "RFC 9700 §4.14.2"),
        Refusal.RefreshTokenReused => InvalidGrant(RefreshFailed, "RFC 9700 §4.14.2"),
        Refusal.RefreshTokenBelongsToAnotherClient => InvalidGrant(RefreshFailed, "RFC 6749 §6"),
        Refusal.RefreshTokenInBody => InvalidRequest("This client's refresh token comes in its cookie, and in nothing else.", "OAuth 2.0 for Browser-Based Applications §6.2"),
        Refusal.RefreshTokenCookieRepeated => InvalidRequest("The refresh token's cookie is given more than once.", "RFC 6265 §8.6"),
        Refusal.OriginMissing => InvalidRequest("The request must name the origin of the app that makes it.", "RFC 6454 §7.3"),
        Refusal.OriginNotAllowed => InvalidRequest("The request comes from no origin of this client.", "RFC 6454 §7.3"),
        Refusal.ScopeExceedsGrant => new("invalid_scope", 400, "The scope exceeds what was granted.", "RFC 6749 §6"),
        Refusal.ResourceExceedsGrant => new("invalid_target", 400, "The resource was not granted.", "RFC 8707 §2.2"),
        Refusal.SeveralResources => new("invalid_target", 400, "An access token is for one resource; name one.", "RFC 8707 §2.2"),
        Refusal.ClientCredentialsForPublicClient => new("unauthorized_client", 400, "Only a confidential client may use client_credentials.", "RFC 6749 §4.4"),
        Refusal.IdentityScopeWithoutUser => new("invalid_scope", 400, "The scope needs a person who signs in.", "OpenID Connect Core §3.1.2.1"),

        Refusal.SubjectTokenMissing => InvalidRequest("subject_token is missing.", "RFC 8693 §2.1"),
        Refusal.SubjectTokenTypeUnsupported => InvalidRequest("subject_token_type must be that of an access token.", "RFC 8693 §2.1"),
        Refusal.SubjectTokenInvalid => InvalidRequest(ExchangeFailed, "RFC 8693 §2.2.2"),
        Refusal.SubjectTokenNotAllowed => InvalidRequest(ExchangeFailed, "RFC 8693 §5"),
        Refusal.SubjectTokenBound => InvalidRequest("The subject_token is bound to a key: exchanging it needs a proof or a certificate, for its own client the same.", "RFC 9449 §5"),
        Refusal.SubjectIsNoPerson => InvalidRequest("The subject_token is not about a person.", "RFC 8693 §2.2.2"),
        Refusal.ActorTokenTypeUnsupported => InvalidRequest("actor_token needs actor_token_type, that of an access token.", "RFC 8693 §2.1"),
        Refusal.ActorTokenInvalid => InvalidRequest(ActorFailed, "RFC 8693 §2.2.2"),
        Refusal.ActorTokenNotAllowed => InvalidRequest(ActorFailed, "RFC 8693 §5"),
        Refusal.ActorIsNotTheOneNamed => InvalidRequest("The subject_token names another who may act.", "RFC 8693 §4.4"),
        Refusal.TooManyActors => InvalidRequest("The chain of actors is too long.", "RFC 8693 §4.1"),
        Refusal.RequestedTokenTypeUnsupported => InvalidRequest("requested_token_type must be that of an access token.", "RFC 8693 §2.1"),

        Refusal.AssertionMissing => InvalidRequest("assertion is missing.", "RFC 7523 §2.1"),
        Refusal.AssertionIssuerUnknown => InvalidGrant(AssertionFailed, "RFC 7523 §3"),
        Refusal.AssertionNotForClient => InvalidGrant(AssertionFailed, "RFC 7523 §3"),
        Refusal.AssertionInvalid => InvalidGrant(AssertionFailed, "RFC 7523 §3"),
        Refusal.AssertionAudienceMismatch => InvalidGrant(AssertionFailed, "RFC 7523 §3"),
        Refusal.AssertionLifetimeTooLong => InvalidGrant(AssertionFailed, "RFC 7523 §3"),
        Refusal.AssertionReplayed => InvalidGrant(AssertionFailed, "RFC 7523 §3"),
        Refusal.AssertionSubjectUnknown => InvalidGrant(AssertionFailed, "RFC 7523 §3"),

        Refusal.CommandLineSignInOff => new("unauthorized_client", 400, "This server lets no command line sign in: its operator turned that off.", "RFC 8628 §3.1"),
        Refusal.DeviceCodeMissing => InvalidRequest("device_code is missing.", "RFC 8628 §3.4"),
        Refusal.AuthReqIdMissing => InvalidRequest("auth_req_id is missing.", "CIBA Core §10.1"),
        Refusal.BackchannelParameterUnsupported => InvalidRequest("login_hint_token and request are not supported.", "CIBA Core §7.1"),
        Refusal.BackchannelHintNotOne => InvalidRequest("The request must have one hint, login_hint or id_token_hint.", "CIBA Core §7.1"),
        Refusal.BackchannelWithoutOpenId => new("invalid_scope", 400, "The scope must have openid.", "CIBA Core §7.1"),
        Refusal.BackchannelUserUnknown => new("unknown_user_id", 400, "The hint means nobody here.", "CIBA Core §13"),
        Refusal.BackchannelTooManyWaiting => new("access_denied", 403, "The person is being asked by this client already.", "CIBA Core §13"),
        Refusal.BindingMessageInvalid => new("invalid_binding_message", 400, "The binding_message must be plain text of at most 100 characters.", "CIBA Core §13"),
        Refusal.RequestedExpiryMalformed => InvalidRequest("requested_expiry must be a number of seconds above zero.", "CIBA Core §7.1"),
        Refusal.ClientNotificationTokenInvalid => InvalidRequest("client_notification_token is missing or is no bearer token of at most 1024 characters.", "CIBA Core §7.1"),
        Refusal.DecoupledCodeUnknown => InvalidGrant(DecoupledFailed, "RFC 8628 §3.5"),
        Refusal.DecoupledCodeBelongsToAnotherClient => InvalidGrant(DecoupledFailed, "RFC 8628 §3.4"),
        Refusal.DecoupledCodeAlreadyRedeemed => InvalidGrant(DecoupledFailed, "RFC 8628 §3.5"),
        Refusal.DecoupledCodeExpired => new("expired_token", 400, "The code has expired; begin again.", "RFC 8628 §3.5"),
        Refusal.DecoupledRequestDenied => new("access_denied", 400, "The person said no.", "RFC 8628 §3.5"),
        Refusal.AuthorizationPending => new("authorization_pending", 400, "The person has not answered yet.", "RFC 8628 §3.5"),
        Refusal.SlowDown => new("slow_down", 400, "Asked too soon: wait 5 seconds longer between two requests from now on.", "RFC 8628 §3.5"),
        Refusal.UserCodeMalformed => InvalidRequest("That is no code: a code has eight letters.", "RFC 8628 §6.1"),
        Refusal.UserCodeUnknown => InvalidRequest("The code is wrong, used or too old.", "RFC 8628 §3.3"),
        Refusal.UserCodeGuessedTooOften => new("temporarily_unavailable", 429, "Too many wrong codes.", "RFC 8628 §5.1"),

        Refusal.BearerTokenMissing => new("", 401, "", "RFC 6750 §3.1"),
        Refusal.BearerTokenTwice => InvalidRequest("The access token is given in more than one way.", "RFC 6750 §2"),
        Refusal.BearerTokenMalformed => new("invalid_token", 401, TokenFailed, "RFC 6750 §3.1"),
        Refusal.BearerTokenInvalid => new("invalid_token", 401, TokenFailed, "RFC 6750 §3.1"),
        Refusal.BearerTokenExpired => new("invalid_token", 401, TokenFailed, "RFC 6750 §3.1"),
        Refusal.BearerTokenRevoked => new("invalid_token", 401, TokenFailed, "RFC 6750 §3.1"),
        Refusal.BearerTokenForAnotherAudience => new("invalid_token", 401, TokenFailed, "RFC 9068 §4"),
        Refusal.BearerTokenScopeInsufficient => new("insufficient_scope", 403, "The access token lacks the scope openid.", "RFC 6750 §3.1"),
        Refusal.AdminClientNotNamed => new("invalid_token", 401, TokenFailed, "RFC 9068 §4"),
        Refusal.AdminByAnother => new("invalid_token", 401, TokenFailed, "RFC 8693 §4.1"),
        Refusal.AdminRoleInsufficient => new("insufficient_scope", 403, "The person has no role for this.", "RFC 6750 §3.1"),
        Refusal.ConsoleStateUnknown => InvalidRequest("This browser did not begin that sign-in, or it was too long ago.", "RFC 6749 §10.12"),
        Refusal.ConsoleAnswerInvalid => InvalidRequest("That is no answer to the sign-in that was begun.", "OpenID Connect Core §3.1.3.7"),
        Refusal.ConsoleSignInRefused => new("access_denied", 400, "The sign-in did not come to its end.", "RFC 6749 §4.1.2.1"),
        Refusal.AdminScopeInsufficient => new("insufficient_scope", 403, "The access token has no scope for this.", "RFC 6750 §3.1"),
        Refusal.SignalsClientNotNamed => new("invalid_token", 401, TokenFailed, "RFC 9068 §4"),
        Refusal.SignalsByPerson => new("invalid_token", 401, TokenFailed, "RFC 9068 §4"),
        Refusal.SignalsScopeInsufficient => new("insufficient_scope", 403, "The access token has no scope for this.", "RFC 6750 §3.1"),

        Refusal.EncryptionKeyMissing => InvalidRequest("The client has no key, or none can be had, that the answer could be encrypted for.", "OpenID Connect Core §10.2.1"),

        Refusal.DPoPProofMissing => InvalidProof("The request needs a DPoP proof.", "RFC 9449 §5.2"),
        Refusal.DPoPProofRepeated => InvalidProof("The request has more than one DPoP proof.", "RFC 9449 §4.3"),
        Refusal.DPoPProofInvalid => InvalidProof("The DPoP proof is not valid.", "RFC 9449 §4.3"),
        Refusal.DPoPProofForAnotherRequest => InvalidProof("The DPoP proof is for another method or URL.", "RFC 9449 §4.3"),
        Refusal.DPoPProofForAnotherToken => InvalidProof("The DPoP proof is for another access token.", "RFC 9449 §4.3"),
        Refusal.DPoPProofOutOfTime => InvalidProof("The DPoP proof was not made just now: compare the clocks.", "RFC 9449 §11.1"),
        Refusal.DPoPProofReplayed => InvalidProof("The DPoP proof was used before.", "RFC 9449 §11.1"),
        Refusal.DPoPProofUnexpected => InvalidProof("The client is registered for tokens that are bound to its certificate.", "RFC 8705 §3.4"),
        Refusal.DPoPNonceMissing => UseNonce,
        Refusal.DPoPNonceOld => UseNonce,
        Refusal.DPoPJktMalformed => InvalidRequest("dpop_jkt is not a base64url SHA-256.", "RFC 9449 §10"),
        Refusal.DPoPJktMismatch => InvalidProof("dpop_jkt names another key than the DPoP proof's.", "RFC 9449 §10.1"),
        Refusal.SenderCertificateMissing => InvalidRequest("The request needs the client's certificate.", "RFC 8705 §3.4"),
        Refusal.CodeBoundToAnotherKey => InvalidGrant(GrantFailed, "RFC 9449 §10"),
        Refusal.RefreshTokenBoundToAnotherKey => InvalidGrant(RefreshFailed, "RFC 9449 §5"),
        Refusal.BoundTokenAsBearer => new("invalid_token", 401, TokenFailed, "RFC 9449 §7.2"),
        Refusal.BearerTokenAsDPoP => new("invalid_token", 401, TokenFailed, "RFC 9449 §7.1"),
        Refusal.TokenBoundToAnotherKey => new("invalid_token", 401, TokenFailed, "RFC 9449 §7.1"),
        Refusal.TokenBoundToAnotherCertificate => new("invalid_token", 401, TokenFailed, "RFC 8705 §3"),

        Refusal.IntrospectionTokenMissing => InvalidRequest("token is missing.", "RFC 7662 §2.1"),
        Refusal.IntrospectionClientNotAllowed => new("unauthorized_client", 403, "The client may not introspect.", "RFC 7662 §2.1"),
        Refusal.RevocationTokenMissing => InvalidRequest("token is missing.", "RFC 7009 §2.1"),
        Refusal.RevocationTokenBelongsToAnotherClient => InvalidGrant("The token was issued to another client.", "RFC 7009 §2.1"),

        Refusal.UpstreamUnknown => new("invalid_request", 404, "Nobody signs in this way here.", "OpenID Connect Core §3.1.2.1"),
        Refusal.UpstreamStateUnknown => InvalidRequest("This browser did not begin that sign-in, or it was too long ago.", "RFC 6749 §10.12"),
        Refusal.UpstreamStateSpent => InvalidRequest("That sign-in was ended before.", "RFC 6749 §10.12"),
        Refusal.UpstreamMixedUp => InvalidRequest("That sign-in was begun with another provider.", "RFC 9700 §4.4"),
        Refusal.UpstreamIssuerMismatch => UpstreamError("RFC 9207 §2.4"),
        Refusal.UpstreamDenied => new("access_denied", 400, "The person did not sign in there.", "RFC 6749 §4.1.2.1"),
        Refusal.UpstreamFailed => UpstreamError("RFC 6749 §4.1.2.1"),
        Refusal.UpstreamUnavailable => new("temporarily_unavailable", 503, "The other provider does not answer.", "RFC 6749 §4.1.2.1"),
        Refusal.UpstreamIdTokenInvalid => UpstreamError("OpenID Connect Core §3.1.3.7"),
        Refusal.UpstreamClockOff => UpstreamError("OpenID Connect Core §3.1.3.7"),
        Refusal.UpstreamAudienceMismatch => UpstreamError("OpenID Connect Core §3.1.3.7"),
        Refusal.UpstreamNonceMismatch => UpstreamError("OpenID Connect Core §3.1.3.7"),
        Refusal.UpstreamAccessTokenMismatch => UpstreamError("OpenID Connect Core §3.1.3.8"),
        Refusal.UpstreamSubjectInvalid => UpstreamError("OpenID Connect Core §2"),
        Refusal.UpstreamSignInTooOld => UpstreamError("OpenID Connect Core §3.1.2.1"),
        Refusal.UpstreamUserInfoMismatch => UpstreamError("OpenID Connect Core §5.3.2"),
        Refusal.UpstreamAccountUnknown => new("access_denied", 403, NobodyLinked, "OpenID Connect Core §5.7"),
        Refusal.UpstreamAccountDisabled => new("access_denied", 403, NobodyLinked, "OpenID Connect Core §5.7"),
        Refusal.UpstreamEmailTaken => new("access_denied", 403, NobodyLinked, "OpenID Connect Core §5.7"),
        Refusal.UpstreamNotInvited => new("access_denied", 403, NobodyLinked, "OpenID Connect Core §5.7"),
        Refusal.UpstreamLinkGone => InvalidRequest("The session that asked for the link is not this browser's any more.", "RFC 6749 §10.12"),
        Refusal.UpstreamLinkTaken => new("access_denied", 409, "That sign-in is linked to another account.", "OpenID Connect Core §5.7"),
        Refusal.UpstreamLinksTooMany => new("access_denied", 409, "The account has as many links as one can have.", "OpenID Connect Core §5.7"),
        Refusal.UpstreamLinkLast => new("access_denied", 409, "It is the only way to sign in to that account.", "OpenID Connect Core §5.7"),
        Refusal.UpstreamLogoutTokenInvalid => InvalidRequest("The logout_token is not valid.", "Back-Channel Logout §2.6"),
        Refusal.UpstreamLogoutTokenReplayed => InvalidRequest("The logout_token was used before.", "Back-Channel Logout §2.6"),

        Refusal.LogoutHintInvalid => InvalidRequest("id_token_hint is not an ID token of this server.", "RP-Initiated Logout §4"),
        Refusal.LogoutClientMismatch => InvalidRequest("client_id is not the one that id_token_hint was issued to.", "RP-Initiated Logout §2"),
        Refusal.LogoutRedirectUriNotRegistered => InvalidRequest("post_logout_redirect_uri is not registered for this client.", "RP-Initiated Logout §3"),
        Refusal.LogoutRedirectUriWithoutClient => InvalidRequest("post_logout_redirect_uri needs id_token_hint or client_id.", "RP-Initiated Logout §3"),

        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "A refusal without an answer."),
    };

    private static RefusalAnswer UpstreamError(string section) => new("server_error", 502, "The other provider's answer can not be trusted.", section);

    private static RefusalAnswer UseNonce => new("use_dpop_nonce", 400, "The DPoP proof needs the nonce in the header DPoP-Nonce.", "RFC 9449 §8");

    private static RefusalAnswer InvalidProof(string description, string section) => new("invalid_dpop_proof", 400, description, section);

    private static RefusalAnswer InvalidRequest(string description, string section) => new("invalid_request", 400, description, section);

    private static RefusalAnswer InvalidDetails(string description, string section) => new("invalid_authorization_details", 400, description, section);

    private static RefusalAnswer InvalidRequestObject(string description, string section) => new("invalid_request_object", 400, description, section);

    private static RefusalAnswer InvalidRedirectUri(string description, string section) => new("invalid_redirect_uri", 400, description, section);

    private static RefusalAnswer InvalidClient(string section) => new("invalid_client", 401, ClientFailed, section);

    private static RefusalAnswer InvalidGrant(string description, string section) => new("invalid_grant", 400, description, section);
}
