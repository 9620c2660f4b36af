using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Endpoints.Token;

/// <summary>
/// <c>POST /token</c> (RFC 6749 §3.2): form, client, grant, answer. A grant loads, decides, mints and commits; only what it returns goes out,
/// and always from here.
/// </summary>
internal sealed class TokenEndpoint(TokenGrants grants, Senders senders, Admission admission, ClientUse uses, AuditTally tally)
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

        // 2. The client (RFC 6749 §3.2.1), and what its tokens are bound to (RFC 9449 §5, RFC 8705 §3).
        if (!(await senders.ReadBoundAsync(http, Path, form)).Try(out var sender, out reason))
        {
            await OAuthResults.RefuseAsync(http, reason);
            return;
        }

        var client = sender.Client;

        // 3. The origin, where the browser keeps the client's refresh token.
        if (RefreshTokenDeliveryRules.RefuseOrigin(client.Client, http.Request.Headers.Origin) is { } foreign)
        {
            await OAuthResults.RefuseAsync(http, foreign);
            return;
        }

        // 4. Room to sign (RFC 9110 §15.6.4).
        using var place = admission.Enter();
        if (!place.IsAcquired)
        {
            await OAuthResults.TurnAwayAsync(http, Refusal.TooManyRequestsAtOnce, Admission.RetryAfter);
            return;
        }

        // 5. The grant (RFC 6749 §4.1.3, §4.4.2, §6), with a key for an ID token that is to be encrypted, and its answer (§5.1, §5.2).
        CrossOrigin.Allow(http, client.Client);
        if (TokenRequestRules.Read(form, client, RefreshTokenCookies.Read(http, client.Client)).Try(out var request, out reason)
            && (await RecipientAsync(http, request, client.Client)).Try(out var recipient, out reason)
            && (await grants.GrantAsync(request, sender, http.RequestAborted)).Try(out var response, out reason))
        {
            uses.Note(client.Client);
            Spans.Grant(http, form["grant_type"]!);
            tally.Count(AuditAction.TokensIssued, Actor.Client(client.ClientId), AuditTarget.Client(client.ClientId), ("grant_type", form["grant_type"]!));
            await JsonBody.SendAsync(http, Deliver(http, client.Client, response with { IdToken = recipient.Seal(response.IdToken) }), TokenResponse.Write);
            return;
        }

        if (request is TokenRequest.RefreshToken && RefreshTokenDeliveryRules.IsOver(reason))
            RefreshTokenCookies.Clear(http, client.Client);
        await OAuthResults.RefuseAsync(http, reason);
    }

    /// <summary>What goes into the body; the refresh token goes into its cookie, where the client has one.</summary>
    private static TokenResponse Deliver(HttpContext http, Client client, TokenResponse response)
    {
        if (client.RefreshTokenDelivery != RefreshTokenDelivery.Cookie || response is not { RefreshToken: { } refreshToken, FamilyExpiresAt: { } end })
            return response;
        RefreshTokenCookies.Write(http, client, refreshToken, end);
        return response with { RefreshToken = null };
    }

    private static ValueTask<Decision<Recipient>> RecipientAsync(HttpContext http, TokenRequest request, Client client) =>
        http.RequestServices.GetRequiredService<AnswerEncryption>()
            .FindAsync(client, request is TokenRequest.ClientCredentials ? null : client.IdTokenEncryptedResponseAlg, http.RequestAborted);
}
