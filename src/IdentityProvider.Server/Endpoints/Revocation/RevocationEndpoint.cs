using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Revocation;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Http;
using IdentityProvider.Storage;
using Actor = IdentityProvider.Server.Admin.Actor;

namespace IdentityProvider.Server.Endpoints.Revocation;

/// <summary><c>POST /revoke</c> (RFC 7009). It is answered when it is durable.</summary>
internal sealed class RevocationEndpoint(
    AccessTokens accessTokens, RefreshTokens refreshTokens, TokenFamilies families, RevokedTokens revoked, TimeProvider clock, FamilyEnds ends)
{
    public const string Path = "/revoke";

    public async Task HandleAsync(HttpContext http)
    {
        if (!(await RequestParameters.ReadFormAsync(http)).Try(out var form, out var reason)
            || !(await ClientAuthentication.ReadAsync(http, form)).Try(out var client, out reason))
        {
            await OAuthResults.RefuseAsync(http, reason);
            return;
        }

        if (RefreshTokenDeliveryRules.RefuseOrigin(client.Client, http.Request.Headers.Origin) is { } foreign)
        {
            await OAuthResults.RefuseAsync(http, foreign);
            return;
        }

        CrossOrigin.Allow(http, client.Client);
        if (!RevocationRules.Read(form, client, RefreshTokenCookies.Read(http, client.Client)).Try(out var request, out reason))
        {
            await OAuthResults.RefuseAsync(http, reason);
            return;
        }

        var now = clock.GetUtcNow();
        var decision = await DecideAsync(request, now, http.RequestAborted);
        switch (decision)
        {
            case RevocationDecision.EndFamily end:
                if (await families.EndAsync(end.FamilyId, FamilyEnd.RevokedByClient, now, CancellationToken.None))
                    await ends.TellRevokedAsync(http, end.FamilyId, client.ClientId);
                break;
            case RevocationDecision.RevokeToken revoke:
                if (await revoked.AddAsync(revoke.Token.Jti, revoke.Token.ExpiresAt, revoke.Token.Status, CancellationToken.None))
                    await AuditTrail.ByAsync(http, Actor.Client(client.ClientId), AuditAction.TokenRevoked, AuditTarget.Token(revoke.Token.Jti));
                break;
        }

        if (request.IsOfCookie)
            RefreshTokenCookies.Clear(http, client.Client);
        if (decision is RevocationDecision.Refuse refuse)
        {
            await OAuthResults.RefuseAsync(http, refuse.Reason);
            return;
        }

        OAuthResults.NoStore(http.Response);
        http.Response.ContentLength = 0;
    }

    private async Task<RevocationDecision> DecideAsync(RevocationRequest request, DateTimeOffset now, CancellationToken cancellation)
    {
        if (refreshTokens.Parse(request.Token).Try(out var refreshToken, out _))
            return RevocationRules.Decide(request, await families.FindAsync(refreshToken.FamilyId, cancellation), now);
        return RevocationRules.Decide(request, (await accessTokens.VerifyAsync(request.Token, now, cancellation)).Try(out var accessToken, out _) ? accessToken : null);
    }
}
