using System.Text.Json;
using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Registration;

/// <summary>
/// A statement about a piece of software (RFC 7591 §2.3): claims of whoever the policy trusts to make them, which go over what the client says of
/// itself. It lives as long as its maker says, and many clients show the same.
/// </summary>
public static class SoftwareStatementRules
{
    private static readonly ExpectedTyp Typ = ExpectedTyp.AbsentOr("JWT");
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    /// <summary>The key that the statement says it is signed with, unverified; null where it says none.</summary>
    public static string? KidOf(string statement) => UnverifiedJwt.Read(statement).ValueOrNull?.Header.Kid;

    /// <summary>Decides.</summary>
    /// <param name="statement">What was shown; null where nothing was.</param>
    /// <param name="policy">Whose statements count.</param>
    /// <param name="keys">That issuer's keys.</param>
    /// <param name="ourIssuer">Ours: a statement is for us, among others perhaps.</param>
    /// <param name="now">The moment.</param>
    public static Decision<SoftwareStatement> Decide(string? statement, RegistrationPolicy policy, JsonWebKeySet keys, string ourIssuer, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(policy);

        // 1. One where the policy wants one (RFC 7591 §3.1.1).
        if (statement is null)
            return policy.RequireSoftwareStatement ? Refusal.SoftwareStatementMissing : SoftwareStatement.None;

        // 2. Of an issuer whose statements count here (RFC 7591 §3.2.2): none does where none is named.
        if (policy.SoftwareStatementIssuer is not { } issuer)
            return Refusal.SoftwareStatementUnapproved;
        if (UnverifiedJwt.Read(statement).ValueOrNull is not { } unverified)
            return Refusal.SoftwareStatementInvalid;
        if (unverified.StringOrNull("iss") != issuer)
            return Refusal.SoftwareStatementUnapproved;

        // 3. Signed by a key of that issuer's (RFC 7591 §2.3).
        if (!Jws.Verify(statement, keys, Typ).Accepted(out var jws, out _) || jws.ClaimsOrNull() is not { } claims)
            return Refusal.SoftwareStatementInvalid;

        // 4. Made by that issuer, for us, with an end that isn't there yet (RFC 7519 §4.1, RFC 8725 §3.9): what can't be taken back must not live for ever.
        if (Text(claims, "iss") != issuer || !IsForUs(claims, ourIssuer) || !IsInTime(claims, now))
            return Refusal.SoftwareStatementInvalid;

        // 5. About a piece of software: an assertion of the same issuer about a person is no statement (RFC 8725 §3.12).
        return Text(claims, "software_id") is { Length: > 0 } ? new SoftwareStatement(claims) : Refusal.SoftwareStatementInvalid;
    }

    private static bool IsForUs(JsonElement claims, string ourIssuer) => claims.TryGetProperty("aud", out var aud) && aud.ValueKind switch
    {
        JsonValueKind.String => aud.ValueEquals(ourIssuer),
        JsonValueKind.Array => aud.EnumerateArray().Any(name => name.ValueKind is JsonValueKind.String && name.ValueEquals(ourIssuer)),
        _ => false,
    };

    private static bool IsInTime(JsonElement claims, DateTimeOffset now)
    {
        var seconds = (now - DateTimeOffset.UnixEpoch).TotalSeconds;
        return Number(claims, "exp", otherwise: null) is { } end && seconds < end + ClockSkew.TotalSeconds
            && Number(claims, "nbf", double.MinValue) is { } begin && seconds >= begin - ClockSkew.TotalSeconds;
    }

    private static double? Number(JsonElement claims, string name, double? otherwise) =>
        !claims.TryGetProperty(name, out var value) ? otherwise : value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out var number) ? number : null;

    private static string? Text(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}

/// <summary>What a statement that was verified claims. Made by <see cref="SoftwareStatementRules.Decide"/> alone.</summary>
public sealed class SoftwareStatement
{
    internal SoftwareStatement(JsonElement? claims) => Claims = claims;

    /// <summary>None was shown, and none was asked for.</summary>
    public static SoftwareStatement None { get; } = new(null);

    public JsonElement? Claims { get; }
}
