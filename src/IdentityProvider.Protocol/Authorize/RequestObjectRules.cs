using System.Text;
using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Protocol.Authorize;

/// <summary>
/// Authorization requests in an object that the client signed (RFC 9101, OpenID Connect Core §6, FAPI 2.0 Message Signing §5.3). What is not signed
/// is refused: it would protect nothing that the query doesn't.
/// </summary>
public static class RequestObjectRules
{
    /// <summary>The <c>typ</c> of an object, where it says one (RFC 9101 §10.8).</summary>
    public const string Typ = "oauth-authz-req+jwt";

    /// <summary>The most that an object may live, and that its <c>nbf</c> may lie back (FAPI 2.0 Message Signing §5.3.1).</summary>
    public static TimeSpan LongestLife { get; } = TimeSpan.FromMinutes(60);

    /// <summary>How far the client's clock may be from ours.</summary>
    public static TimeSpan Skew { get; } = TimeSpan.FromSeconds(10);

    /// <summary>What a JWT says of itself, which is no parameter.</summary>
    private static readonly string[] OfTheJwt = ["iss", "aud", "exp", "nbf", "iat", "jti", "sub"];

    /// <summary>Whether the request has an object, which the rest of these rules is about.</summary>
    public static bool HasObject(Parameters came)
    {
        ArgumentNullException.ThrowIfNull(came);
        return came.Has("request") || came.Has("request_uri");
    }

    /// <summary>Where the object is.</summary>
    /// <param name="came">What came through the browser, or was pushed.</param>
    /// <param name="client">The client that it names.</param>
    public static Decision<RequestObjectPlace> Find(Parameters came, Client client)
    {
        ArgumentNullException.ThrowIfNull(came);
        ArgumentNullException.ThrowIfNull(client);

        // 1. One alone (RFC 9101 §5).
        if (came.Has("request") && came.Has("request_uri")) return Refusal.RequestObjectTwice;
        if (came["request"] is { } jwt) return new RequestObjectPlace(jwt, uri: null);

        // 2. An address that this client registered, character for character: nobody else has us call anything (RFC 9101 §10.4.1, OpenID Connect Core §6.2).
        if (client.RequestUris.Count == 0) return Refusal.RequestUriUnsupported;
        return client.RequestUris.Contains(came["request_uri"], StringComparer.Ordinal)
            ? new RequestObjectPlace(jwt: null, came["request_uri"])
            : Refusal.RequestUriNotRegistered;
    }

    /// <summary>Verifies an object. Never throws on what it says.</summary>
    /// <param name="jwt">The object.</param>
    /// <param name="client">The client that is named beside it.</param>
    /// <param name="keys">That client's verification keys.</param>
    /// <param name="issuer">Our identifier.</param>
    /// <param name="now">The moment.</param>
    public static Decision<RequestObject> Decide(string jwt, Client client, JsonWebKeySet keys, string issuer, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(client);

        // 1. Signed by a key of the client's, typed as an object or not at all, from that client and for us, and of now (RFC 9101 §4, §6.1, §6.2).
        var expectations = new JwtExpectations
        {
            Typ = ExpectedTyp.AbsentOr(Typ),
            Issuer = client.ClientId,
            Audience = issuer,
            ClockSkew = Skew,
            RequiredClaims = client.RequireSignedRequestObject ? ["client_id", "nbf"] : ["client_id"],
        };
        var verification = Jwt.Verify(jwt, keys, expectations, now);
        if (verification is JwtVerification.Refused refused) return ReasonOf(refused.Reason, client);
        var verified = (JwtVerification.Verified)verification;

        // 2. By an algorithm that the client is registered for (OpenID Connect Registration §2, request_object_signing_alg; FAPI 2.0 §5.4.1).
        if (client.RequestObjectSigningAlg is { } algorithm && verified.Header.Algorithm != algorithm) return Refusal.RequestObjectInvalid;
        if (!client.Accepts(verified.Header.Algorithm)) return Refusal.RequestObjectInvalid;

        // 3. No client assertion: that has the client as its subject (RFC 9101 §10.8, RFC 7523 §3).
        if (verified.StringOrNull("sub") == client.ClientId) return Refusal.RequestObjectInvalid;

        // 4. Neither long valid nor valid for long (FAPI 2.0 Message Signing §5.3.1).
        var end = MomentOf(verified.Claims, "exp")!.Value;
        var begin = MomentOf(verified.Claims, "nbf");
        if (end - (begin ?? now) > LongestLife + Skew || now - (begin ?? now) > LongestLife + Skew) return Refusal.RequestObjectNotOfNow;

        // 5. The client within is the one beside it (RFC 9101 §5).
        if (verified.StringOrNull("client_id") != client.ClientId) return Refusal.RequestObjectOfAnotherClient;

        // 6. Each claim can be a parameter.
        return ParametersOf(verified.Claims) is { } parameters ? new RequestObject(parameters, verified.StringOrNull("jti"), end + Skew) : Refusal.RequestObjectMalformed;
    }

    private static Refusal ReasonOf(JoseRefusal reason, Client client) => reason switch
    {
        // Whoever registered to sign has signed wrongly; of anybody else no object without a signature is known.
        JoseRefusal.AlgorithmNone => client.RequireSignedRequestObject || client.RequestObjectSigningAlg is not null ? Refusal.RequestObjectInvalid : Refusal.RequestObjectUnsigned,
        JoseRefusal.IssuerUnexpected => Refusal.RequestObjectOfAnotherClient,
        JoseRefusal.AudienceUnexpected => Refusal.RequestObjectForAnother,
        JoseRefusal.Expired or JoseRefusal.NotYetValid or JoseRefusal.IssuedInTheFuture => Refusal.RequestObjectNotOfNow,
        JoseRefusal.ClaimMissing => Refusal.RequestObjectClaimMissing,
        _ => Refusal.RequestObjectInvalid,
    };

    // RFC 9101 §4: a number is a JSON number, claims and authorization_details are JSON, and what may be repeated is an array. It is written as a
    // query and read again, so that it is bounded and refused by the same rules as one.
    private static Parameters? ParametersOf(JsonElement claims)
    {
        var query = new StringBuilder();
        foreach (var claim in claims.EnumerateObject().Where(c => !OfTheJwt.Contains(c.Name, StringComparer.Ordinal)))
        {
            if (ValuesOf(claim) is not { } values) return null;
            foreach (var value in values)
                query.Append(query.Length > 0 ? "&" : "").Append(Uri.EscapeDataString(claim.Name)).Append('=').Append(Uri.EscapeDataString(value));
        }

        return Parameters.Parse(Encoding.ASCII.GetBytes(query.ToString())).Try(out var parameters, out _) ? parameters : null;
    }

    private static IEnumerable<string>? ValuesOf(JsonProperty claim) => claim.Value.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.String => [claim.Value.GetString()!],
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => [claim.Value.GetRawText()],
        JsonValueKind.Array when claim.Name is "resource" or "audience" =>
            claim.Value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String) ? [.. claim.Value.EnumerateArray().Select(v => v.GetString()!)] : null,
        _ => claim.Name is "claims" or "authorization_details" or "registration" ? [claim.Value.GetRawText()] : null,
    };

    private static DateTimeOffset? MomentOf(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var date) ? DateTimeOffset.UnixEpoch.AddSeconds(Math.Clamp(date.GetDouble(), 0, Latest)) : null;

    /// <summary>The year 9999, in seconds.</summary>
    private const double Latest = 253_402_300_799;
}
