using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.RichAuthorization;
using IdentityProvider.Protocol.Status;

namespace IdentityProvider.Protocol.Tokens;

/// <summary>
/// An access token that this server signed or sealed and that has not expired. Whether it was revoked since is what is stored's to say. Made
/// by <see cref="Verify"/> and <see cref="Open"/> alone.
/// </summary>
public sealed class VerifiedAccessToken
{
    /// <summary>How far another node's clock may be ahead of ours: its new tokens are no forgeries.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    private static readonly string[] Required = ["sub", "client_id", "iat", "jti"];

    private VerifiedAccessToken(JsonElement claims, string? kid, string issuer)
    {
        Subject = StringOrNull(claims, "sub")!;
        ClientId = StringOrNull(claims, "client_id")!;
        Jti = StringOrNull(claims, "jti")!;
        Acr = StringOrNull(claims, "acr");
        Scope = ScopeSet.TryParse(StringOrNull(claims, "scope"), out var scope) ? scope : ScopeSet.Empty;
        Details = claims.TryGetProperty("authorization_details", out var details) ? AuthorizationDetails.OfKept(details) : AuthorizationDetails.None;
        Audience = ReadAudience(claims.GetProperty("aud"));
        IssuedAt = ReadDate(claims.GetProperty("iat"));
        ExpiresAt = ReadDate(claims.GetProperty("exp"));
        AuthTime = claims.TryGetProperty("auth_time", out var authTime) ? ReadDate(authTime) : null;
        FamilyId = TokenIdentifier.FamilyIdOrNull(Jti);
        Kid = kid;
        Confirmation = Confirmation.ReadOrNull(claims);
        Status = ReadStatus(claims, issuer);
        Actor = Actor.Read(claims);
        MayAct = claims.TryGetProperty("may_act", out var mayAct) && mayAct.ValueKind == JsonValueKind.Object ? StringOrNull(mayAct, "sub") ?? "" : null;
    }

    public string Subject { get; }

    public string ClientId { get; }

    public string Jti { get; }

    public ScopeSet Scope { get; }

    /// <summary>What it says beyond scopes (RFC 9396 §9.1).</summary>
    public AuthorizationDetails Details { get; }

    public IReadOnlyList<string> Audience { get; }

    public DateTimeOffset IssuedAt { get; }

    public DateTimeOffset ExpiresAt { get; }

    public DateTimeOffset? AuthTime { get; }

    /// <summary>Who acts for the subject (RFC 8693 §4.1); null where nobody does.</summary>
    public Actor? Actor { get; }

    /// <summary>The <c>sub</c> of the one who may (RFC 8693 §4.4), empty where it names nobody of ours; null where the token says nothing of it.</summary>
    public string? MayAct { get; }

    public string? Acr { get; }

    /// <summary>The sign-in it belongs to; null for a client's on its own behalf.</summary>
    public Guid? FamilyId { get; }

    /// <summary>The key that signed it; null for an opaque one, which no signing key made.</summary>
    public string? Kid { get; }

    /// <summary>What it is bound to; null for a bearer's.</summary>
    public Confirmation? Confirmation { get; }

    /// <summary>Where its status stands; null where its API has no status list.</summary>
    public StatusReference? Status { get; }

    /// <summary>Verifies a token that is a JWT (RFC 9068 §4); its audience is left to who asks. Never throws on what the text says.</summary>
    public static Decision<VerifiedAccessToken> Verify(string token, JsonWebKeySet keys, string issuer, DateTimeOffset now)
    {
        var expectations = new JwtExpectations
        {
            Typ = AccessToken.Typ,
            Issuer = issuer,
            Audience = ExpectedAudience.CheckedByTheCaller,
            ClockSkew = Skew,
            RequiredClaims = Required,
        };

        // 1. Type, signature, issuer and dates (RFC 9068 §4).
        var verification = Jwt.Verify(token, keys, expectations, now);
        if (verification is JwtVerification.Refused refused)
            return Refuse(refused.Reason);

        // 2. The skew is for clocks that are ahead, not for a longer life.
        var jwt = (JwtVerification.Verified)verification;
        return Living(new VerifiedAccessToken(jwt.Claims, jwt.Header.Kid, issuer), now);
    }

    /// <summary>Opens a token that is opaque; its audience is left to who asks. Never throws on what the text says.</summary>
    /// <param name="token">The text.</param>
    /// <param name="key">The key that the master key gives for opaque access tokens.</param>
    /// <param name="issuer">Our identifier.</param>
    /// <param name="now">The moment.</param>
    public static Decision<VerifiedAccessToken> Open(string token, ReadOnlySpan<byte> key, string issuer, DateTimeOffset now)
    {
        // 1. Sealed by this server, as an access token.
        if (!OpaqueAccessToken.TryOpen(token, key, out var claims, out var reason))
            return reason;

        // 2. Under this name of it, and not expired (RFC 9068 §4).
        return StringOrNull(claims, "iss") != issuer ? Refusal.BearerTokenInvalid : Living(new VerifiedAccessToken(claims, kid: null, issuer), now);
    }

    private static Decision<VerifiedAccessToken> Living(VerifiedAccessToken token, DateTimeOffset now) =>
        now >= token.ExpiresAt ? Refusal.BearerTokenExpired : token;

    private static Refusal Refuse(JoseRefusal reason) => reason switch
    {
        JoseRefusal.Expired => Refusal.BearerTokenExpired,
        JoseRefusal.NotCompact or JoseRefusal.TooLarge or JoseRefusal.Base64UrlNotCanonical or JoseRefusal.Malformed or JoseRefusal.HeaderMalformed => Refusal.BearerTokenMalformed,
        _ => Refusal.BearerTokenInvalid,
    };

    private static IReadOnlyList<string> ReadAudience(JsonElement aud) =>
        aud.ValueKind == JsonValueKind.String ? [aud.GetString()!] : [.. aud.EnumerateArray().Select(name => name.GetString()!)];

    private static string? StringOrNull(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var claim) && claim.ValueKind == JsonValueKind.String ? claim.GetString() : null;

    private static StatusReference? ReadStatus(JsonElement claims, string issuer) =>
        claims.TryGetProperty("status", out var status)
        && status.TryGetProperty("status_list", out var entry)
        && StatusReference.ListOrNull(issuer, entry.GetProperty("uri").GetString()!) is { } list
            ? new StatusReference(list, entry.GetProperty("idx").GetInt32())
            : null;

    private static DateTimeOffset ReadDate(JsonElement date) => DateTimeOffset.FromUnixTimeSeconds((long)date.GetDouble());
}
