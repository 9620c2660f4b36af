using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Protocol.Token;

/// <summary>A token that was presented for an exchange, and what is stored about it.</summary>
/// <param name="Token">As it verified.</param>
/// <param name="Standing">What it hangs on.</param>
public sealed record PresentedToken(VerifiedAccessToken Token, AccessTokenFacts Standing);

/// <summary>What a token exchange is decided by; null for a token that didn't verify or wasn't presented.</summary>
/// <param name="Subject">Whom the new token is to be about.</param>
/// <param name="Actor">Who is to act.</param>
/// <param name="Resources">The resources that the client is registered for, those that exist.</param>
public sealed record TokenExchangeFacts(PresentedToken? Subject, PresentedToken? Actor, IReadOnlyList<Resource> Resources);

/// <summary>
/// Token exchange (RFC 8693): a client turns a token that it was shown into another, for an API further on. The new token belongs to the sign-in
/// of the old one, so it ends with it; it lives no longer, and says no more than the operator lets the client say.
/// </summary>
public static class TokenExchangeRules
{
    /// <summary>The one type of token that goes in and comes out (§3).</summary>
    public const string AccessTokenType = "urn:ietf:params:oauth:token-type:access_token";

    /// <summary>The same, as far as our access tokens are JWTs (§3).</summary>
    public const string JwtType = "urn:ietf:params:oauth:token-type:jwt";

    /// <param name="request">The well-formed request.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="facts">What was presented, and what is stored.</param>
    /// <param name="now">The moment.</param>
    public static Decision<TokenPlan> Decide(TokenRequest.TokenExchange request, AuthenticatedClient client, TokenExchangeFacts facts, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(facts);

        // 1. The subject's token is one of ours that stands (§2.1, §2.2.2).
        if (facts.Subject is not { } subject || AccessTokenRules.RefuseRevoked(subject.Token, subject.Standing, now) is not null)
            return Refusal.SubjectTokenInvalid;

        // 2. It is a person's: a client's own token hangs on nothing with which the new one would end.
        if (subject.Standing.Family is not { } family)
            return Refusal.SubjectIsNoPerson;

        // 3. The operator lets this client exchange it: by whose it is, or for whom (§5).
        if (client.Client.TokenExchange is not { } policy || !MayExchange(policy, subject.Token))
            return Refusal.SubjectTokenNotAllowed;

        // 4. A token that is bound stays bound: to the key of who exchanges it, which for a client's own token is the same (RFC 9449 §1, RFC 8705 §3).
        if (!MayBring(client, subject.Token))
            return Refusal.SubjectTokenBound;

        // 5. Who acts, if anyone is to be seen acting (§1.1, §4.1, §4.4).
        if (DecideActor(request, client, policy, subject.Token, facts.Actor, now).Try(out var acting, out var reason) is false)
            return reason;

        // 6. One API, of those that it may go on to (§2.1).
        var open = facts.Resources.Where(r => policy.Resources.Count == 0 || policy.Resources.Contains(r.Identifier, StringComparer.Ordinal));
        if (!AccessTokenTarget.Choose(request.Resources, [.. open], Refusal.ResourceNotAllowed).Try(out var target, out reason))
            return reason;

        // 7. No scope that neither the old token nor the operator gives (§2.1, §5).
        var most = subject.Token.Scope.Union(policy.Scopes).Intersect(client.Client.Scope).Except(ScopeSet.Of([ScopeSet.OfflineAccess]));
        if (request.Scope is { } asked && !asked.IsSubsetOf(most))
            return Refusal.ScopeExceedsGrant;
        var scope = request.Scope ?? most;
        if (target.Resource is null || target.Narrow(scope).Count == 0)
            return Refusal.ScopeNotAllowed;

        return new TokenPlan(new AccessTokenPlan(client, family, target, scope, now, notAfter: subject.Token.ExpiresAt) { Actor = acting.Chain, User = subject.Standing.User });
    }

    private static bool MayExchange(TokenExchangePolicy policy, VerifiedAccessToken token) =>
        policy.SubjectClients.Contains(token.ClientId, StringComparer.Ordinal) || token.Audience.Any(name => policy.SubjectAudiences.Contains(name, StringComparer.Ordinal));

    // Whoever took a bound token from its owner, or was shown it, must not make a bearer's of it.
    private static bool MayBring(AuthenticatedClient client, VerifiedAccessToken token) =>
        token.Confirmation is not { } bound
        || (client.Confirmation is { } own && (own == bound || !string.Equals(token.ClientId, client.ClientId, StringComparison.Ordinal)));

    private static Decision<Acting> DecideActor(
        TokenRequest.TokenExchange request, AuthenticatedClient client, TokenExchangePolicy policy, VerifiedAccessToken subject, PresentedToken? actor, DateTimeOffset now)
    {
        // 1. An actor's token is one of ours that stands, and this client's own: whoever holds another's could act as them (§2.1).
        if (request.ActorToken is not null)
        {
            if (actor is null || AccessTokenRules.RefuseRevoked(actor.Token, actor.Standing, now) is not null || !MayBring(client, actor.Token))
                return Refusal.ActorTokenInvalid;
            if (!policy.Delegation || !string.Equals(actor.Token.ClientId, client.ClientId, StringComparison.Ordinal))
                return Refusal.ActorTokenNotAllowed;
        }

        // 2. Where the subject's token says who may act, nobody else does, seen or not (§4.4).
        var who = actor?.Token.Subject ?? client.ClientId;
        if (subject.MayAct is { } named && named != who)
            return Refusal.ActorIsNotTheOneNamed;

        // 3. Without an actor's token a client that may impersonate does, and any other is the actor itself (§1.1); who acted before stays named.
        if (request.ActorToken is null && policy.Impersonation)
            return new Acting(subject.Actor);

        // 4. A chain that ends (§4.1).
        var chain = new Actor(who, subject.Actor);
        return chain.Count > Actor.LongestChain ? Refusal.TooManyActors : new Acting(chain);
    }

    private sealed record Acting(Actor? Chain);
}
