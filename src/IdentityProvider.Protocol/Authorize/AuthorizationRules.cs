using System.Collections.ObjectModel;
using System.Globalization;
using System.Text.RegularExpressions;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.DPoP;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.RichAuthorization;
using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Protocol.Authorize;

/// <summary>
/// The checks of an authorization request in the specifications' order (RFC 6749 §4.1.1, RFC 7636 §4.4, RFC 8707 §2, OpenID Connect Core
/// §3.1.2.2). What they don't name is ignored (RFC 6749 §3.1), and so are <c>display</c> and <c>claims_locales</c>, wishes that may be left
/// unmet.
/// </summary>
public static partial class AuthorizationRules
{
    /// <summary>In characters; what is longer would not fit into the redirect of every browser and proxy.</summary>
    public const int LongestState = 4096;

    /// <summary>In characters; it goes into the ID token.</summary>
    public const int LongestNonce = 1024;

    /// <summary>More languages than anybody reads; a longer wish is none.</summary>
    public const int MostLocales = 20;

    /// <summary>The longest request, written as a query: it travels through our pages in one parameter of one URL.</summary>
    public const int LongestRequest = 8 * 1024;

    /// <summary>The same for one that was pushed: it lies here, and only its reference travels.</summary>
    public const int LongestPushedRequest = 16 * 1024;

    /// <summary>What the checks need to know beside the request.</summary>
    /// <param name="Client">The client that <c>client_id</c> names, or null where there is none.</param>
    /// <param name="Resources">The resources of that client.</param>
    /// <param name="Keys">The published keys, for <c>id_token_hint</c>.</param>
    /// <param name="Issuer">Ours.</param>
    public sealed record Known(Client? Client, IReadOnlyList<Resource> Resources, JsonWebKeySet Keys, string Issuer)
    {
        /// <summary>Whether the client pushed it (RFC 9126), so that no browser saw or touched it.</summary>
        public bool IsPushed { get; init; }

        /// <summary>How pairwise clients know people.</summary>
        public SubjectIdentifiers? Subjects { get; init; }

        /// <summary>Whether it came in an object that the client signed (RFC 9101).</summary>
        public bool IsSigned { get; init; }

        /// <summary>The types of authorization details that an operator registered (RFC 9396), by name.</summary>
        public IReadOnlyDictionary<string, AuthorizationDetailsType> DetailsTypes { get; init; } = ReadOnlyDictionary<string, AuthorizationDetailsType>.Empty;

        /// <summary>Whether anyone may make an account (<c>prompt=create</c>).</summary>
        public bool OffersAccounts { get; init; }

        /// <summary>Whether every client must push (RFC 9126 §5), and not only those that are registered so.</summary>
        public bool RequiresPushing { get; init; }
    }

    /// <summary>
    /// Decides on a request in an object (RFC 9101). An object that is no good is refused at the redirect URI beside it, if that is the client's;
    /// of one that is good, nothing beside it counts (§6.3).
    /// </summary>
    public static AuthorizationDecision Decide(Decision<RequestObject> opened, Parameters came, Known known, DateTimeOffset now)
    {
        if (opened.Try(out var requestObject, out var reason)) return Decide(requestObject.Parameters, known with { IsSigned = true }, now);
        var location = Locate(came, known, out _, out var returnAddress);
        return location ?? new AuthorizationDecision.RedirectError(reason, returnAddress!);
    }

    public static AuthorizationDecision Decide(Parameters parameters, Known known, DateTimeOffset now)
    {
        if (Locate(parameters, known, out var client, out var returnAddress) is { } lost) return lost;
        return DecideRest(parameters, known with { Client = client }, returnAddress!, now).Try(out var request, out var reason)
            ? request
            : new AuthorizationDecision.RedirectError(reason, returnAddress!);
    }

