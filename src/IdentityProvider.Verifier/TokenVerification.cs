namespace IdentityProvider.Verifier;

/// <summary>The outcome of verifying a token: <see cref="Accepted"/> or <see cref="Refused"/>, and nothing else.</summary>
public abstract class TokenVerification
{
    private TokenVerification()
    {
    }

    /// <summary>Every check passed.</summary>
    public sealed class Accepted : TokenVerification
    {
        internal Accepted(VerifiedToken token) => Token = token;

        /// <summary>What the token says.</summary>
        public VerifiedToken Token { get; }
    }

    /// <summary>One check failed.</summary>
    public sealed class Refused : TokenVerification
    {
        internal Refused(VerifierRefusal reason, string detail)
        {
            Reason = reason;
            Detail = detail;
        }

        /// <summary>Why: one value per rule.</summary>
        public VerifierRefusal Reason { get; }

        /// <summary>Which member, limit or answer, for a person who reads the log; no token and no claim's value.</summary>
        public string Detail { get; }

        /// <inheritdoc/>
        public override string ToString() => $"{Reason}: {Detail}";
    }
}
