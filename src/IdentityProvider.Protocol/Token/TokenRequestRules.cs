using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Decoupled;
using IdentityProvider.Protocol.RichAuthorization;

namespace IdentityProvider.Protocol.Token;

/// <summary>What every token request must be before its grant looks at it (RFC 6749 §3.2, §5.2).</summary>
public static class TokenRequestRules
{
    /// <summary>Longer than any code or token of ours: what is longer isn't one, and need not be hashed.</summary>
    private const int LongestCredential = 512;

    /// <param name="parameters">The form.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="cookies">The refresh tokens in the browser's cookies for this client.</param>
    public static Decision<TokenRequest> Read(Parameters parameters, AuthenticatedClient client, IReadOnlyList<string> cookies)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(client);

        // 1. A grant type, one that exists here (RFC 6749 §5.2).
        if (parameters["grant_type"] is not { } grantType)
            return Refusal.GrantTypeMissing;
        if (!GrantTypes.All.Contains(grantType, StringComparer.Ordinal))
            return Refusal.GrantTypeUnsupported;

        // 2. One that this client is registered for (RFC 6749 §5.2, RFC 7591 §2).
        if (!client.Client.Allows(grantType))
            return Refusal.GrantTypeNotAllowedForClient;

        // 3. A scope that is one (RFC 6749 §3.3).
        if (!ScopeSet.TryParse(parameters["scope"], out var scope))
            return Refusal.ScopeMalformed;
        var asked = parameters.Has("scope") ? scope : null;

        // 4. Authorization details, where there is a grant to choose them from (RFC 9396 §6).
        if (!AuthorizationDetails.Read(parameters["authorization_details"]).Try(out var read, out var malformed))
            return malformed;
        var details = read.IsEmpty ? null : read;
        if (details is not null && grantType is not (GrantTypes.AuthorizationCode or GrantTypes.RefreshToken))
            return Refusal.AuthorizationDetailsNotForThisGrant;

        // 5. What the grant needs (RFC 6749 §4.1.3, §6).
        var resources = parameters.All("resource");
        switch (grantType)
        {
            case GrantTypes.AuthorizationCode:
                if (parameters["code"] is not { } code)
                    return Refusal.CodeMissing;
                return code.Length > LongestCredential
                    ? Refusal.CodeUnknown
                    : new TokenRequest.AuthorizationCode(code, parameters["redirect_uri"], parameters["code_verifier"], resources) { Details = details };
            case GrantTypes.RefreshToken:
                if (!RefreshTokenDeliveryRules.Choose(client.Client, parameters["refresh_token"], cookies).Try(out var token, out var reason))
                    return reason;
                return token.Length > LongestCredential ? Refusal.RefreshTokenMalformed : new TokenRequest.RefreshToken(token, asked, resources) { Details = details };
            case GrantTypes.DeviceCode:
                return ReadDecoupled(DecoupledKind.Device, parameters["device_code"], Refusal.DeviceCodeMissing, resources);
            case GrantTypes.Backchannel:
                return ReadDecoupled(DecoupledKind.Backchannel, parameters["auth_req_id"], Refusal.AuthReqIdMissing, resources);
            case GrantTypes.TokenExchange:
                return ReadTokenExchange(parameters, asked);
            case GrantTypes.JwtBearer:
                return parameters["assertion"] is { } assertion ? new TokenRequest.JwtBearer(assertion, asked, resources) : Refusal.AssertionMissing;
            default:
                return new TokenRequest.ClientCredentials(asked, resources);
        }
    }

    private static Decision<TokenRequest> ReadTokenExchange(Parameters parameters, ScopeSet? scope)
    {
        // 1. The subject's token, of the one type that there is (RFC 8693 §2.1, §3).
        if (parameters["subject_token"] is not { } subject)
            return Refusal.SubjectTokenMissing;
        if (!IsAccessToken(parameters["subject_token_type"]))
            return Refusal.SubjectTokenTypeUnsupported;

        // 2. An actor's token and its type, both or neither (RFC 8693 §2.1).
        var (actor, actorType) = (parameters["actor_token"], parameters["actor_token_type"]);
        if (actor is null != actorType is null || (actor is not null && !IsAccessToken(actorType)))
            return Refusal.ActorTokenTypeUnsupported;

        // 3. What comes out is an access token: no refresh token lets a client go on without the subject's (RFC 8693 §2.1, §2.2.1).
        if (parameters["requested_token_type"] is { } wanted && !IsAccessToken(wanted))
            return Refusal.RequestedTokenTypeUnsupported;

        // 4. An API by its identifier or its logical name, which are one here (RFC 8693 §2.1).
        return new TokenRequest.TokenExchange(subject, actor, scope, [.. parameters.All("resource").Union(parameters.All("audience"), StringComparer.Ordinal)]);
    }

    private static bool IsAccessToken(string? type) => type is TokenExchangeRules.AccessTokenType or TokenExchangeRules.JwtType;

    private static Decision<TokenRequest> ReadDecoupled(DecoupledKind kind, string? code, Refusal missing, IReadOnlyList<string> resources)
    {
        if (code is null)
            return missing;
        return code.Length > LongestCredential ? Refusal.DecoupledCodeUnknown : new TokenRequest.Decoupled(kind, code, resources);
    }
}
