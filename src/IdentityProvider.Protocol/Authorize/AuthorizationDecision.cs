namespace IdentityProvider.Protocol.Authorize;

/// <summary>
/// What becomes of an authorization request: accepted, refused on a page of ours, or refused by redirect. The last needs a
/// <see cref="ReturnAddress"/>, which only a registered redirect URI gives (RFC 6749 §4.1.2.1).
/// </summary>
public abstract class AuthorizationDecision
{
    private AuthorizationDecision()
    {
    }

    /// <summary>Why not, whoever is told; null where it is accepted.</summary>
    public Refusal? ReasonOrNull => this switch { PageError page => page.Reason, RedirectError redirect => redirect.Reason, _ => null };

    public static implicit operator AuthorizationDecision(AuthorizationRequest request) => new Accepted(request);

    /// <summary>The request is well formed and allowed; what the person must do first is the dispatcher's (<see cref="NextStep"/>).</summary>
    public sealed class Accepted : AuthorizationDecision
    {
        internal Accepted(AuthorizationRequest request) => Request = request;

        public AuthorizationRequest Request { get; }
    }

    /// <summary>There is nobody to redirect to: the person is told.</summary>
    public sealed class PageError : AuthorizationDecision
    {
        internal PageError(Refusal reason) => Reason = reason;

        public Refusal Reason { get; }
    }

    /// <summary>The client is told, at its registered address.</summary>
    public sealed class RedirectError : AuthorizationDecision
    {
        internal RedirectError(Refusal reason, ReturnAddress returnAddress)
        {
            Reason = reason;
            ReturnAddress = returnAddress;
        }

        public Refusal Reason { get; }

        public ReturnAddress ReturnAddress { get; }
    }
}
