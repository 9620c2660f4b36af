using System.Text.Json;
using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Tokens;

/// <summary>
/// An ID token of ours that came back as a hint (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2): proof of who was meant, however old,
/// and of nothing else. Only <see cref="Verify"/> makes one.
/// </summary>
public sealed class IdTokenHint
{
    private IdTokenHint(string subject, Guid? sessionId, IReadOnlyList<string> audiences)
    {
        Subject = subject;
        SessionId = sessionId;
        Audiences = audiences;
    }

    /// <summary>What it calls the person it was issued about: <c>sub</c>, as its client knows them.</summary>
    public string Subject { get; }

    /// <summary>The account, where that is what it calls them; null for a pairwise client's, which leads back to nobody.</summary>
    public Guid? UserId => Guid.TryParseExact(Subject, "D", out var userId) ? userId : null;

    /// <summary>The sign-in it was issued in, <c>sid</c>; null where it names none, as one from a refresh for offline access.</summary>
    public Guid? SessionId { get; }

    /// <summary>The clients it was issued to.</summary>
    public IReadOnlyList<string> Audiences { get; }

    /// <summary>The hint, or null where the token isn't an ID token that a published key of ours signed. That it expired is no reason.</summary>
    public static IdTokenHint? Verify(string token, JsonWebKeySet keys, string issuer, DateTimeOffset now)
    {
        var expectations = new JwtExpectations
        {
            Typ = IdToken.Typ,
            Issuer = issuer,
            Audience = ExpectedAudience.CheckedByTheCaller,
            RequiredClaims = ["sub"],
            ClockSkew = TimeSpan.FromMinutes(1),
        };
        return Jwt.VerifyEvenIfExpired(token, keys, expectations, now) is JwtVerification.Verified verified
            && verified.StringOrNull("sub") is { } subject
            ? new IdTokenHint(subject, ReadSessionId(verified), ReadAudiences(verified.Claims.GetProperty("aud")))
            : null;
    }

    private static Guid? ReadSessionId(JwtVerification.Verified verified) =>
        Guid.TryParseExact(verified.StringOrNull("sid"), "N", out var sessionId) ? sessionId : null;

    // The verification has seen to it that aud is a string or an array of strings.
    private static IReadOnlyList<string> ReadAudiences(JsonElement aud) =>
        aud.ValueKind == JsonValueKind.Array ? [.. aud.EnumerateArray().Select(a => a.GetString()!)] : [aud.GetString()!];
}
