using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;

namespace IdentityProvider.Protocol.Authorize;

/// <summary>
/// Classes of sign-ins (OpenID Connect Core §2, <c>acr</c>): which there are, what a request asks for, and what a token says. A stronger class
/// meets what asks for a weaker one.
/// </summary>
public static class AcrRules
{
    /// <summary>One factor: a password.</summary>
    public const string OneFactor = "urn:idp:1fa";

    /// <summary>Two factors of different kinds: RFC 8176's <c>mfa</c>.</summary>
    public const string TwoFactors = "urn:idp:2fa";

    /// <summary>More values than any request has a use for.</summary>
    public const int MostValues = 20;

    /// <summary>Of one value, in characters.</summary>
    public const int LongestValue = 200;

    /// <summary>Weakest first.</summary>
    private static readonly string[] Known = [OneFactor, TwoFactors];

    /// <summary>The classes that every person's sign-in here can reach, since who has no second factor can set one up on the way: what metadata lists.</summary>
    public static IReadOnlyList<string> Offered { get; } = [OneFactor, TwoFactors];

    /// <summary>The class of a sign-in by these methods (RFC 8176); null where there was none.</summary>
    public static string? ClassOf(IReadOnlyList<string> amr)
    {
        ArgumentNullException.ThrowIfNull(amr);
        return amr.Count == 0 ? null : amr.Contains("mfa", StringComparer.Ordinal) ? TwoFactors : OneFactor;
    }

    /// <summary>Reads what a request asks for.</summary>
    /// <param name="acrValues">The parameter <c>acr_values</c>.</param>
    /// <param name="claims">The parameter <c>claims</c>; what it says of <c>acr</c> goes before <c>acr_values</c> (Core §5.5.1.1).</param>
    /// <param name="client">Whose default counts where both are silent (Registration §2, <c>default_acr_values</c>).</param>
    /// <param name="isForApi">Whether an access token for an API is asked for: there a class that was named is needed (RFC 9470 §5).</param>
    public static Decision<RequestedAcr> Read(string? acrValues, ClaimsRequest claims, Client client, bool isForApi)
    {
        ArgumentNullException.ThrowIfNull(claims);
        ArgumentNullException.ThrowIfNull(client);

        // 1. By name in the ID token (Core §5.5.1.1): essential, it is one of the values or an error.
        if (claims.IdToken.FirstOrDefault(claim => claim.Name == "acr") is { } asked)
            return new RequestedAcr(asked.Texts, isNeeded: asked is { IsEssential: true, Values: not null }, isAsked: true);

        // 2. By a list, the most welcome first (Core §3.1.2.1); of a bounded length.
        if (acrValues is not null)
        {
            var values = acrValues.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return values.Length > MostValues ? Refusal.AcrValuesMalformed : new RequestedAcr(values, isForApi && values.Length > 0, isAsked: true);
        }

        // 3. By the registration: a wish (Registration §2).
        return new RequestedAcr(client.DefaultAcrValues, isNeeded: false, client.DefaultAcrValues.Count > 0);
    }

    /// <summary>How strongly a request asks for two factors: where one would do as well, not at all.</summary>
    public static SecondFactorWish WishOf(RequestedAcr requested)
    {
        ArgumentNullException.ThrowIfNull(requested);
        return !requested.Values.Contains(TwoFactors, StringComparer.Ordinal) || requested.Values.Contains(OneFactor, StringComparer.Ordinal) ? SecondFactorWish.None
            : requested.IsNeeded ? SecondFactorWish.Essential
            : SecondFactorWish.Voluntary;
    }

    /// <summary>What must happen before the request can go on; null where nothing must. Two factors are another's to ask for (<see cref="SignInRules"/>).</summary>
    /// <param name="requested">What is asked.</param>
    /// <param name="session">Who is signed in.</param>
    /// <param name="isFresh">Whether they signed in since the request came.</param>
    internal static UnmetAcr? Unmet(RequestedAcr requested, Session session, bool isFresh)
    {
        // 1. No class was named, or the sign-in is of one.
        if (requested.Values.Count == 0 || requested.Values.Any(value => Meets(session.Acr, value))) return null;

        // 2. Another sign-in could be of one, and was not tried yet; a second factor alone makes two of this one.
        if (!isFresh && requested.Values.Contains(OneFactor, StringComparer.Ordinal)) return UnmetAcr.SignInAgain;

        // 3. What is needed can't be had (OpenID Connect Core Unmet Authentication Requirements §2, RFC 9470 §5); a wish stays one.
        return requested.IsNeeded ? UnmetAcr.Refuse : null;
    }

    /// <summary>
    /// What tokens say: of the classes asked for the first that the sign-in meets, so that an API which asked for it is content (RFC 9470 §4);
    /// else its own. Without being asked they say no more than that it was stronger than the least.
    /// </summary>
    internal static string? Said(RequestedAcr requested, Session session)
    {
        if (requested.Values.FirstOrDefault(value => Meets(session.Acr, value)) is { } met) return met;
        return requested.IsAsked || session.Acr != OneFactor ? session.Acr : null;
    }

    private static bool Meets(string? acr, string wanted) => Array.IndexOf(Known, wanted) is >= 0 and var least && Array.IndexOf(Known, acr) >= least;
}

/// <summary>The class of sign-in that a request asks for. Made by <see cref="AcrRules.Read"/> alone.</summary>
public sealed class RequestedAcr
{
    internal RequestedAcr(IReadOnlyList<string> values, bool isNeeded, bool isAsked)
    {
        Values = values;
        IsNeeded = isNeeded;
        IsAsked = isAsked;
    }

    /// <summary>The most welcome first; empty where any will do.</summary>
    public IReadOnlyList<string> Values { get; }

    /// <summary>Whether none of them is an error.</summary>
    public bool IsNeeded { get; }

    /// <summary>Whether the client wants to hear which it was.</summary>
    public bool IsAsked { get; }
}

/// <summary>What becomes of a sign-in that is of no class asked for.</summary>
internal enum UnmetAcr
{
    SignInAgain,
    Refuse,
}