    /// <summary>Whom the answer goes to, and how; or the error, where that is not known or not allowed.</summary>
    private static AuthorizationDecision? Locate(Parameters parameters, Known known, out Client? client, out ReturnAddress? returnAddress)
    {
        client = null;
        returnAddress = null;

        // 1. It is not absurdly long (RFC 9110 §4.1).
        if (parameters.ToQuery().Length > (known.IsPushed ? LongestPushedRequest : LongestRequest)) return new AuthorizationDecision.PageError(Refusal.AuthorizationRequestTooLong);

        // 2. It names a client, one that is known (RFC 6749 §4.1.2.1).
        if (!parameters.Has("client_id")) return new AuthorizationDecision.PageError(Refusal.AuthorizeClientIdMissing);
        client = known.Client?.ClientId == parameters["client_id"] ? known.Client : null;
        if (client is null) return new AuthorizationDecision.PageError(Refusal.AuthorizeClientUnknown);

        // 3. Its redirect URI is one of that client's (RFC 6749 §3.1.2.4, RFC 9700 §2.1). Until here nothing may be answered by redirect.
        var isOpenId = ScopeSet.TryParse(parameters["scope"], out var scope) && scope.Contains(ScopeSet.OpenId);
        if (!RedirectUris.Choose(client, parameters["redirect_uri"], isOpenId || client.Profile != ClientProfile.None).Try(out var redirectUri, out var reason))
            return new AuthorizationDecision.PageError(reason);

        // 4. The answer travels by query or form_post, as it is or signed; an error about that as it is, by query (OAuth 2.0 Multiple Response Types
        // §2.1, Form Post Response Mode, JARM §2.3). What state there is goes back with every answer, whole or not at all (RFC 6749 §4.1.2).
        var mode = ModeOf(parameters["response_mode"], client, out var signing);
        var state = parameters["state"];
        returnAddress = new ReturnAddress(redirectUri, mode ?? ResponseMode.Query, state?.Length > LongestState ? null : state, signing);
        if (mode is null) return new AuthorizationDecision.RedirectError(Refusal.ResponseModeUnsupported, returnAddress);

        // 5. A state that fits into every redirect.
        return state?.Length > LongestState ? new AuthorizationDecision.RedirectError(Refusal.StateTooLong, returnAddress) : null;
    }

    private static Decision<AuthorizationRequest> DecideRest(Parameters parameters, Known known, ReturnAddress returnAddress, DateTimeOffset now)
    {
        var client = known.Client!;

        // 6. It came the way that this client's requests must come (RFC 9126 §5, §6; RFC 9101 §10.5).
        if ((known.RequiresPushing || client.RequirePushedAuthorizationRequests) && !known.IsPushed) return Refusal.PushedRequestRequired;
        if (client.RequireSignedRequestObject && !known.IsSigned) return Refusal.RequestObjectRequired;

        // 7. Nothing of it is hidden in another object, or in a registration that isn't read (RFC 9101 §4, OpenID Connect Core §7.2.1).
        if (RequestObjectRules.HasObject(parameters)) return Refusal.RequestObjectNested;
        if (parameters.Has("registration")) return Refusal.RegistrationParameterUnsupported;

        // 8. It asks for a code, and the client may have one (RFC 6749 §4.1.1, §4.1.2.1).
        if (!parameters.Has("response_type")) return Refusal.ResponseTypeMissing;
        if (parameters["response_type"] != "code") return Refusal.ResponseTypeUnsupported;
        if (!client.Allows(GrantTypes.AuthorizationCode)) return Refusal.ClientMayNotUseCodeFlow;

        // 9. The code is bound to whoever asks for it (RFC 7636 §4.3, RFC 9700 §2.1.1), and to a key where one is named (RFC 9449 §10).
        if (DecideCodeChallenge(parameters, client) is { } badChallenge) return badChallenge;

        if (CodeBindingRules.Refuse(parameters) is { } badKey) return badKey;

        // 10. Authorization details, scopes and resources that this client may have (RFC 9396 §5, RFC 6749 §3.3, RFC 8707 §2).
        if (!AuthorizationDetailsRules.Decide(parameters["authorization_details"], client, known.DetailsTypes).Try(out var details, out var reason)) return reason;
        if (!RequestedAccess.Decide(parameters, client, known.Resources, details).Try(out var access, out reason)) return reason;

        // 11. A nonce that fits into an ID token (OpenID Connect Core §3.1.2.1).
        if (parameters["nonce"]?.Length > LongestNonce) return Refusal.NonceTooLong;

        // 12. Claims that are asked for by name, where there is an ID token or UserInfo to say them (OpenID Connect Core §5.5).
        if (!ClaimsRequest.Read(parameters["claims"]).Try(out var claims, out reason)) return reason;
        if (!access.Scope.Contains(ScopeSet.OpenId)) claims = ClaimsRequest.None;

        // 13. What is asked about the person (OpenID Connect Core §3.1.2.1).
        if (!AcrRules.Read(parameters["acr_values"], claims, client, access.Resources.Count > 0).Try(out var acr, out reason)) return reason;
        return DecideSignIn(parameters, known, claims, acr, now).Try(out var signIn, out reason)
            ? new AuthorizationRequest(client, returnAddress, access, signIn, parameters["code_challenge"], parameters["nonce"])
            {
                Claims = claims.OfPerson(client.Scope),
                Subjects = known.Subjects,
                DPoPJkt = parameters[CodeBindingRules.Parameter],
                Details = details,
                DetailWords = [.. details.Items.Select(detail => DetailWords.Of(detail, known.DetailsTypes[AuthorizationDetails.TypeOf(detail)]))],
            }
            : reason;
    }

