using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Upstream;

/// <summary>What an upstream answers, at our redirect URI for it and at its token endpoint: whatever it says is text of a stranger.</summary>
public static class UpstreamAnswerRules
{
    /// <summary>In bytes, of the token endpoint's answer and of UserInfo's.</summary>
    public const int LongestAnswer = 64 * 1024;

    private const int LongestCode = 2048;

    /// <summary>The checks of an authorization response (RFC 6749 §4.1.2, RFC 9207 §2.4).</summary>
    /// <param name="answer">What the browser brought.</param>
    /// <param name="attempt">What this browser keeps for the answer's <c>state</c>; null where it keeps nothing.</param>
    /// <param name="upstream">The one at whose redirect URI the answer came.</param>
    /// <param name="server">Its metadata.</param>
    /// <param name="now">The moment.</param>
    public static Decision<UpstreamCode> Read(Parameters answer, UpstreamAttempt? attempt, UpstreamProvider upstream, UpstreamServer server, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(upstream);
        ArgumentNullException.ThrowIfNull(server);

        // 1. This browser began it, not long ago (RFC 6749 §10.12).
        if (attempt is null || !IsSame(answer["state"], attempt.State) || now >= attempt.ExpiresAt)
            return Refusal.UpstreamStateUnknown;

        // 2. With this very upstream (RFC 9700 §4.4.2.2: a redirect URI for each).
        if (attempt.Upstream != upstream.Name || attempt.Issuer != upstream.Issuer)
            return Refusal.UpstreamMixedUp;

        // 3. Which says so itself, where it always does, and never says another (RFC 9207 §2.4).
        if (answer["iss"] is { } issuer ? issuer != upstream.Issuer : server.NamesItself)
            return Refusal.UpstreamIssuerMismatch;

        // 4. It says yes. Of its errors one means that the person said no; its words about it are shown to nobody.
        if (answer["error"] is { } error)
            return error switch
            {
                "access_denied" or "consent_required" or "interaction_required" or "login_required" or "account_selection_required" => Refusal.UpstreamDenied,
                "server_error" or "temporarily_unavailable" => Refusal.UpstreamUnavailable,
                _ => Refusal.UpstreamFailed,
            };

        // 5. By a code.
        return answer["code"] is { Length: <= LongestCode } code ? new UpstreamCode(code) : Refusal.UpstreamFailed;
    }

    /// <summary>Reads what the token endpoint gave for a code (Core §3.1.3.3). Never throws on what the bytes say.</summary>
    public static Decision<UpstreamTokens> ReadTokens(ReadOnlySpan<byte> utf8)
    {
        if (StrictJson.ParseObject(utf8, "the answer", out var answer) is not null
            || !StrictJson.TryGetString(answer, "id_token", out var idToken) || idToken is null
            || !StrictJson.TryGetString(answer, "access_token", out var accessToken))
            return Refusal.UpstreamFailed;

        // An access token that isn't a plain one can't be shown at UserInfo (RFC 6750 §2.1, RFC 6749 §7.1).
        var isBearer = StrictJson.TryGetString(answer, "token_type", out var type) && string.Equals(type, "Bearer", StringComparison.OrdinalIgnoreCase);
        return new UpstreamTokens(idToken, accessToken, isBearer && accessToken is { Length: > 0 } && accessToken.All(c => c is > ' ' and <= '~') ? accessToken : null);
    }

    /// <summary>Reads what UserInfo said, which must be of the same person (Core §5.3.2, §5.3.4).</summary>
    public static Decision<UpstreamIdentity> ReadUserInfo(ReadOnlySpan<byte> utf8, UpstreamIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        if (StrictJson.ParseObject(utf8, "UserInfo", out var claims) is not null)
            return Refusal.UpstreamFailed;
        return StrictJson.TryGetString(claims, "sub", out var subject) && subject == identity.Subject
            ? identity.With(claims)
            : Refusal.UpstreamUserInfoMismatch;
    }

    internal static bool IsSame(string? shown, string kept) =>
        shown is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown), Encoding.UTF8.GetBytes(kept));
}

/// <summary>An answer that brought a code to the browser that asked for it. Made by <see cref="UpstreamAnswerRules.Read"/> alone.</summary>
public sealed class UpstreamCode
{
    internal UpstreamCode(string value) => Value = value;

    public string Value { get; }
}

/// <summary>What a token endpoint gave, of which nothing is verified yet.</summary>
public sealed class UpstreamTokens
{
    internal UpstreamTokens(string idToken, string? accessToken, string? bearerToken)
    {
        IdToken = idToken;
        AccessToken = accessToken;
        BearerToken = bearerToken;
    }

    public string IdToken { get; }

    /// <summary>For <c>at_hash</c>; null where none was given.</summary>
    public string? AccessToken { get; }

    /// <summary>The same where it may be shown at UserInfo.</summary>
    public string? BearerToken { get; }
}
