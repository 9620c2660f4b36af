using IdentityProvider.Protocol.Introspection;
using IdentityProvider.Server.Http;

namespace IdentityProvider.Server.Endpoints.Introspection;

/// <summary><c>POST /introspect</c> (RFC 7662, RFC 9701). What it answers about tokens it reads from the database, each time.</summary>
internal sealed class IntrospectionEndpoint(
    AccessTokens accessTokens, AccessTokenStanding standing, RefreshTokens refreshTokens, IntrospectionAnswers answers, Settings settings, TimeProvider clock)
{
    public const string Path = "/introspect";

    public async Task HandleAsync(HttpContext http)
    {
        if (!(await RequestParameters.ReadFormAsync(http)).Try(out var form, out var reason)
            || !(await ClientAuthentication.ReadAsync(http, form)).Try(out var client, out reason)
            || !IntrospectionRules.Read(form, client).Try(out var request, out reason))
        {
            await OAuthResults.RefuseAsync(http, reason);
            return;
        }

        var now = clock.GetUtcNow();
        await answers.SendAsync(http, client, await DecideAsync(http, request, now), now);
    }

    private async Task<IntrospectionResponse?> DecideAsync(HttpContext http, IntrospectionRequest request, DateTimeOffset now)
    {
        var cancellation = http.RequestAborted;
        if (refreshTokens.Parse(request.Token).Try(out var refreshToken, out _))
        {
            var facts = await refreshTokens.LoadAsync(refreshToken, cancellation);
            return IntrospectionRules.Decide(request, refreshToken, settings.Issuer, facts, settings.Sessions.IdleLimit, now);
        }

        if (!(await accessTokens.VerifyAsync(request.Token, now, cancellation)).Try(out var accessToken, out _))
            return null;
        var apis = await http.RequestServices.GetRequiredService<Registry>().FindResourcesAsync(IntrospectionRules.ApisOf(request, accessToken), cancellation);
        return IntrospectionRules.Decide(request, accessToken, settings.Issuer, await standing.LoadAsync(accessToken, apis, cancellation), now);
    }
}
