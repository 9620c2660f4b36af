using System.Text;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Endpoints.Token;
using IdentityProvider.Server.Http;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>A code made tokens by the grant of <c>/token</c>, without a call to ourselves: the console's own, or of a client that is tested.</summary>
internal sealed class CodeExchange(AuthorizationCodeGrant grant, DPoPProofs proofs, AuditTally tally)
{
    /// <summary>Redeems the code, and counts the tokens as the token endpoint does.</summary>
    /// <param name="http">The request that the code came by.</param>
    /// <param name="client">Whose it is.</param>
    /// <param name="redirectUri">Where it was sent.</param>
    /// <param name="resource">The API that the access token is for; null for none.</param>
    /// <param name="code">The code.</param>
    /// <param name="verifier">What its challenge was made of (RFC 7636 §4.5).</param>
    public async Task<Decision<TokenResponse>> RunAsync(HttpContext http, AuthenticatedClient client, string redirectUri, string? resource, string code, string verifier)
    {
        var form = $"grant_type={GrantTypes.AuthorizationCode}&code={Uri.EscapeDataString(code)}&code_verifier={verifier}&redirect_uri={Uri.EscapeDataString(redirectUri)}"
            + (resource is null ? "" : $"&resource={Uri.EscapeDataString(resource)}");
        if (!Parameters.Parse(Encoding.UTF8.GetBytes(form)).Try(out var parameters, out var reason)
            || !TokenRequestRules.Read(parameters, client, []).Try(out var request, out reason))
            return reason;
        var exchanged = await grant.ExchangeAsync((TokenRequest.AuthorizationCode)request, new Sender(client, proof: null, proofs, http), http.RequestAborted);
        if (exchanged.Try(out _, out _))
            tally.Count(AuditAction.TokensIssued, Actor.Client(client.ClientId), AuditTarget.Client(client.ClientId), ("grant_type", GrantTypes.AuthorizationCode));
        return exchanged;
    }
}
