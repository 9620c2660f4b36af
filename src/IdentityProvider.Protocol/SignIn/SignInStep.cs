namespace IdentityProvider.Protocol.SignIn;

/// <summary>What comes after something was proven.</summary>
public abstract class SignInStep
{
    private SignInStep()
    {
    }

    /// <summary>The person is signed in.</summary>
    public sealed class Begin : SignInStep
    {
        internal Begin(IReadOnlyList<string> amr, bool isRemembered) => (Amr, IsRemembered) = (amr, isRemembered);

        /// <summary>What the session says of how it came to be.</summary>
        public IReadOnlyList<string> Amr { get; }

        /// <summary>Whether the second factor is one that this browser proved on another day.</summary>
        public bool IsRemembered { get; }
    }

    /// <summary>The person must prove a second factor.</summary>
    public sealed class AskSecondFactor : SignInStep
    {
        internal AskSecondFactor()
        {
        }
    }

    /// <summary>The person must set up a second factor, having none.</summary>
    public sealed class Enroll : SignInStep
    {
        internal Enroll()
        {
        }
    }
}
