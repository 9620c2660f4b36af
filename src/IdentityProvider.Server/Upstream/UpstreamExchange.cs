using System.Net;
using System.Net.Http.Headers;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Upstream;

/// <summary>From a code to somebody: the token endpoint, the keys, UserInfo (OpenID Connect Core §3.1.3, §5.3). All calls go through <see cref="Outgoing"/>.</summary>
internal sealed class UpstreamExchange(Outgoing outgoing, ClientKeys keys, UpstreamCredentials credentials, Settings settings, TimeProvider clock, ILogger<UpstreamExchange> logger)
{
    /// <summary>Our address for answers of this upstream alone.</summary>
    public string RedirectUriFor(UpstreamProvider upstream) => UpstreamPaths.RedirectUri(settings, upstream);

    /// <summary>Who signed in there.</summary>
    public async Task<Decision<UpstreamIdentity>> RedeemAsync(
        StoredUpstream upstream, UpstreamServer server, UpstreamAttempt attempt, UpstreamCode code, CancellationToken cancellation)
    {
        var provider = upstream.Provider;
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code.Value,
            ["redirect_uri"] = RedirectUriFor(provider),
            ["code_verifier"] = attempt.CodeVerifier,
        };
        using var request = await credentials.RequestAsync(upstream, server, form, cancellation);
        var answer = await SendAsync(provider, request, "token endpoint", cancellation);
        if (!answer.Try(out var body, out var reason) || !UpstreamAnswerRules.ReadTokens(body).Try(out var tokens, out reason))
            return reason;

        var set = await keys.FindPublishedAsync($"upstream {provider.Name}", server.JwksUri, held => held.Has(UpstreamIdTokenRules.KidOf(tokens.IdToken)), cancellation);
        if (set.Verification.Keys.Count == 0)
            return Refusal.UpstreamUnavailable;
        if (!UpstreamIdTokenRules.Verify(tokens, attempt, provider, set.Verification, clock.GetUtcNow(), out var detail).Try(out var identity, out reason))
        {
            if (detail is not null)
                Log.UpstreamCallFailed(logger, provider.Name, "ID token", detail);
            return reason;
        }

        return tokens.BearerToken is { } bearer && server.UserInfoEndpoint is { } userInfo ? await AskAsync(provider, userInfo, bearer, identity, cancellation) : identity;
    }

    private async Task<Decision<UpstreamIdentity>> AskAsync(UpstreamProvider provider, string userInfo, string bearer, UpstreamIdentity identity, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, userInfo);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return (await SendAsync(provider, request, "UserInfo", cancellation)).Try(out var body, out var reason) ? UpstreamAnswerRules.ReadUserInfo(body, identity) : reason;
    }

    private async Task<Decision<byte[]>> SendAsync(UpstreamProvider provider, HttpRequestMessage request, string what, CancellationToken cancellation)
    {
        var answer = await outgoing.SendAsync(request, UpstreamAnswerRules.LongestAnswer, cancellation);
        var (body, reason) = UpstreamServers.BodyOf(answer);
        if (body is not null && answer is OutgoingAnswer.Answered { ContentType: "application/json" })
            return body;
        Log.UpstreamCallFailed(logger, provider.Name, what, reason ?? "the answer is no JSON");

        // What it refused, it refuses again; what it failed at may work in a moment.
        return answer is OutgoingAnswer.Answered { Status: < HttpStatusCode.InternalServerError } ? Refusal.UpstreamFailed : Refusal.UpstreamUnavailable;
    }
}
