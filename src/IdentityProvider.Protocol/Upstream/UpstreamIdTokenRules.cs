using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.SignIn;

namespace IdentityProvider.Protocol.Upstream;

/// <summary>The checks of an upstream's ID token (OpenID Connect Core §3.1.3.7), by our own Jose.</summary>
public static class UpstreamIdTokenRules
{
    /// <summary>How far the upstream's clock may be off, either way.</summary>
    public static TimeSpan ClockSkew { get; } = TimeSpan.FromMinutes(1);

    /// <summary>It was made for this very answer: how old it may be.</summary>
    public static TimeSpan MaxAge { get; } = TimeSpan.FromMinutes(10);

    /// <summary>Core §2, in characters of ASCII; what isn't is no identifier that we could keep apart from others.</summary>
    public const int LongestSubject = 255;

    private static readonly ExpectedTyp Typ = ExpectedTyp.AbsentOr("JWT");

    /// <summary>The <c>kid</c> that it names, unverified: whether the keys are worth another look.</summary>
    public static string? KidOf(string idToken) => UnverifiedJwt.Read(idToken).ValueOrNull?.Header.Kid;

    /// <summary>Verifies it.</summary>
    /// <param name="tokens">What the token endpoint gave.</param>
    /// <param name="attempt">What this answer ends.</param>
    /// <param name="upstream">Whose it must be.</param>
    /// <param name="keys">That one's keys.</param>
    /// <param name="now">The moment.</param>
    /// <param name="detail">What Jose found wrong, for the log; null where it isn't that.</param>
    public static Decision<UpstreamIdentity> Verify(
        UpstreamTokens tokens, UpstreamAttempt attempt, UpstreamProvider upstream, JsonWebKeySet keys, DateTimeOffset now, out string? detail)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(attempt);
        ArgumentNullException.ThrowIfNull(upstream);
        detail = null;

        // 1. Signed by a key of this upstream, by an algorithm with a name on our list; no other kind of token; its iss, exp and iat (§3.1.3.7 numbers 2, 6 to 10).
        var expected = new JwtExpectations
        {
            Typ = Typ,
            Issuer = upstream.Issuer,
            Audience = ExpectedAudience.CheckedByTheCaller,
            ClockSkew = ClockSkew,
            MaxAge = MaxAge,
            RequiredClaims = ["sub", "iat"],
        };
        var verification = Jwt.Verify(tokens.IdToken, keys, expected, now);
        if (verification is not JwtVerification.Verified verified)
        {
            var refused = (JwtVerification.Refused)verification;
            detail = $"{refused.Reason}: {refused.Detail}";
            return refused.Reason is JoseRefusal.Expired or JoseRefusal.NotYetValid or JoseRefusal.IssuedInTheFuture or JoseRefusal.TooOld
                ? Refusal.UpstreamClockOff
                : Refusal.UpstreamIdTokenInvalid;
        }

        // 2. For us and nobody else whom it may be shown by (§3.1.3.7 numbers 3 to 5).
        if (!IsForUs(verified, upstream.ClientId))
            return Refusal.UpstreamAudienceMismatch;

        // 3. For this very request (§3.1.3.7 number 11).
        if (!UpstreamAnswerRules.IsSame(verified.StringOrNull("nonce"), attempt.Nonce))
            return Refusal.UpstreamNonceMismatch;

        // 4. Beside this very access token, where it says (§3.1.3.8).
        if (verified.Claims.TryGetProperty("at_hash", out _) && !UpstreamAnswerRules.IsSame(verified.StringOrNull("at_hash"), HashOf(tokens.AccessToken)))
            return Refusal.UpstreamAccessTokenMismatch;

        // 5. About somebody whom it will call the same for ever (§2, sub).
        if (verified.StringOrNull("sub") is not { } subject || !IsIdentifier(subject))
            return Refusal.UpstreamSubjectInvalid;

        // 6. Who signed in there as lately as was asked for (§3.1.3.7 number 13).
        if (attempt.MaxAge is { } seconds && !(ReadSeconds(verified, "auth_time") is { } authTime && attempt.StartedAt - authTime <= TimeSpan.FromSeconds(seconds) + ClockSkew))
            return Refusal.UpstreamSignInTooOld;

        var sessionId = verified.StringOrNull("sid") is { } sid && IsIdentifier(sid) ? sid : null;
        return new UpstreamIdentity(new UpstreamSession(upstream.Issuer, subject, sessionId), IsStrong(verified, upstream), [verified.Claims]);
    }

    /// <summary>Printable ASCII without a space at either end: what every database tells apart as it is, letter by letter.</summary>
    internal static bool IsIdentifier(string text) =>
        text.Length is > 0 and <= LongestSubject && text.All(c => c is >= ' ' and <= '~') && text[0] != ' ' && text[^1] != ' ';

    private static bool IsForUs(JwtVerification.Verified verified, string clientId)
    {
        var aud = verified.Claims.GetProperty("aud");
        var audiences = aud.ValueKind is JsonValueKind.String ? [aud.GetString()!] : aud.EnumerateArray().Select(a => a.GetString()!).ToList();
        var hasParty = verified.Claims.TryGetProperty("azp", out _);
        return audiences.Contains(clientId, StringComparer.Ordinal)
            && (hasParty ? verified.StringOrNull("azp") == clientId : audiences.Count == 1);
    }

    // RS256, PS256 and ES256 all have SHA-256 beside them.
    private static string HashOf(string? accessToken) =>
        accessToken is null ? "" : Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(accessToken)).AsSpan(0, SHA256.HashSizeInBytes / 2));

    private static DateTimeOffset? ReadSeconds(JwtVerification.Verified verified, string claim) =>
        verified.Claims.TryGetProperty(claim, out var value) && value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var seconds) && seconds is > 0 and < 253402300800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    // What an operator trusts it for, and nothing that it says by itself.
    private static bool IsStrong(JwtVerification.Verified verified, UpstreamProvider upstream) =>
        (verified.StringOrNull("acr") is { } acr && upstream.TrustedAcr.Contains(acr, StringComparer.Ordinal))
        || (verified.Claims.TryGetProperty("amr", out var amr) && amr.ValueKind is JsonValueKind.Array
            && amr.EnumerateArray().Any(m => m.ValueKind is JsonValueKind.String && upstream.TrustedAmr.Contains(m.GetString()!, StringComparer.Ordinal)));
}

/// <summary>Somebody who signed in at an upstream just now. Made of a verified ID token alone.</summary>
public sealed class UpstreamIdentity
{
    internal UpstreamIdentity(UpstreamSession session, bool isStrong, IReadOnlyList<JsonElement> documents)
    {
        Session = session;
        IsStrong = isStrong;
        Documents = documents;
    }

    public UpstreamSession Session { get; }

    public string Subject => Session.Subject;

    /// <summary>Whether it counts as two factors here.</summary>
    public bool IsStrong { get; }

    /// <summary>How the person signed in, as our own tokens say it (RFC 8176; <c>fed</c> is our word).</summary>
    public IReadOnlyList<string> Amr => AmrOf(IsStrong);

    /// <summary>What was said of them: the ID token's claims first.</summary>
    public IReadOnlyList<JsonElement> Documents { get; }

    /// <summary>The same of somebody of whom no more is kept.</summary>
    public static IReadOnlyList<string> AmrOf(bool isStrong) => isStrong ? [AuthenticationMethods.Federated, AuthenticationMethods.MultipleFactors] : [AuthenticationMethods.Federated];

    internal UpstreamIdentity With(JsonElement userInfo) => new(Session, IsStrong, [.. Documents, userInfo]);
}
