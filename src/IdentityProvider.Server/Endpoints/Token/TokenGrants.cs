using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Token;

namespace IdentityProvider.Server.Endpoints.Token;

/// <summary>Which grant answers which request (RFC 6749 §4).</summary>
internal sealed class TokenGrants(
    AuthorizationCodeGrant authorizationCode, RefreshTokenGrant refreshToken, ClientCredentialsGrant clientCredentials, DecoupledGrant decoupled,
    TokenExchangeGrant tokenExchange)
{
    public ValueTask<Decision<TokenResponse>> GrantAsync(TokenRequest request, AuthenticatedClient client, CancellationToken cancellation) => request switch
    {
        TokenRequest.AuthorizationCode code => new(authorizationCode.ExchangeAsync(code, client, cancellation)),
        TokenRequest.RefreshToken refresh => new(refreshToken.RefreshAsync(refresh, client, cancellation)),
        TokenRequest.ClientCredentials own => clientCredentials.IssueAsync(own, client, cancellation),
        TokenRequest.Decoupled waiting => new(decoupled.AskAsync(waiting, client, cancellation)),
        TokenRequest.TokenExchange exchange => new(tokenExchange.ExchangeAsync(exchange, client, cancellation)),
        _ => throw new InvalidOperationException("A grant type without a grant."),
    };
}
