using IdentityProvider.Protocol.Sessions;

namespace IdentityProvider.Protocol.SignIn;

/// <summary>
/// Whether what a person proved is enough: by their own choice, by the policy of the client and of their roles, and by the class of sign-in that
/// the request asks for. The same for a sign-in under way and for a session that stands.
/// </summary>
public static class SignInRules
{
    /// <summary>How long what was proven stands while the second factor is asked for.</summary>
    public static TimeSpan PendingFor { get; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a browser is remembered, so that the second factor isn't asked for in it.</summary>
    public static TimeSpan RememberedFor { get; } = TimeSpan.FromDays(30);

    /// <summary>The next step of a sign-in.</summary>
    /// <param name="proven">What was proven so far (RFC 8176).</param>
    /// <param name="account">What the person has.</param>
    /// <param name="needs">What the sign-in is for.</param>
    /// <param name="isRemembered">Whether the person had this browser remembered, and it still is.</param>
    public static SignInStep Decide(IReadOnlyList<string> proven, AccountFactors account, SignInNeeds needs, bool isRemembered)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(needs);
        var amr = AuthenticationMethods.Join(proven);

        // 1. Two factors were proven: nothing stronger can be asked for.
        if (AuthenticationMethods.AreTwoFactors(amr)) return new SignInStep.Begin(amr, isRemembered: false);

        // 2. The request asks for two factors, now and not on another day; where it only wishes for them, of those who have two (Core §5.5.1.1).
        if (needs.Wish == SecondFactorWish.Essential || (needs.Wish == SecondFactorWish.Voluntary && account.HasSecondFactor)) return AskOrEnroll(account);

        // 3. Nobody asks for two: not the person, who set up an authenticator app against those who get their password, nor the policy.
        var isOwnChoice = account.HasAuthenticator && !amr.Any(AuthenticationMethods.IsPasskey);
        if (!isOwnChoice && !IsPolicy(account, needs)) return new SignInStep.Begin(amr, isRemembered: false);

        // 4. The person proved the second one in this browser before, and had it remembered; one that they have no more doesn't count.
        if (isRemembered && account.HasSecondFactor) return new SignInStep.Begin(amr, isRemembered: true);

        // 5. It is asked for, or set up first.
        return AskOrEnroll(account);
    }

    /// <summary>What a session that stands lacks for what is asked of it now; <see cref="SignInStep.Begin"/> where nothing.</summary>
    /// <param name="session">The session.</param>
    /// <param name="account">What its person has.</param>
    /// <param name="needs">What is asked.</param>
    public static SignInStep Decide(Session session, AccountFactors account, SignInNeeds needs)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(needs);

        // The person's own choice was asked about when the session began: one who sets up an authenticator app isn't asked for it in every browser at once.
        return needs.Wish == SecondFactorWish.None && !IsPolicy(account, needs)
            ? new SignInStep.Begin(session.Amr, session.SecondFactorRemembered)
            : Decide(session.Amr, account, needs, session.SecondFactorRemembered);
    }

    private static bool IsPolicy(AccountFactors account, SignInNeeds needs) => needs.IsRequiredByClient || account.IsRequiredByRole;

    private static SignInStep AskOrEnroll(AccountFactors account) => account.HasSecondFactor ? new SignInStep.AskSecondFactor() : new SignInStep.Enroll();
}
