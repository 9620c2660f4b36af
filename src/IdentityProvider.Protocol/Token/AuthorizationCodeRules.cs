using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.RichAuthorization;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Protocol.Token;

/// <summary>What is stored about a code that was presented; null for what isn't there.</summary>
/// <param name="Code">The code by its hash.</param>
/// <param name="User">Whom it was issued for.</param>
/// <param name="Session">The session it was issued in.</param>
/// <param name="Resources">Those of the granted resources that still exist.</param>
public sealed record AuthorizationCodeFacts(AuthorizationCode? Code, UserClaims? User, Session? Session, IReadOnlyList<Resource> Resources);

/// <summary>What becomes of a code exchange. Closed.</summary>
public abstract class AuthorizationCodeDecision
{
    private AuthorizationCodeDecision()
    {
    }

    /// <summary>Mint, spend the code and make the family, in this order.</summary>
    public sealed class Issue : AuthorizationCodeDecision
    {
        internal Issue(TokenPlan plan, TokenFamily family)
        {
            Plan = plan;
            Family = family;
        }

        public TokenPlan Plan { get; }

        public TokenFamily Family { get; }
    }

    /// <summary>A second use by who could use it first: the family that the first use made ends (RFC 6749 §4.1.2).</summary>
    public sealed class EndFamily : AuthorizationCodeDecision
    {
        internal EndFamily(Guid familyId, Refusal reason)
        {
            FamilyId = familyId;
            Reason = reason;
        }

        public Guid FamilyId { get; }

        public Refusal Reason { get; }
    }

    public sealed class Refuse : AuthorizationCodeDecision
    {
        internal Refuse(Refusal reason) => Reason = reason;

        public Refusal Reason { get; }
    }
}

/// <summary>
/// The exchange of an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.6, RFC 8707 §2.2, OpenID Connect Core §3.1.3). Who may not use the
/// code can't end anything with it either: a spent code ends its family only for its own client with its own verifier, so that a code seen
/// in a history or a log is no means to sign people out.
/// </summary>
public static class AuthorizationCodeRules
{
    /// <param name="request">The well-formed request.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="facts">What is stored.</param>
    /// <param name="idleLimit">How long an unused session lasts.</param>
    /// <param name="familyId">A new identifier for the family.</param>
    /// <param name="now">The moment.</param>
    public static AuthorizationCodeDecision Decide(
        TokenRequest.AuthorizationCode request, AuthenticatedClient client, AuthorizationCodeFacts facts, TimeSpan idleLimit, Guid familyId, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(facts);

        // 1. The code is one of ours (RFC 6749 §4.1.3).
        if (facts.Code is not { } code)
            return new AuthorizationCodeDecision.Refuse(Refusal.CodeUnknown);

        // 2. It was issued to this client, and the proofs that go with it are right: redirect URI, verifier and key.
        if (RefuseUse(request, client, code) is { } wrong)
            return new AuthorizationCodeDecision.Refuse(wrong);

        // 3. It was not used before; if it was, what came of it ends (RFC 6749 §4.1.2).
        if (code.RedeemedAt is not null)
        {
            return code.FamilyId is { } familyOfFirstUse
                ? new AuthorizationCodeDecision.EndFamily(familyOfFirstUse, Refusal.CodeAlreadyRedeemed)
                : new AuthorizationCodeDecision.Refuse(Refusal.CodeAlreadyRedeemed);
        }

        // 4. Its minute is not over (RFC 6749 §4.1.2).
        if (now >= code.ExpiresAt)
            return new AuthorizationCodeDecision.Refuse(Refusal.CodeExpired);

        // 5. The person may still sign in, and has not signed out since.
        if (facts.User is not { IsActive: true } user || user.UserId != code.UserId)
            return new AuthorizationCodeDecision.Refuse(Refusal.UserDisabled);
        if (facts.Session is not { } session || session.SessionId != code.SessionId || !session.IsAlive(idleLimit, now))
            return new AuthorizationCodeDecision.Refuse(Refusal.SessionEnded);

        // 6. One resource among those granted (RFC 8707 §2.2).
        if (!AccessTokenTarget.Choose(request.Resources, facts.Resources, Refusal.ResourceExceedsGrant).Try(out var target, out var reason))
            return new AuthorizationCodeDecision.Refuse(reason);

        // 7. Authorization details among those granted (RFC 9396 §6).
        if (!AuthorizationDetailsRules.Narrow(request.Details, code.Terms.AuthorizationDetails, client.Client).Try(out var details, out reason))
            return new AuthorizationCodeDecision.Refuse(reason);

        // 8. At which something that was granted means something (RFC 6749 §5.1: a token for less than was asked for says so).
        details = target.Narrow(details);
        if (target.HasNoUseFor(code.Scope) && details.IsEmpty)
            return new AuthorizationCodeDecision.Refuse(Refusal.ScopeNotAllowed);

        var family = Open(code, client, familyId, now);
        return new AuthorizationCodeDecision.Issue(Plan(client, code, user, family, new AccessTokenPlan(client, family, target, code.Scope, now) { Details = details, User = user }), family);
    }

    private static Refusal? RefuseUse(TokenRequest.AuthorizationCode request, AuthenticatedClient asking, AuthorizationCode code)
    {
        var client = asking.Client;

        // 1. The client that the code was issued to (RFC 6749 §4.1.3).
        if (!string.Equals(code.ClientId, client.ClientId, StringComparison.Ordinal))
            return Refusal.CodeBelongsToAnotherClient;

        // 2. The redirect URI of the authorization request, character for character (RFC 6749 §4.1.3); where that named none, the client's only one.
        var expected = code.RedirectUri ?? (request.RedirectUri is null || client.RedirectUris.Count != 1 ? null : client.RedirectUris[0]);
        if (expected is not null && request.RedirectUri is null)
            return Refusal.CodeRedirectUriMissing;
        if (!string.Equals(request.RedirectUri, expected, StringComparison.Ordinal))
            return Refusal.CodeRedirectUriMismatch;

        // 3. The verifier of the challenge (RFC 7636 §4.6).
        if (CodeVerifier.Refuse(request.CodeVerifier, code.CodeChallenge) is { } wrongVerifier)
            return wrongVerifier;

        // 4. The key that the authorization request named (RFC 9449 §10).
        return code.Terms.Confirmation is { } bound && bound != asking.Confirmation ? Refusal.CodeBoundToAnotherKey : null;
    }

    private static TokenFamily Open(AuthorizationCode code, AuthenticatedClient client, Guid familyId, DateTimeOffset now) => new()
    {
        FamilyId = familyId,
        ClientId = code.ClientId,
        UserId = code.UserId,
        SessionId = code.Scope.Contains(ScopeSet.OfflineAccess) ? null : code.SessionId,
        Scope = code.Scope,
        Resources = code.Resources,
        AuthTime = code.AuthTime,
        Amr = code.Amr,
        Acr = code.Acr,
        Terms = code.Terms.BoundFor(client),
        CreatedAt = now,
        RotatedAt = now,
        ExpiresAt = now + TokenFamily.Lifetime,
    };

    private static TokenPlan Plan(AuthenticatedClient client, AuthorizationCode code, UserClaims user, TokenFamily family, AccessTokenPlan accessToken) => new(
        accessToken,
        code.Scope.Contains(ScopeSet.OpenId) ? new IdTokenPlan(client.Client, family, user, code.SessionId, code.Nonce, accessToken.IssuedAt) : null,
        client.Client.Allows(GrantTypes.RefreshToken) ? new RefreshToken(family.FamilyId, family.Generation) : null);
}
