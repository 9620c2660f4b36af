using IdentityProvider.Protocol;
using IdentityProvider.Protocol.UserInfo;
using IdentityProvider.Server.Http;
using Microsoft.AspNetCore.Http.Features;

namespace IdentityProvider.Server.Endpoints.UserInfo;

/// <summary><c>GET</c> and <c>POST /userinfo</c> (OpenID Connect Core §5.3).</summary>
internal sealed class UserInfoEndpoint(AccessTokens accessTokens, AccessTokenStanding standing, UserInfoAnswers answers, Settings settings, TimeProvider clock)
{
    public const string Path = "/userinfo";

    public async Task HandleAsync(HttpContext http)
    {
        if ((await DecideAsync(http)).Try(out var response, out var reason))
        {
            if (await answers.SendAsync(http, response) is not { } unanswered)
                return;
            reason = unanswered;
        }

        await RefuseAsync(http, reason);
    }

    private async Task<Decision<UserInfoResponse>> DecideAsync(HttpContext http)
    {
        // 1. A token, in the header or in a form (RFC 6750 §2).
        if (!(await ReadFormAsync(http)).Try(out var form, out var reason)
            || !BearerTokenRules.Read(http.Request.Headers.Authorization, form).Try(out var text, out reason))
            return reason;

        // 2. One of ours, of either kind (RFC 9068 §4).
        var now = clock.GetUtcNow();
        if (!accessTokens.Verify(text, now).Try(out var token, out reason))
            return reason;

        // 3. That stands, and opens this door (OpenID Connect Core §5.3.1).
        var facts = await standing.LoadAsync(token, http.RequestAborted);
        if (facts.Client is not null)
            CrossOrigin.Allow(http, facts.Client);
        return UserInfoRules.Decide(token, settings.Issuer, facts, now);
    }

    // Before the token says whose it is there is no client to ask for its origins; a refusal tells nothing, so any origin may read it.
    private static Task RefuseAsync(HttpContext http, Refusal reason)
    {
        if (http.Response.Headers.AccessControlAllowOrigin.Count == 0)
            CrossOrigin.AllowAnyone(http);
        return OAuthResults.RefuseBearerAsync(http, reason);
    }

    // A GET has no form, and a POST needs none where the token is in its header.
    private static async Task<Decision<Parameters>> ReadFormAsync(HttpContext http) =>
        HttpMethods.IsPost(http.Request.Method) && http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true }
            ? await RequestParameters.ReadFormAsync(http)
            : Parameters.None;
}
