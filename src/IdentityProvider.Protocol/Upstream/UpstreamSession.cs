namespace IdentityProvider.Protocol.Upstream;

/// <summary>
/// The sign-in elsewhere that a session of ours came from: what a logout there names, and who to tell of a logout here. No token of the upstream
/// is kept.
/// </summary>
/// <param name="Issuer">The upstream's issuer.</param>
/// <param name="Subject">Whom it knows the person as.</param>
/// <param name="SessionId">Its <c>sid</c> (OpenID Connect Back-Channel Logout 1.0 §2.1); null where it named none.</param>
public sealed record UpstreamSession(string Issuer, string Subject, string? SessionId);
