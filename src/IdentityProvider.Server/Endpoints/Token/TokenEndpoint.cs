using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Server.Http;

namespace IdentityProvider.Server.Endpoints.Token;

/// <summary>
/// <c>POST /token</c> (RFC 6749 §3.2): form, client, grant, answer. A grant loads, decides, mints and commits; only what it returns goes out,
/// and always from here.
/// </summary>
internal sealed class TokenEndpoint(AuthorizationCodeGrant authorizationCode, RefreshTokenGrant refreshToken, ClientCredentialsGrant clientCredentials)
{
    public const string Path = "/token";

    public async Task HandleAsync(HttpContext http)
    {
        // 1. The form (RFC 6749 §3.2).
        if (!(await RequestParameters.ReadFormAsync(http)).Try(out var form, out var reason))
        {
            await OAuthResults.RefuseAsync(http, reason);
            return;
        }

        // 2. The client (RFC 6749 §3.2.1).
        if (!(await ClientAuthentication.ReadAsync(http, form)).Try(out var client, out reason))
        {
            await OAuthResults.RefuseAsync(http, reason);
            return;
        }

        // 3. The grant (RFC 6749 §4.1.3, §4.4.2, §6) and its answer (§5.1, §5.2).
        CrossOrigin.Allow(http, client.Client);
        if (TokenRequestRules.Read(form, client).Try(out var request, out reason)
            && (await GrantAsync(request, client, http.RequestAborted)).Try(out var response, out reason))
        {
            await JsonBody.SendAsync(http, response, TokenResponse.Write);
            return;
        }

        await OAuthResults.RefuseAsync(http, reason);
    }

    private ValueTask<Decision<TokenResponse>> GrantAsync(TokenRequest request, AuthenticatedClient client, CancellationToken cancellation) => request switch
    {
        TokenRequest.AuthorizationCode code => new(authorizationCode.ExchangeAsync(code, client, cancellation)),
        TokenRequest.RefreshToken refresh => new(refreshToken.RefreshAsync(refresh, client, cancellation)),
        TokenRequest.ClientCredentials own => clientCredentials.IssueAsync(own, client, cancellation),
        _ => throw new InvalidOperationException("A grant type without a grant."),
    };
}
