using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;

namespace IdentityProvider.Protocol.Authorize;

/// <summary>
/// The one dispatcher: what an accepted request needs next. Pages store a fact and come back here; none knows of another
/// (OpenID Connect Core §3.1.2.3 to §3.1.2.6).
/// </summary>
public abstract class NextStep
{
    private NextStep()
    {
    }

    /// <summary>Decides the next step.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="session">The browser's session, alive and of an active account; or null.</param>
    /// <param name="grant">What this person has agreed to give this client before; or null.</param>
    /// <param name="progress">What our pages have noted so far.</param>
    /// <param name="now">The moment.</param>
    /// <param name="account">What the session's person can prove themselves by, and what their roles ask of them; null where nobody is signed in.</param>
    public static NextStep Decide(
        AuthorizationRequest request, Session? session, Grant? grant, AuthorizationProgress progress, DateTimeOffset now, AccountFactors? account = null)
    {
        var prompt = request.SignIn.Prompt;

        // 1. The person said no (RFC 6749 §4.1.2.1).
        if (progress.ConsentDenied) return new Refuse(Refusal.ConsentDenied);

        // 2. prompt=create is met by a sign-in since the request came, whose page leads to the other (Initiating User Registration §4.1).
        if (prompt.Create && (session is null || session.AuthTime < progress.StartedAt)) return new SignUp();

        // 3. Someone is signed in (OpenID Connect Core §3.1.2.3).
        if (session is null) return LoginUnless(prompt.None);

        // 4. The hint, and the sub of claims, mean this person (OpenID Connect Core §3.1.2.1, §5.5.1); one who just signed in as another is not asked again.
        var isFresh = session.AuthTime >= progress.StartedAt;
        if (request.SignIn.Subjects is { } subjects && !subjects.Contains(request.SubjectOf(session.UserId), StringComparer.Ordinal)) return LoginUnless(prompt.None || isFresh);

        // 5. prompt=login, or the wish for another account, is met by a sign-in since the request came (OpenID Connect Core §3.1.2.1).
        if ((prompt.Login || progress.WantsAnotherAccount) && !isFresh) return LoginUnless(prompt.None);

        // 6. The sign-in is not older than max_age, or was made for this request (OpenID Connect Core §3.1.2.1): counted from the whole second that the
        // tokens will say, so that an API which asked for it by the same max_age is content with what it gets (RFC 9470 §4).
        if (request.SignIn.MaxAge is { } maxAge && now - DateTimeOffset.FromUnixTimeSeconds(session.AuthTime.ToUnixTimeSeconds()) > maxAge && !isFresh) return LoginUnless(prompt.None);

        // 7. Two factors stand behind it where the request or policy wants that: what is missing is asked for, and nothing else (RFC 9470 §5).
        switch (SignInRules.Decide(session, account ?? AccountFactors.None, NeedsOf(request)))
        {
            case SignInStep.AskSecondFactor: return prompt.None ? new Refuse(Refusal.LoginRequired) : new SecondFactor(session, mustEnroll: false);
            case SignInStep.Enroll: return prompt.None ? new Refuse(Refusal.LoginRequired) : new SecondFactor(session, mustEnroll: true);
        }

        // 8. The sign-in is of a class that is asked for (OpenID Connect Core §5.5.1.1, RFC 9470 §5).
        switch (AcrRules.Unmet(request.SignIn.Acr, session, isFresh))
        {
            case UnmetAcr.SignInAgain: return LoginUnless(prompt.None);
            case UnmetAcr.Refuse: return new Refuse(Refusal.AuthenticationRequirementsUnmet);
        }

        // 9. prompt=select_account is met by choosing this session, or by signing in (OpenID Connect Core §3.1.2.1).
        if (prompt.SelectAccount && progress.ChosenSession != session.SessionId && !isFresh) return new SelectAccount(session);

        // 10. The person has agreed, and since the request came where an older consent is not enough (OpenID Connect Core §3.1.2.4).
        if (NeedsConsent(request, session, grant, progress)) return prompt.None ? new Refuse(Refusal.ConsentRequired) : new Consent(session);

        return new Issue(session);
    }

    /// <summary>What a sign-in for this request must be.</summary>
    public static SignInNeeds NeedsOf(AuthorizationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new SignInNeeds { IsRequiredByClient = request.Client.RequireMfa, Wish = AcrRules.WishOf(request.SignIn.Acr) };
    }

    // A client that an operator trusts asks nothing, offline_access included: that trust is the "other condition" of OpenID Connect Core §11.
    private static bool NeedsConsent(AuthorizationRequest request, Session session, Grant? grant, AuthorizationProgress progress)
    {
        var client = request.Client;
        var isOfNow = grant is not null && grant.UpdatedAt >= progress.StartedAt;

        // 1. prompt=consent needs a consent since the request came (OpenID Connect Core §3.1.2.1).
        if (request.SignIn.Prompt.Consent && !isOfNow) return true;

        // 2. An operator who vouches for the client has agreed for everyone.
        if (!client.RequireConsent) return false;

        // 3. A native client that another app could pass itself off as is asked about each time (RFC 8252 §8.6, RFC 6749 §10.2); so is a scope that
        // several of these APIs define, for a grant doesn't say of which it is (RFC 8707 §2).
        if ((client.CanBeImpersonatedAt(request.ReturnAddress.RedirectUri.Value) || request.Access.HasSharedScope) && !isOfNow) return true;

        // 4. Authorization details are of one occasion: this person was shown these (RFC 9396 §12).
        if (!request.Details.IsEmpty && progress.DetailsAgreedBy != session.UserId) return true;

        // 5. What was agreed to is all that is asked (OpenID Connect Core §3.1.2.4).
        return grant is null || !grant.Covers(request.Access.Scope, request.Access.ResourceIdentifiers) || !grant.CoversClaims(request.ClaimsBeyondScope);
    }

    private static NextStep LoginUnless(bool noPageMayBeShown) => noPageMayBeShown ? new Refuse(Refusal.LoginRequired) : new Login();

    /// <summary>The person must sign in.</summary>
    public sealed class Login : NextStep
    {
        internal Login()
        {
        }
    }

    /// <summary>The person is signed in, and must prove a second factor too.</summary>
    public sealed class SecondFactor : NextStep
    {
        internal SecondFactor(Session session, bool mustEnroll) => (Session, MustEnroll) = (session, mustEnroll);

        public Session Session { get; }

        /// <summary>They have none yet, and set one up first.</summary>
        public bool MustEnroll { get; }
    }

    /// <summary>The person should make an account.</summary>
    public sealed class SignUp : NextStep
    {
        internal SignUp()
        {
        }
    }

    /// <summary>The person must say whether they go on as who they are.</summary>
    public sealed class SelectAccount : NextStep
    {
        internal SelectAccount(Session session) => Session = session;

        public Session Session { get; }
    }

    /// <summary>The person must be asked what they give.</summary>
    public sealed class Consent : NextStep
    {
        internal Consent(Session session) => Session = session;

        public Session Session { get; }
    }

    /// <summary>Nothing is left to do: the client gets its code.</summary>
    public sealed class Issue : NextStep
    {
        internal Issue(Session session) => Session = session;

        public Session Session { get; }
    }

    /// <summary>The client is told why not.</summary>
    public sealed class Refuse : NextStep
    {
        internal Refuse(Refusal reason) => Reason = reason;

        public Refusal Reason { get; }
    }
}
