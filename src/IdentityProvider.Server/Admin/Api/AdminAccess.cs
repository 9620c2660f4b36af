using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.DPoP;
using IdentityProvider.Server.Http;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Http.Features;

namespace IdentityProvider.Server.Admin.Api;

/// <summary>Who asks something of the Admin API, and whether they may: by an access token of our own, which is looked up at each request.</summary>
internal sealed class AdminAccess(AccessTokens tokens, AccessTokenStanding standing, Senders senders, Users users, Settings settings, TimeProvider clock)
{
    /// <summary>The token of a request; its scheme says how a refusal is answered.</summary>
    public static Decision<SentToken> Read(HttpContext http) => TokenBindingRules.Read(http.Request.Headers.Authorization, Parameters.None);

    /// <summary>Who asks.</summary>
    public async Task<Decision<Actor>> DecideAsync(HttpContext http, SentToken sent, AdminRoute route)
    {
        // 1. One of ours (RFC 9068 §4).
        var now = clock.GetUtcNow();
        if (!(await tokens.VerifyAsync(sent.Text, now, http.RequestAborted)).Try(out var token, out var reason))
            return reason;

        // 2. Shown by whom it was issued to (RFC 9449 §7, RFC 8705 §3).
        if (senders.RefuseToken(http, PathOf(http), sent, token, out var proof) is { } foreign)
            return foreign;

        // 3. For this API, standing, and by who may have it.
        var facts = await standing.LoadAsync(token, http.RequestAborted);
        var roles = facts.Family is { } family ? await users.FindRolesAmongAsync(family.UserId, AdminRules.Roles, http.RequestAborted) : [];
        if (!AdminTokenRules.Decide(token, settings.Issuer, facts, roles, now).Try(out var authority, out reason))
            return reason;

        // 4. Enough for what is asked (RFC 6750 §3.1).
        if (authority.Refuse(route.Area, route.Writes) is { } tooLittle)
            return tooLittle;

        // 5. By a proof that was never used (RFC 9449 §11.1).
        if (!await senders.SpendAsync(proof, http.RequestAborted))
            return Refusal.DPoPProofReplayed;
        var actor = facts.Family is { } signedIn ? Actor.Person(signedIn.UserId, token.ClientId) : Actor.Client(token.ClientId);
        return actor.With(authority).By(http);
    }

    // As the request wrote it, since names in it may be encoded; host and scheme are the issuer's (RFC 9449 §4.3 check 9).
    private static string PathOf(HttpContext http)
    {
        var target = (http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "").Split('?')[0];
        var below = http.Request.PathBase.ToUriComponent();
        return target.StartsWith(below + AdminApi.Path, StringComparison.Ordinal) ? target[below.Length..] : http.Request.Path.ToUriComponent();
    }
}
