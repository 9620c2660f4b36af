using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.RichAuthorization;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Protocol.Token;

/// <summary>What is stored about a refresh token that was presented; null for what isn't there.</summary>
/// <param name="Family">The family that the token names.</param>
/// <param name="User">Whose it is.</param>
/// <param name="Session">The session that the family hangs on; null too where it hangs on none.</param>
/// <param name="Resources">Those of the granted resources that still exist.</param>
public sealed record RefreshTokenFacts(TokenFamily? Family, UserClaims? User, Session? Session, IReadOnlyList<Resource> Resources);

/// <summary>What becomes of a refresh. Closed.</summary>
public abstract class RefreshTokenDecision
{
    private RefreshTokenDecision()
    {
    }

    /// <summary>Mint, then move the family from this generation to the next; who loses that race decides again.</summary>
    public sealed class Rotate : RefreshTokenDecision
    {
        internal Rotate(TokenPlan plan, Guid familyId, int fromGeneration)
        {
            Plan = plan;
            FamilyId = familyId;
            FromGeneration = fromGeneration;
        }

        public TokenPlan Plan { get; }

        public Guid FamilyId { get; }

        public int FromGeneration { get; }
    }

    /// <summary>A client that proves itself by a key keeps its token (FAPI 2.0): mint, then note that it was used.</summary>
    public sealed class Keep : RefreshTokenDecision
    {
        internal Keep(TokenPlan plan) => Plan = plan;

        public TokenPlan Plan { get; }
    }

    /// <summary>A tab, a retry or a lost answer: the very same successor again, and nothing to write.</summary>
    public sealed class Repeat : RefreshTokenDecision
    {
        internal Repeat(TokenPlan plan) => Plan = plan;

        public TokenPlan Plan { get; }
    }

    /// <summary>Two parties hold the family's tokens: it ends (RFC 9700 §4.14.2).</summary>
    public sealed class Theft : RefreshTokenDecision
    {
        internal Theft(Guid familyId, Refusal reason)
        {
            FamilyId = familyId;
            Reason = reason;
        }

        public Guid FamilyId { get; }

        public Refusal Reason { get; }
    }

    public sealed class Refuse : RefreshTokenDecision
    {
        internal Refuse(Refusal reason) => Reason = reason;

        public Refusal Reason { get; }
    }
}

/// <summary>
/// The use of a refresh token (RFC 6749 §6, RFC 9700 §4.14.2, OpenID Connect Core §12). Only the newest token moves the family on; the one
/// just before it is a repeat while a thief can be told from a retry; anything older is theft.
/// </summary>
public static class RefreshTokenRules
{
    /// <summary>How long anyone's token just replaced still gives its successor: tabs and retries take no longer.</summary>
    public static TimeSpan Grace { get; } = TimeSpan.FromSeconds(60);

    /// <summary>How far apart the clocks of two nodes may be: one writes when a token was replaced, and the retry may come to the other.</summary>
    public static TimeSpan ClockSkew { get; } = TimeSpan.FromMinutes(1);

