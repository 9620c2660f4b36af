using IdentityProvider.Jose;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.DPoP;

namespace IdentityProvider.Protocol.PushedAuthorization;

/// <summary>
/// Pushed authorization requests (RFC 9126): the checks of the authorization endpoint when the client pushes, and again, with who may use it, when
/// the browser brings the reference.
/// </summary>
public static class PushedAuthorizationRules
{
    /// <summary>What authenticated the client, or shows that it holds a key: no part of the request, and nothing to keep.</summary>
    private static readonly string[] OfTheClient = ["client_secret", "client_assertion", "client_assertion_type"];

    /// <param name="form">The body.</param>
    /// <param name="opened">The object that it holds (RFC 9126 §3); null where it holds none.</param>
    /// <param name="client">Who pushes.</param>
    /// <param name="known">What the checks of the authorization endpoint need to know.</param>
    /// <param name="now">The moment.</param>
    /// <param name="proof">The request's DPoP proof, which is good; null where it has none.</param>
    public static Decision<PushedRequest> Decide(
        Parameters form, RequestObject? opened, AuthenticatedClient client, AuthorizationRules.Known known, DateTimeOffset now, DPoPProof? proof = null)
    {
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(known);

        // 1. It is the request itself, and no reference to another (RFC 9126 §2.1).
        if (form.Has("request_uri")) return Refusal.RequestUriInPushedRequest;

        // 2. Of a form with an object, the object is all that counts (RFC 9126 §3).
        var parameters = opened?.Parameters ?? form.Without(OfTheClient);

        // 3. A proof names the key of the code, as dpop_jkt would; where there are both, the same (RFC 9449 §10.1).
        if (CodeBindingRules.RefusePushed(parameters, proof) is { } unbound) return unbound;
        if (proof is not null) parameters = parameters.With(CodeBindingRules.Parameter, proof.Thumbprint);

        // 4. All that the authorization endpoint would ask; whatever it would say by redirect or on a page is said here (RFC 9126 §2.1, §2.3).
        known = known with { Client = client.Client, IsPushed = true, IsSigned = opened is not null };
        if (AuthorizationRules.Decide(parameters, known, now).ReasonOrNull is { } reason) return reason;

        return new PushedRequest
        {
            ClientId = client.ClientId,
            Parameters = parameters,
            IsSigned = known.IsSigned,
            ExpiresAt = now + PushedRequest.Lifetime,
        };
    }

    /// <summary>What becomes of a reference that a browser brings.</summary>
    /// <param name="came">What came beside it: of this <c>client_id</c> alone counts (RFC 9101 §6.3, RFC 9126 §4).</param>
    /// <param name="stored">What stands under the reference; null for nothing.</param>
    /// <param name="known">What the checks of the authorization endpoint need to know.</param>
    /// <param name="isUnderWay">Whether it came in time before, and a person is at it on our pages since.</param>
    /// <param name="now">The moment.</param>
    public static AuthorizationDecision Open(Parameters came, PushedRequest? stored, AuthorizationRules.Known known, bool isUnderWay, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(came);
        ArgumentNullException.ThrowIfNull(known);

        // 1. The client is named beside it (RFC 9126 §4, RFC 9101 §5).
        if (came["client_id"] is not { } clientId) return new AuthorizationDecision.PageError(Refusal.AuthorizeClientIdMissing);

        // 2. The reference is ours, and of that client (RFC 9126 §2.2, §4).
        if (stored is null) return new AuthorizationDecision.PageError(Refusal.PushedRequestUnknown);
        if (!string.Equals(stored.ClientId, clientId, StringComparison.Ordinal)) return new AuthorizationDecision.PageError(Refusal.PushedRequestOfAnotherClient);

        // 3. It has not been answered (RFC 9126 §4, §7.3), and came in time (§2.2).
        if (stored.SpentAt is not null) return new AuthorizationDecision.PageError(Refusal.PushedRequestSpent);
        if (!isUnderWay && now >= stored.ExpiresAt) return new AuthorizationDecision.PageError(Refusal.PushedRequestExpired);

        // 4. What was pushed is still allowed (RFC 9126 §2.1: what the client may do can have changed since).
        return AuthorizationRules.Decide(stored.Parameters, known with { IsPushed = true, IsSigned = stored.IsSigned }, now);
    }
}
