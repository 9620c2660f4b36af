namespace IdentityProvider.Protocol.Upstream;

/// <summary>
/// Who somebody from an upstream is here. A link is by the issuer and its <c>sub</c>, made by the person's own choice; an address that an
/// upstream names, verified or not, never leads into an account that is there already.
/// </summary>
public static class UpstreamAccountRules
{
    /// <summary>Of one person.</summary>
    public const int MostLinks = 10;

    /// <summary>Decides a sign-in.</summary>
    /// <param name="upstream">Whose word it is.</param>
    /// <param name="person">What it says.</param>
    /// <param name="known">What is known here.</param>
    /// <param name="wantsNew">Whether the person said that they have no account here yet.</param>
    public static UpstreamAccountDecision Decide(UpstreamProvider upstream, UpstreamPerson person, UpstreamAccounts known, bool wantsNew)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        ArgumentNullException.ThrowIfNull(person);
        ArgumentNullException.ThrowIfNull(known);

        // 1. Whoever is linked signs in.
        if (known.Linked is { } userId)
            return new UpstreamAccountDecision.SignIn(userId);

        // 2. An address that counts, of somebody who is here: they sign in as ever, and link.
        if (person.Email is not null && known.EmailIsTaken)
            return new UpstreamAccountDecision.Refused(Refusal.UpstreamEmailTaken);

        // 3. The operator's policy.
        if (upstream.Create == UpstreamCreation.Never)
            return new UpstreamAccountDecision.Refused(Refusal.UpstreamAccountUnknown);
        if (upstream.Create == UpstreamCreation.Invited && !(person.Email is not null && known.IsInvited))
            return new UpstreamAccountDecision.Refused(Refusal.UpstreamNotInvited);

        // 4. Nobody of that address is here. Where no address counts, the person alone knows whether they have an account already.
        return person.Email is not null || wantsNew ? new UpstreamAccountDecision.Create() : new UpstreamAccountDecision.Ask();
    }

    /// <summary>Decides whether an account gets a link; null where it may, or has it.</summary>
    /// <param name="account">Whose account.</param>
    /// <param name="linked">Whose link it is by now; null for nobody's.</param>
    /// <param name="links">How many the account has.</param>
    public static Refusal? RefuseLink(Guid account, Guid? linked, int links)
    {
        // 1. It is nobody else's.
        if (linked is { } other && other != account)
            return Refusal.UpstreamLinkTaken;

        // 2. There is room.
        return linked is null && links >= MostLinks ? Refusal.UpstreamLinksTooMany : null;
    }

    /// <summary>Decides whether a link may go; null where it may.</summary>
    /// <param name="otherWays">How many other ways to sign in the person has: a password, passkeys, links to upstreams that are on.</param>
    public static Refusal? RefuseUnlink(int otherWays) => otherWays > 0 ? null : Refusal.UpstreamLinkLast;
}

/// <summary>What is known here when somebody comes from an upstream.</summary>
/// <param name="Linked">The account that this subject is linked to.</param>
/// <param name="EmailIsTaken">Whether an account here has the address that counts, as its address or as its name.</param>
/// <param name="IsInvited">Whether an invitation to it is open.</param>
public sealed record UpstreamAccounts(Guid? Linked, bool EmailIsTaken, bool IsInvited);

/// <summary>Who somebody is here. Closed.</summary>
public abstract class UpstreamAccountDecision
{
    private UpstreamAccountDecision()
    {
    }

    /// <summary>An account of ours.</summary>
    public sealed class SignIn : UpstreamAccountDecision
    {
        internal SignIn(Guid userId) => UserId = userId;

        public Guid UserId { get; }
    }

    /// <summary>Somebody new.</summary>
    public sealed class Create : UpstreamAccountDecision
    {
        internal Create()
        {
        }
    }

    /// <summary>Somebody new, or somebody who should sign in and link: they are asked.</summary>
    public sealed class Ask : UpstreamAccountDecision
    {
        internal Ask()
        {
        }
    }

    public sealed class Refused : UpstreamAccountDecision
    {
        internal Refused(Refusal reason) => Reason = reason;

        public Refusal Reason { get; }
    }
}
