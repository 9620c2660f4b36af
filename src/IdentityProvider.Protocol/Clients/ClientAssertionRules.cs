using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Protocol.Clients;

/// <summary>
/// <c>private_key_jwt</c>: a client proves who it is by a JWT that it signs (RFC 7523 §2.2 and §3, OpenID Connect Core §9), with the strictness of
/// draft-ietf-oauth-rfc7523bis: an assertion that anyone else could also take is refused. All causes have one answer.
/// </summary>
public static class ClientAssertionRules
{
    public const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /// <summary>The most that <c>exp</c> may lie ahead. A <c>jti</c> is remembered for as long.</summary>
    public static TimeSpan LongestLife { get; } = TimeSpan.FromHours(1);

    /// <summary>How far the client's clock may be off, either way (FAPI 2.0 §5.3.2.1: ten seconds are accepted, sixty refused).</summary>
    public static TimeSpan ClockSkew { get; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest assertion, in characters.</summary>
    private const int LongestAssertion = 8 * 1024;

    private static readonly ExpectedTyp Typ = ExpectedTyp.AbsentOr("JWT", "client-authentication+jwt");

    /// <summary>Reads who an assertion says that it is from.</summary>
    public static Decision<PresentedClient> Read(Parameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);

        // 1. The one type of assertion that there is here (RFC 7523 §2.2).
        if (parameters["client_assertion_type"] != AssertionType)
            return Refusal.ClientAssertionTypeUnsupported;

        // 2. A JWT, whose subject is the client (RFC 7523 §3).
        if (parameters["client_assertion"] is not { } assertion || UnverifiedJwt.Read(assertion, LongestAssertion).ValueOrNull is not { } jwt)
            return Refusal.ClientAssertionMalformed;
        if (jwt.StringOrNull("sub") is not { Length: > 0 } clientId)
            return Refusal.ClientAssertionClaimMissing;

        // 3. A client_id beside it only if it is the same (RFC 7521 §4.2).
        if (parameters["client_id"] is { } beside && !string.Equals(beside, clientId, StringComparison.Ordinal))
            return Refusal.ClientIdMismatch;
        return new PresentedClient(clientId, assertion, jwt.Header.Kid);
    }

    /// <summary>Checks everything but whether it was shown before: that is spent last (<see cref="VerifiedClientAssertion.Spend"/>).</summary>
    /// <param name="presented">What the request says.</param>
    /// <param name="client">The client of that identifier; null where there is none.</param>
    /// <param name="keys">That client's keys.</param>
    /// <param name="audiences">This server's names: the issuer first, then the endpoints for which an assertion may be made.</param>
    /// <param name="now">The moment.</param>
    public static Decision<VerifiedClientAssertion> Decide(
        PresentedClient presented, Client? client, JsonWebKeySet keys, IReadOnlyList<string> audiences, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(presented);
        ArgumentNullException.ThrowIfNull(audiences);

        // 1. The client exists, and uses the method that it is registered for (RFC 6749 §5.2, RFC 7591 §2).
        if (client is null || !string.Equals(client.ClientId, presented.ClientId, StringComparison.Ordinal))
            return Refusal.ClientUnknown;
        if (client.TokenEndpointAuthMethod != ClientAuthenticationMethod.PrivateKeyJwt || presented.Assertion is null)
            return Refusal.ClientAuthenticationMethodNotRegistered;

        // 2. Its signature, by a key of this client; iss is the client; exp, nbf and iat fit (RFC 7523 §3 numbers 1 and 4 to 6, 9).
        var verification = Jwt.Verify(presented.Assertion, keys, AssertionClaims.From(client.ClientId, Typ, ClockSkew) with { MaxLength = LongestAssertion }, now);
        if (verification is JwtVerification.Refused refused)
            return ReasonOf(refused);
        var verified = (JwtVerification.Verified)verification;

        // 3. By an algorithm that the client is registered for (OpenID Connect Registration §2; FAPI 2.0 §5.4.1).
        if (verified.Header.Algorithm != (client.TokenEndpointAuthSigningAlg ?? verified.Header.Algorithm) || !client.Accepts(verified.Header.Algorithm))
            return Refusal.ClientAssertionAlgorithmNotRegistered;

        // 4. sub is the client too (RFC 7523 §3 number 2).
        if (verified.StringOrNull("sub") != client.ClientId)
            return Refusal.ClientAssertionIssuerMismatch;

        // 5. For this server and nobody else (RFC 7523 §3 number 3; rfc7523bis §4); the issuer as one string (FAPI 2.0 §5.3.2.1 number 8).
        if (client.Profile == ClientProfile.None ? !AssertionClaims.AreForUsAlone(verified, audiences) : !IsTheIssuer(verified, audiences))
            return Refusal.ClientAssertionAudienceMismatch;

        // 6. It soon expires (RFC 7523 §3 number 4).
        if (AssertionClaims.EndOrNull(verified, LongestLife, ClockSkew, now) is not { } end)
            return Refusal.ClientAssertionLifetimeTooLong;

        // 7. It has an identifier of its own (OpenID Connect Core §9).
        if (verified.StringOrNull("jti") is not { Length: > 0 } jti)
            return Refusal.ClientAssertionClaimMissing;
        return new VerifiedClientAssertion(client, jti, end);
    }

    private static bool IsTheIssuer(JwtVerification.Verified verified, IReadOnlyList<string> audiences) =>
        verified.Claims.GetProperty("aud") is { ValueKind: JsonValueKind.String } aud && aud.ValueEquals(audiences[0]);

    private static Refusal ReasonOf(JwtVerification.Refused refused) => refused.Reason switch
    {
        JoseRefusal.KeyUnknown or JoseRefusal.KeyAmbiguous or JoseRefusal.AlgorithmNotAllowed => Refusal.ClientAssertionKeyUnknown,
        JoseRefusal.SignatureInvalid => Refusal.ClientAssertionSignatureInvalid,
        JoseRefusal.ClaimMissing => Refusal.ClientAssertionClaimMissing,
        JoseRefusal.IssuerUnexpected => Refusal.ClientAssertionIssuerMismatch,
        JoseRefusal.Expired => Refusal.ClientAssertionExpired,
        JoseRefusal.NotYetValid or JoseRefusal.IssuedInTheFuture => Refusal.ClientAssertionNotYetValid,
        _ => Refusal.ClientAssertionMalformed,
    };
}

/// <summary>An assertion of which everything was checked but whether it was shown before. Made by <see cref="ClientAssertionRules.Decide"/> alone.</summary>
public sealed class VerifiedClientAssertion
{
    /// <summary>For <c>SpentIdentifiers</c>; the owner is <see cref="ClientId"/>.</summary>
    public const string Purpose = "client_assertion";

    private readonly Client _client;

    internal VerifiedClientAssertion(Client client, string jti, DateTimeOffset expiresAt)
    {
        _client = client;
        Jti = jti;
        ExpiresAt = expiresAt;
    }

    public string ClientId => _client.ClientId;

    public string Jti { get; }

    /// <summary>From when on it is refused for its age, leeway included.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>The client, where this was the first time that the assertion was shown (OpenID Connect Core §9: <c>jti</c> is used once).</summary>
    public Decision<AuthenticatedClient> Spend(bool isFirst) => isFirst ? new AuthenticatedClient(_client) : Refusal.ClientAssertionReplayed;
}
