using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Server.Http;

namespace IdentityProvider.Server.Endpoints.Token;

/// <summary>Which grant answers which request (RFC 6749 §4).</summary>
internal sealed class TokenGrants(
    AuthorizationCodeGrant authorizationCode, RefreshTokenGrant refreshToken, ClientCredentialsGrant clientCredentials, DecoupledGrant decoupled,
    TokenExchangeGrant tokenExchange, JwtBearerGrant jwtBearer)
{
    public ValueTask<Decision<TokenResponse>> GrantAsync(TokenRequest request, Sender sender, CancellationToken cancellation) => request switch
    {
        TokenRequest.AuthorizationCode code => new(authorizationCode.ExchangeAsync(code, sender, cancellation)),
        TokenRequest.RefreshToken refresh => new(refreshToken.RefreshAsync(refresh, sender, cancellation)),
        TokenRequest.ClientCredentials own => clientCredentials.IssueAsync(own, sender, cancellation),
        TokenRequest.Decoupled waiting => new(decoupled.AskAsync(waiting, sender, cancellation)),
        TokenRequest.TokenExchange exchange => new(tokenExchange.ExchangeAsync(exchange, sender, cancellation)),
        TokenRequest.JwtBearer bearer => new(jwtBearer.ExchangeAsync(bearer, sender, cancellation)),
        _ => throw new InvalidOperationException("A grant type without a grant."),
    };
}
