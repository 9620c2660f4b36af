using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.TrustedIssuers;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Protocol.Token;

/// <summary>
/// The JWT bearer grant (RFC 7523 §2.1): a client brings an assertion of an issuer that an operator trusts, and gets an access token about the
/// person whom it names. No refresh token: for the next token there is the next assertion. All causes of a bad assertion have one answer.
/// </summary>
public static class JwtBearerRules
{
    /// <summary>The most that <c>exp</c> may lie ahead. A <c>jti</c> is remembered for as long.</summary>
    public static TimeSpan LongestLife { get; } = TimeSpan.FromHours(1);

    /// <summary>How far the issuer's clock may be off, either way.</summary>
    public static TimeSpan ClockSkew { get; } = TimeSpan.FromSeconds(30);

    private static readonly ExpectedTyp Typ = ExpectedTyp.AbsentOr("JWT", "authorization-grant+jwt");

    /// <summary>Whose keys must verify it: its <c>iss</c> and <c>kid</c>, unverified. Null where it is no JWT.</summary>
    public static (string Issuer, string? Kid)? IssuerOf(TokenRequest.JwtBearer request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return UnverifiedJwt.Read(request.Assertion).ValueOrNull is { } jwt && jwt.StringOrNull("iss") is { } issuer ? (issuer, jwt.Header.Kid) : null;
    }

    /// <summary>Checks everything of the assertion but whether it was shown before: that is spent last.</summary>
    /// <param name="request">The well-formed request.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="issuer">The issuer that the assertion names; null where nobody trusts it.</param>
    /// <param name="keys">That issuer's keys.</param>
    /// <param name="audiences">This server's names: the issuer, and the token endpoint.</param>
    /// <param name="now">The moment.</param>
    public static Decision<VerifiedAssertion> Verify(
        TokenRequest.JwtBearer request, AuthenticatedClient client, TrustedIssuer? issuer, JsonWebKeySet keys, IReadOnlyList<string> audiences, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);

        // 1. An issuer that is trusted, for this client (RFC 7523 §3 number 1).
        if (issuer is null)
            return Refusal.AssertionIssuerUnknown;
        if (!issuer.Clients.Contains(client.ClientId, StringComparer.Ordinal))
            return Refusal.AssertionNotForClient;

        // 2. Its signature, by a key of this issuer; exp, nbf and iat fit (RFC 7523 §3 numbers 4 to 6, 9).
        if (Jwt.Verify(request.Assertion, keys, AssertionClaims.From(issuer.Issuer, Typ, ClockSkew), now) is not JwtVerification.Verified verified)
            return Refusal.AssertionInvalid;

        // 3. For this server and nobody else (RFC 7523 §3 number 3; rfc7523bis §4).
        if (!AssertionClaims.AreForUsAlone(verified, audiences))
            return Refusal.AssertionAudienceMismatch;

        // 4. It soon expires (RFC 7523 §3 number 4).
        if (AssertionClaims.EndOrNull(verified, LongestLife, ClockSkew, now) is not { } end)
            return Refusal.AssertionLifetimeTooLong;

        // 5. It has an identifier of its own, and names its subject as this issuer was registered to (RFC 7523 §3 numbers 2, 7).
        var subject = verified.StringOrNull(issuer.UsernameClaim ?? "sub");
        if (verified.StringOrNull("jti") is not { Length: > 0 } jti || subject is not { Length: > 0 and <= TrustedIssuerRules.LongestName })
            return Refusal.AssertionInvalid;
        return new VerifiedAssertion(issuer, subject, jti, end);
    }

    /// <summary>What the assertion earns.</summary>
    /// <param name="request">The well-formed request.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="assertion">What it says.</param>
    /// <param name="subject">Who that is here, and what the client knows them as.</param>
    /// <param name="resources">The resources that the client is registered for, those that exist.</param>
    /// <param name="familyId">A new identifier for the family.</param>
    /// <param name="now">The moment.</param>
    public static Decision<TokenPlan> Decide(
        TokenRequest.JwtBearer request, AuthenticatedClient client, VerifiedAssertion assertion, AssertedSubject subject, IReadOnlyList<Resource> resources, Guid familyId, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(assertion);

        // 1. A person who may use this server (RFC 7523 §3 number 2).
        if (subject.User is not { IsActive: true } user)
            return Refusal.AssertionSubjectUnknown;

        // 2. No scope beyond what the issuer's assertions are good for and the client may have (RFC 7521 §4.1).
        var most = assertion.Issuer.Scope.Intersect(client.Client.Scope);
        if (request.Scope is { } asked && !asked.IsSubsetOf(most))
            return Refusal.ScopeNotAllowed;
        var scope = request.Scope ?? most;

        // 3. One API (RFC 8707 §2.2), at which something of that means something.
        IReadOnlyList<Resource> open = request.Resources.Count > 0 ? resources : [.. resources.Where(r => r.Scopes.Any(s => scope.Contains(s.Name)))];
        if (!AccessTokenTarget.Choose(request.Resources, open, Refusal.ResourceNotAllowed).Try(out var target, out var reason))
            return reason;
        if (target.Resource is null || target.Narrow(scope).Count == 0)
            return Refusal.ScopeNotAllowed;

        var family = new TokenFamily
        {
            FamilyId = familyId,
            ClientId = client.ClientId,
            UserId = user.UserId,
            Scope = target.Narrow(scope),
            Resources = [target.Resource.Identifier],
            AuthTime = TokenFamily.UnknownAuthTime,
            Terms = GrantTerms.None with { Subject = subject.PairwiseSubject },
            CreatedAt = now,
            RotatedAt = now,
            ExpiresAt = now + target.Lifetime,
        };
        return new TokenPlan(new AccessTokenPlan(client, family, target, scope, now) { User = user });
    }
}

/// <summary>Whom an assertion is about.</summary>
/// <param name="User">Who that is here; null where it is nobody.</param>
/// <param name="PairwiseSubject">What a pairwise client knows that person as; null where it is the account's own identifier.</param>
public sealed record AssertedSubject(UserClaims? User, string? PairwiseSubject = null);

/// <summary>An assertion of which everything was checked but whether it was shown before. Made by <see cref="JwtBearerRules.Verify"/> alone.</summary>
public sealed class VerifiedAssertion
{
    /// <summary>For <c>SpentIdentifiers</c>; the owner is the issuer.</summary>
    public const string Purpose = "jwt_bearer";

    internal VerifiedAssertion(TrustedIssuer issuer, string subject, string jti, DateTimeOffset expiresAt)
    {
        Issuer = issuer;
        Subject = subject;
        Jti = jti;
        ExpiresAt = expiresAt;
    }

    public TrustedIssuer Issuer { get; }

    /// <summary>The <c>sub</c>, or the user name where the issuer was registered so.</summary>
    public string Subject { get; }

    public string Jti { get; }

    /// <summary>From when on it is refused for its age, leeway included.</summary>
    public DateTimeOffset ExpiresAt { get; }
}
