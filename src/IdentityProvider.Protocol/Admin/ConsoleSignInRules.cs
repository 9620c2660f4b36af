using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Protocol.Admin;

/// <summary>
/// How a person signs in to the console: as to any app of this server, by code, PKCE, state, nonce and <c>iss</c>, and what each request of theirs is
/// worth then.
/// </summary>
public static class ConsoleSignInRules
{
    /// <summary>Two factors, and no sign-in without them (OpenID Connect Core §5.5.1.1).</summary>
    private const string TwoFactorsNow = "{\"id_token\":{\"acr\":{\"essential\":true,\"values\":[\"" + AcrRules.TwoFactors + "\"]}}}";

    /// <summary>The authorization request, as a query (OpenID Connect Core §3.1.2.1).</summary>
    /// <param name="issuer">Ours.</param>
    /// <param name="state">Sealed: what the sign-in is for.</param>
    /// <param name="browser">The secret that this browser's cookie holds.</param>
    /// <param name="salt">New for each sign-in; no secret.</param>
    /// <param name="stepUp">What is asked of the sign-in; null for no more than that there is one.</param>
    public static string Request(string issuer, string state, string browser, string salt, ConsoleStepUp? stepUp)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        var request = new CodeRequest(
            BuiltInClients.Console, issuer + BuiltInClients.ConsoleCallbackPath, $"{ScopeSet.OpenId} {AdminApi.ReadAll} {AdminApi.WriteAll}", AdminApi.IdentifierOf(issuer), state, NonceOf(browser, salt));
        return request.ToQuery(VerifierOf(browser, salt), AsksFor(stepUp));
    }

    /// <summary>What proves that the code comes back to the browser that asked for it (RFC 7636 §4.1).</summary>
    public static string VerifierOf(string browser, string salt) => Derive(browser, "verifier", salt);

    private static string NonceOf(string browser, string salt) => Derive(browser, "nonce", salt);

    /// <summary>The code of an answer (OpenID Connect Core §3.1.2.5). That its <c>state</c> is this browser's is decided before.</summary>
    public static Decision<string> ReadCode(Parameters answer, string issuer)
    {
        ArgumentNullException.ThrowIfNull(answer);

        // 1. It is ours (RFC 9207 §2.4).
        if (answer["iss"] != issuer)
            return Refusal.ConsoleAnswerInvalid;

        // 2. It is no error (RFC 6749 §4.1.2.1).
        if (answer.Has("error"))
            return Refusal.ConsoleSignInRefused;
        return answer["code"] is { } code ? code : Refusal.ConsoleAnswerInvalid;
    }

    /// <summary>What the tokens of an exchange say: which sign-in of the console they are of.</summary>
    public static Decision<ConsoleSignIn> Accept(string idToken, string accessToken, string browser, string salt, JsonWebKeySet keys, string issuer, DateTimeOffset now)
    {
        var expectations = new JwtExpectations
        {
            Typ = IdToken.Typ, Issuer = issuer, Audience = BuiltInClients.Console, RequiredClaims = ["sub", "nonce"], ClockSkew = TimeSpan.FromMinutes(1),
        };

        // 1. The ID token is ours and for the console (OpenID Connect Core §3.1.3.7).
        if (Jwt.Verify(idToken, keys, expectations, now) is not JwtVerification.Verified verified)
            return Refusal.ConsoleAnswerInvalid;

        // 2. It answers this request (§3.1.3.7 no. 11).
        var nonce = Encoding.UTF8.GetBytes(verified.StringOrNull("nonce") ?? "");
        if (!CryptographicOperations.FixedTimeEquals(nonce, Encoding.UTF8.GetBytes(NonceOf(browser, salt))))
            return Refusal.ConsoleAnswerInvalid;

        // 3. So is the access token beside it, of one sign-in and for administration.
        if (!VerifiedAccessToken.Verify(accessToken, keys, issuer, now).Try(out var token, out var reason))
            return reason;
        return token.FamilyId is { } familyId && token.Audience.Contains(AdminApi.IdentifierOf(issuer), StringComparer.Ordinal)
            ? new ConsoleSignIn(familyId)
            : Refusal.ConsoleAnswerInvalid;
    }

    /// <summary>How far a person's word goes in the console now.</summary>
    /// <param name="issuer">Ours.</param>
    /// <param name="facts">What is stored.</param>
    /// <param name="roles">Those of the person's roles that open administration, as they are now.</param>
    /// <param name="idleLimit">How long an unused session lasts.</param>
    /// <param name="now">The moment.</param>
    public static Decision<AdminAuthority> Decide(string issuer, ConsoleFacts facts, IReadOnlyList<string> roles, TimeSpan idleLimit, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(roles);

        // 1. The sign-in lasts, and is the console's.
        if (facts.Family is not { } family || family.ClientId != BuiltInClients.Console || !family.IsAlive(now))
            return Refusal.BearerTokenRevoked;

        // 2. So does the session that it hangs on, and its person may still sign in.
        if (facts.Session is not { } session || session.SessionId != family.SessionId || !session.IsAlive(idleLimit, now))
            return Refusal.BearerTokenRevoked;
        if (facts.User is not { IsActive: true } user || user.UserId != family.UserId)
            return Refusal.BearerTokenRevoked;

        // 3. They have a role, and the console has its scopes.
        return AdminTokenRules.OfPerson(family.Scope, BuiltInClients.Find(BuiltInClients.Console, issuer)!, roles);
    }

    /// <summary>What a person must do before what can't be undone; null where they did it just now.</summary>
    /// <param name="session">Their session.</param>
    /// <param name="account">What they can prove themselves by: who has two factors shows both.</param>
    /// <param name="now">The moment.</param>
    public static ConsoleStepUp? MissingOf(Session session, AccountFactors account, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(account);
        var needsTwo = account.HasSecondFactor || account.IsRequiredByRole;
        var hasTwo = AcrRules.ClassOf(session.Amr) == AcrRules.TwoFactors && !session.SecondFactorRemembered;
        return session.IsFresh(now) && (hasTwo || !needsTwo) ? null : new ConsoleStepUp(needsTwo);
    }

    private static IEnumerable<(string Name, string Value)> AsksFor(ConsoleStepUp? stepUp)
    {
        if (stepUp is not null)
            yield return ("max_age", ((int)Session.FreshFor.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        if (stepUp is { NeedsTwoFactors: true })
            yield return ("claims", TwoFactorsNow);
    }

    // 256 bits of HMAC-SHA-256, in 43 characters: as many as RFC 7636 §4.1 asks for at least.
    private static string Derive(string browser, string purpose, string salt) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(browser), Encoding.UTF8.GetBytes($"{purpose} {salt}")));
}

/// <summary>A sign-in to the console that came to its end.</summary>
public sealed class ConsoleSignIn
{
    internal ConsoleSignIn(Guid familyId) => FamilyId = familyId;

    public Guid FamilyId { get; }
}

/// <summary>What is stored of a sign-in to the console; null for what isn't there.</summary>
public sealed record ConsoleFacts(TokenFamily? Family, Session? Session, UserClaims? User);

/// <summary>What a sign-in must be, made anew: no older than <see cref="Session.FreshFor"/>.</summary>
/// <param name="NeedsTwoFactors">And of two factors, shown now.</param>
public sealed record ConsoleStepUp(bool NeedsTwoFactors);
