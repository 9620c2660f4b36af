using System.Text.Json;
using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Tokens;

/// <summary>What RFC 7523 §3 asks of every assertion, be it by a client about itself or by an issuer about a person.</summary>
internal static class AssertionClaims
{
    /// <summary>Signed by its issuer, in time, with a subject and an identifier. Whom it is for is <see cref="AreForUsAlone"/>.</summary>
    public static JwtExpectations From(string issuer, ExpectedTyp typ, TimeSpan clockSkew) => new()
    {
        Typ = typ,
        Issuer = issuer,
        Audience = ExpectedAudience.CheckedByTheCaller,
        ClockSkew = clockSkew,
        RequiredClaims = ["sub", "jti"],
    };

    /// <summary>
    /// Whether each name in <c>aud</c> is ours (number 3; rfc7523bis §4): what another server could show to us, or we to another, is no proof.
    /// </summary>
    public static bool AreForUsAlone(JwtVerification.Verified verified, IReadOnlyList<string> audiences)
    {
        var aud = verified.Claims.GetProperty("aud");
        return aud.ValueKind is JsonValueKind.String
            ? audiences.Contains(aud.GetString(), StringComparer.Ordinal)
            : aud.GetArrayLength() > 0 && aud.EnumerateArray().All(name => audiences.Contains(name.GetString(), StringComparer.Ordinal));
    }

    /// <summary>From when on it is refused for its age, leeway included; null where that is too far ahead (number 4).</summary>
    public static DateTimeOffset? EndOrNull(JwtVerification.Verified verified, TimeSpan longestLife, TimeSpan clockSkew, DateTimeOffset now)
    {
        var end = verified.Claims.GetProperty("exp").GetDouble();
        return end > (now + longestLife + clockSkew - DateTimeOffset.UnixEpoch).TotalSeconds ? null : DateTimeOffset.UnixEpoch.AddSeconds(end) + clockSkew;
    }
}
