using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Decoupled;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Protocol.Token;

/// <summary>What is stored about a device code or an <c>auth_req_id</c> that was presented; null for what isn't there.</summary>
/// <param name="Request">The request by its code's hash.</param>
/// <param name="User">Who said yes.</param>
/// <param name="Resources">Those of the granted resources that still exist.</param>
public sealed record DecoupledFacts(DecoupledRequest? Request, UserClaims? User, IReadOnlyList<Resource> Resources)
{
    /// <summary>What a pairwise client knows that person as; null where it is the account's own identifier.</summary>
    public string? PairwiseSubject { get; init; }
}

/// <summary>What becomes of a client's question. Closed.</summary>
public abstract class DecoupledDecision
{
    private DecoupledDecision()
    {
    }

    /// <summary>Mint, spend the request and make the family, in this order.</summary>
    public sealed class Issue : DecoupledDecision
    {
        internal Issue(TokenPlan plan, TokenFamily family)
        {
            Plan = plan;
            Family = family;
        }

        public TokenPlan Plan { get; }

        public TokenFamily Family { get; }
    }

    /// <summary>Nobody has answered yet: note that it was asked, and tell the client to ask again.</summary>
    public sealed class Wait : DecoupledDecision
    {
        internal Wait(Refusal reason, TimeSpan interval)
        {
            Reason = reason;
            Interval = interval;
        }

        public Refusal Reason { get; }

        /// <summary>How long it must wait from now on.</summary>
        public TimeSpan Interval { get; }
    }

    public sealed class Refuse : DecoupledDecision
    {
        internal Refuse(Refusal reason) => Reason = reason;

        public Refusal Reason { get; }
    }
}

/// <summary>
/// A client asks whether the person has answered: with a device code (RFC 8628 §3.4, §3.5) or an <c>auth_req_id</c> (CIBA Core §10.1, §11).
/// The tokens hang on no session: whoever connects their television by a phone doesn't sign it out with the phone's browser.
/// </summary>
public static class DecoupledGrantRules
{
    /// <summary>Clients' timers and the network are not exact: so much too soon is in time.</summary>
    public static TimeSpan Leeway { get; } = TimeSpan.FromSeconds(1);

    /// <param name="request">The well-formed request.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="facts">What is stored.</param>
    /// <param name="familyId">A new identifier for the family.</param>
    /// <param name="now">The moment.</param>
    public static DecoupledDecision Decide(TokenRequest.Decoupled request, AuthenticatedClient client, DecoupledFacts facts, Guid familyId, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(facts);

        // 1. The code is one of ours, of this grant (RFC 8628 §3.4; CIBA Core §11).
        if (facts.Request is not { } stored || stored.Kind != request.Kind)
            return new DecoupledDecision.Refuse(Refusal.DecoupledCodeUnknown);

        // 2. It was issued to this client (RFC 8628 §3.4; CIBA Core §11).
        if (!string.Equals(stored.ClientId, client.ClientId, StringComparison.Ordinal))
            return new DecoupledDecision.Refuse(Refusal.DecoupledCodeBelongsToAnotherClient);

        // 3. It works once.
        if (stored.RedeemedAt is not null)
            return new DecoupledDecision.Refuse(Refusal.DecoupledCodeAlreadyRedeemed);

        // 4. Its time isn't over (RFC 8628 §3.5, expired_token).
        if (now >= stored.ExpiresAt)
            return new DecoupledDecision.Refuse(Refusal.DecoupledCodeExpired);

        // 5. The person has answered (RFC 8628 §3.5, access_denied and authorization_pending); who asks too soon waits longer (slow_down).
        return stored.Status switch
        {
            DecoupledStatus.Approved => DecideApproved(request, client, stored, facts, familyId, now),
            DecoupledStatus.Denied => new DecoupledDecision.Refuse(Refusal.DecoupledRequestDenied),
            _ when stored.PolledAt is { } last && now < last + stored.Interval - Leeway =>
                new DecoupledDecision.Wait(Refusal.SlowDown, stored.Interval + DecoupledRequest.SlowDownStep),
            _ => new DecoupledDecision.Wait(Refusal.AuthorizationPending, stored.Interval),
        };
    }

    private static DecoupledDecision DecideApproved(
        TokenRequest.Decoupled request, AuthenticatedClient asking, DecoupledRequest stored, DecoupledFacts facts, Guid familyId, DateTimeOffset now)
    {
        var client = asking.Client;

        // 1. The person may still sign in.
        if (facts.User is not { IsActive: true } user || user.UserId != stored.UserId || stored.AuthTime is not { } authTime)
            return new DecoupledDecision.Refuse(Refusal.UserDisabled);

        // 2. Of what they gave, what the client may still have: an operator may have taken some since.
        var scope = stored.Scope.Intersect(client.Scope);
        IReadOnlyList<Resource> open = [.. facts.Resources.Where(resource => client.Resources.Contains(resource.Identifier, StringComparer.Ordinal))];

        // 3. One resource among those granted (RFC 8707 §2.2), at which something of that means something (RFC 6749 §5.1).
        if (!AccessTokenTarget.Choose(request.Resources, open, Refusal.ResourceExceedsGrant).Try(out var target, out var reason))
            return new DecoupledDecision.Refuse(reason);
        if (target.HasNoUseFor(scope) || (scope.Count == 0 && stored.Scope.Count > 0))
            return new DecoupledDecision.Refuse(Refusal.ScopeNotAllowed);

        var family = new TokenFamily
        {
            FamilyId = familyId,
            ClientId = stored.ClientId,
            UserId = user.UserId,
            Scope = scope,
            Resources = [.. open.Select(resource => resource.Identifier)],
            AuthTime = authTime,
            Amr = stored.Amr,
            Acr = stored.Acr,
            Terms = stored.Terms.BoundFor(asking) with { Subject = facts.PairwiseSubject },
            CreatedAt = now,
            RotatedAt = now,
            ExpiresAt = now + TokenFamily.Lifetime,
        };
        var plan = new TokenPlan(
            new AccessTokenPlan(asking, family, target, scope, now) { User = user },
            scope.Contains(ScopeSet.OpenId) ? new IdTokenPlan(client, family, user, sessionId: null, nonce: null, now) { AuthReqId = stored.Kind == DecoupledKind.Backchannel ? request.Code : null } : null,
            client.Allows(GrantTypes.RefreshToken) ? new RefreshToken(family.FamilyId, family.Generation) : null);
        return new DecoupledDecision.Issue(plan, family);
    }
}
