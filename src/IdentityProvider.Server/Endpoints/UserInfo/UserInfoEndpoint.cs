using IdentityProvider.Protocol;
using IdentityProvider.Protocol.DPoP;
using IdentityProvider.Protocol.Metadata;
using IdentityProvider.Protocol.UserInfo;
using IdentityProvider.Server.Http;
using Microsoft.AspNetCore.Http.Features;

namespace IdentityProvider.Server.Endpoints.UserInfo;

/// <summary><c>GET</c> and <c>POST /userinfo</c> (OpenID Connect Core §5.3).</summary>
internal sealed class UserInfoEndpoint(
    AccessTokens accessTokens, AccessTokenStanding standing, Senders senders, UserInfoAnswers answers, Settings settings, TimeProvider clock)
{
    public const string Path = "/userinfo";

    public async Task HandleAsync(HttpContext http)
    {
        // 1. A token, in the header or in a form (RFC 6750 §2, RFC 9449 §7.1).
        SentToken? sent = null;
        if ((await ReadFormAsync(http)).Try(out var form, out var reason)
            && TokenBindingRules.Read(http.Request.Headers.Authorization, form).Try(out sent, out reason)
            && (await DecideAsync(http, sent)).Try(out var response, out reason))
        {
            if (await answers.SendAsync(http, response) is not { } unanswered)
                return;
            reason = unanswered;
        }

        await RefuseAsync(http, reason, sent is { IsDPoP: true });
    }

    private async Task<Decision<UserInfoResponse>> DecideAsync(HttpContext http, SentToken sent)
    {
        // 2. One of ours, of either kind (RFC 9068 §4).
        var now = clock.GetUtcNow();
        if (!(await accessTokens.VerifyAsync(sent.Text, now, http.RequestAborted)).Try(out var token, out var reason))
            return reason;

        // 3. Shown by whom it was issued to (RFC 9449 §7, RFC 8705 §3).
        if (senders.RefuseToken(http, Path, sent, token, out var proof) is { } foreign)
            return foreign;

        // 4. That stands, and opens this door (OpenID Connect Core §5.3.1).
        var facts = await standing.LoadAsync(token, http.RequestAborted);
        if (facts.Client is not null)
            CrossOrigin.Allow(http, facts.Client);
        if (!UserInfoRules.Decide(token, settings.Issuer, facts, now).Try(out var response, out reason))
            return reason;

        // 5. By a proof that was never used (RFC 9449 §11.1).
        return await senders.SpendAsync(proof, http.RequestAborted) ? response : Refusal.DPoPProofReplayed;
    }

    // Before the token says whose it is there is no client to ask for its origins; a refusal tells nothing, so any origin may read it.
    private Task RefuseAsync(HttpContext http, Refusal reason, bool isDPoP)
    {
        if (http.Response.Headers.AccessControlAllowOrigin.Count == 0)
            CrossOrigin.AllowAnyone(http);
        return isDPoP || reason == Refusal.BoundTokenAsBearer ? OAuthResults.RefuseDPoPAsync(http, reason) : OAuthResults.RefuseBearerAsync(http, reason, ProtectedResourceMetadata.AddressOf(settings.Issuer));
    }

    // A GET has no form, and a POST needs none where the token is in its header.
    private static async Task<Decision<Parameters>> ReadFormAsync(HttpContext http) =>
        HttpMethods.IsPost(http.Request.Method) && http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true }
            ? await RequestParameters.ReadFormAsync(http)
            : Parameters.None;
}