    private static ResponseMode? ModeOf(string? name, Client client, out ResponseSigning? signing)
    {
        signing = name is "jwt" or "query.jwt" or "form_post.jwt" ? new ResponseSigning(client.ClientId, client.AuthorizationSignedResponseAlg) : null;
        return name switch
        {
            null or "query" or "jwt" or "query.jwt" => ResponseMode.Query,
            "form_post" or "form_post.jwt" => ResponseMode.FormPost,
            _ => null,
        };
    }

    private static Refusal? DecideCodeChallenge(Parameters parameters, Client client)
    {
        // 1. There is one, unless an operator named this client as one that does without (RFC 7636 §4.4.1, RFC 9700 §2.1.1).
        var challenge = parameters["code_challenge"];
        if (challenge is null) return client.RequirePkce || parameters.Has("code_challenge_method") ? Refusal.CodeChallengeMissing : null;

        // 2. By S256; no method means plain (RFC 7636 §4.3, RFC 9700 §2.1.1).
        if (parameters["code_challenge_method"] != "S256") return Refusal.CodeChallengeMethodUnsupported;

        // 3. A SHA-256 in base64url (RFC 7636 §4.2).
        return Sha256InBase64Url().IsMatch(challenge) ? null : Refusal.CodeChallengeMalformed;
    }

    private static Decision<RequestedSignIn> DecideSignIn(Parameters parameters, Known known, ClaimsRequest claims, RequestedAcr acr, DateTimeOffset now)
    {
        // 1. prompt: known values; none alone.
        if (!PromptValues.Parse(parameters["prompt"], known.OffersAccounts).Try(out var prompt, out var reason)) return reason;

        // 2. max_age: whole seconds, zero and up; else what the client registered (OpenID Connect Registration §2, default_max_age).
        long? maxAge = known.Client!.DefaultMaxAge;
        if (parameters["max_age"] is { } text)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return Refusal.MaxAgeMalformed;
            maxAge = seconds;
        }

        // 3. id_token_hint: one of ours, issued to this client, however old; beside a sub of claims it means the same person.
        var subjects = claims.Subjects;
        if (parameters["id_token_hint"] is { } token)
        {
            var hint = IdTokenHint.Verify(token, known.Keys, known.Issuer, now);
            if (hint is null || !hint.Audiences.Contains(known.Client.ClientId, StringComparer.Ordinal)) return Refusal.IdTokenHintInvalid;
            subjects = subjects is null || subjects.Contains(hint.Subject, StringComparer.Ordinal) ? [hint.Subject] : [];
        }

        return new RequestedSignIn(prompt, maxAge is { } age ? TimeSpan.FromSeconds(age) : null, acr, parameters["login_hint"], subjects)
        {
            UiLocales = parameters["ui_locales"]?.Split(' ', MostLocales + 1, StringSplitOptions.RemoveEmptyEntries) is { Length: <= MostLocales } locales ? locales : [],
        };
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{43}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Sha256InBase64Url();
}
