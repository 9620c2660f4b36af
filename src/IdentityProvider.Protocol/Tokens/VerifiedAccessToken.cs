using System.Text.Json;
using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Tokens;

/// <summary>
/// An access token that this server signed and that has not expired. Whether it was revoked since is the family's and the list's to say. Made
/// by <see cref="Verify"/> alone.
/// </summary>
public sealed class VerifiedAccessToken
{
    /// <summary>How far another node's clock may be ahead of ours: its new tokens are no forgeries.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    private static readonly string[] Required = ["sub", "client_id", "iat", "jti"];

    private VerifiedAccessToken(JwtVerification.Verified jwt)
    {
        Subject = jwt.StringOrNull("sub")!;
        ClientId = jwt.StringOrNull("client_id")!;
        Jti = jwt.StringOrNull("jti")!;
        Acr = jwt.StringOrNull("acr");
        Scope = ScopeSet.TryParse(jwt.StringOrNull("scope"), out var scope) ? scope : ScopeSet.Empty;
        Audience = ReadAudience(jwt.Claims.GetProperty("aud"));
        IssuedAt = ReadDate(jwt.Claims.GetProperty("iat"));
        ExpiresAt = ReadDate(jwt.Claims.GetProperty("exp"));
        AuthTime = jwt.Claims.TryGetProperty("auth_time", out var authTime) ? ReadDate(authTime) : null;
        FamilyId = TokenIdentifier.FamilyIdOrNull(Jti);
    }

    public string Subject { get; }

    public string ClientId { get; }

    public string Jti { get; }

    public ScopeSet Scope { get; }

    public IReadOnlyList<string> Audience { get; }

    public DateTimeOffset IssuedAt { get; }

    public DateTimeOffset ExpiresAt { get; }

    public DateTimeOffset? AuthTime { get; }

    public string? Acr { get; }

    /// <summary>The sign-in it belongs to; null for a client's on its own behalf.</summary>
    public Guid? FamilyId { get; }

    /// <summary>Verifies a token (RFC 9068 §4); its audience is left to who asks. Never throws on what the text says.</summary>
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
        var verified = new VerifiedAccessToken((JwtVerification.Verified)verification);
        return now >= verified.ExpiresAt ? Refusal.BearerTokenExpired : verified;
    }

    private static Refusal Refuse(JoseRefusal reason) => reason switch
    {
        JoseRefusal.Expired => Refusal.BearerTokenExpired,
        JoseRefusal.NotCompact or JoseRefusal.TooLarge or JoseRefusal.Base64UrlNotCanonical or JoseRefusal.Malformed or JoseRefusal.HeaderMalformed => Refusal.BearerTokenMalformed,
        _ => Refusal.BearerTokenInvalid,
    };

    private static IReadOnlyList<string> ReadAudience(JsonElement aud) =>
        aud.ValueKind == JsonValueKind.String ? [aud.GetString()!] : [.. aud.EnumerateArray().Select(name => name.GetString()!)];

    private static DateTimeOffset ReadDate(JsonElement date) => DateTimeOffset.FromUnixTimeSeconds((long)date.GetDouble());
}