    /// <param name="request">The well-formed request.</param>
    /// <param name="token">Its token, which is one of ours.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="facts">What is stored.</param>
    /// <param name="idleLimit">How long an unused session lasts.</param>
    /// <param name="now">The moment.</param>
    public static RefreshTokenDecision Decide(
        TokenRequest.RefreshToken request, RefreshToken token, AuthenticatedClient client, RefreshTokenFacts facts, TimeSpan idleLimit, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(facts);

        // 1. The family exists and is this client's: another's request learns nothing and ends nothing (RFC 6749 §6).
        if (facts.Family is not { } family || family.FamilyId != token.FamilyId || token.Generation > family.Generation)
            return new RefreshTokenDecision.Refuse(Refusal.RefreshTokenUnknown);
        if (!string.Equals(family.ClientId, client.ClientId, StringComparison.Ordinal))
            return new RefreshTokenDecision.Refuse(Refusal.RefreshTokenBelongsToAnotherClient);

        // 2. A public client's is bound to the key that it was issued for: another key's request learns and ends nothing either (RFC 9449 §5, RFC 8705 §4).
        if (family.Terms.Confirmation is { } bound && bound != client.Confirmation)
            return new RefreshTokenDecision.Refuse(Refusal.RefreshTokenBoundToAnotherKey);

        // 3. It lives (RFC 6749 §6).
        if (family.EndedAt is not null)
            return new RefreshTokenDecision.Refuse(Refusal.RefreshTokenFamilyEnded);
        if (now >= family.ExpiresAt)
            return new RefreshTokenDecision.Refuse(Refusal.RefreshTokenExpired);

        // 4. A token that was replaced long ago, or by one that was used since, is in two hands (RFC 9700 §4.14.2).
        var isRepeat = token.Generation < family.Generation;
        if (isRepeat && !MayRepeat(token, client.Client, family, now))
            return new RefreshTokenDecision.Theft(family.FamilyId, Refusal.RefreshTokenReused);

        // 5. The person may still sign in, and the session that the family hangs on lasts.
        if (facts.User is not { IsActive: true } user || user.UserId != family.UserId)
            return new RefreshTokenDecision.Refuse(Refusal.UserDisabled);
        if (!TokenFamilyRules.HasItsSession(family, facts.Session, idleLimit, now))
            return new RefreshTokenDecision.Refuse(Refusal.SessionEnded);

        // 6. An access token for what is asked of the grant, and is left of it.
        if (!Narrow(request, client, family, user, facts.Resources, now).Try(out var accessToken, out var reason))
            return new RefreshTokenDecision.Refuse(reason);

        // 7. The next token, or this one again: what a client shows with its key can't be used by a thief, and a successor can be lost (FAPI 2.0
        // Security Profile §5.3.2.1 number 10).
        var keeps = client.Client.Profile != ClientProfile.None;
        var successor = new RefreshToken(family.FamilyId, isRepeat || keeps ? family.Generation : family.Generation + 1);
        var plan = new TokenPlan(
            accessToken,
            accessToken.Scope.Contains(ScopeSet.OpenId) ? new IdTokenPlan(client.Client, family, user, family.SessionId, nonce: null, now) : null,
            successor);
        if (isRepeat)
            return new RefreshTokenDecision.Repeat(plan);
        return keeps ? new RefreshTokenDecision.Keep(plan) : new RefreshTokenDecision.Rotate(plan, family.FamilyId, family.Generation);
    }

    private static Decision<AccessTokenPlan> Narrow(
        TokenRequest.RefreshToken request, AuthenticatedClient client, TokenFamily family, UserClaims user, IReadOnlyList<Resource> resources, DateTimeOffset now)
    {
        // 1. A scope no wider than what was granted (RFC 6749 §6), of which an operator may have taken some since.
        if (request.Scope is { } asked && !asked.IsSubsetOf(family.Scope))
            return Refusal.ScopeExceedsGrant;
        var scope = (request.Scope ?? family.Scope).Intersect(client.Client.Scope);

        // 2. One resource among those granted (RFC 8707 §2.2), likewise.
        var open = resources.Where(resource => client.Client.Resources.Contains(resource.Identifier, StringComparer.Ordinal));
        if (!AccessTokenTarget.Choose(request.Resources, [.. open], Refusal.ResourceExceedsGrant).Try(out var target, out var reason))
            return reason;

        // 3. Authorization details likewise (RFC 9396 §6).
        if (!AuthorizationDetailsRules.Narrow(request.Details, family.Terms.AuthorizationDetails, client.Client).Try(out var details, out reason))
            return reason;

        // 4. At which something of that means something; and an operator may have taken all of it (RFC 6749 §5.1).
        details = target.Narrow(details);
        var isNothing = target.HasNoUseFor(scope) || (scope.Count == 0 && (family.Scope.Count > 0 || family.Terms.AuthorizationDetails is not null));
        return isNothing && details.IsEmpty ? Refusal.ScopeNotAllowed : new AccessTokenPlan(client, family, target, scope, now) { Details = details, User = user };
    }

    // The successor of the token just before the newest is unused as long as it is the newest. A confidential client, or one with the key
    // that the family is bound to, proved that it is no thief; of any other only the short grace is believed.
    private static bool MayRepeat(RefreshToken token, Client client, TokenFamily family, DateTimeOffset now) =>
        token.Generation == family.Generation - 1 && (!client.IsPublic || family.Terms.Confirmation is not null || now < family.RotatedAt + Grace + ClockSkew);
}
