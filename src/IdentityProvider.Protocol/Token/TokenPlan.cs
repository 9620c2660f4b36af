using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.RichAuthorization;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Protocol.Token;

/// <summary>
/// What a token request earned: everything that is to be minted, decided. Made by the rules of a grant alone, so nothing can be minted
/// that no rule allowed.
/// </summary>
public sealed class TokenPlan
{
    internal TokenPlan(AccessTokenPlan accessToken, IdTokenPlan? idToken = null, RefreshToken? refreshToken = null)
    {
        AccessToken = accessToken;
        IdToken = idToken;
        RefreshToken = refreshToken;
    }

    public AccessTokenPlan AccessToken { get; }

    public IdTokenPlan? IdToken { get; }

    public RefreshToken? RefreshToken { get; }
}

/// <summary>An access token to be minted (RFC 9068 §2.2).</summary>
public sealed class AccessTokenPlan
{
    internal AccessTokenPlan(AuthenticatedClient client, TokenFamily? family, AccessTokenTarget target, ScopeSet scope, DateTimeOffset now, DateTimeOffset? notAfter = null)
    {
        Client = client.Client;
        Confirmation = client.Confirmation;
        Family = family;
        Target = target;
        Scope = target.Narrow(scope);
        IssuedAt = now;
        var end = now + target.Lifetime < notAfter ? now + target.Lifetime : notAfter ?? now + target.Lifetime;
        ExpiresAt = family is not null && family.ExpiresAt < end ? family.ExpiresAt : end;
    }

    public Client Client { get; }

    /// <summary>What whoever uses it must hold: what the request for it proved to hold, and nothing that anyone stored.</summary>
    public Confirmation? Confirmation { get; }

    /// <summary>The sign-in it belongs to; null for a client on its own behalf.</summary>
    public TokenFamily? Family { get; }

    /// <summary>Who acts for the subject (RFC 8693 §4.1); null where nobody is seen to.</summary>
    public Actor? Actor { get; internal init; }

    /// <summary>Who signed in, for what the API's mapping says of them; null where nobody did.</summary>
    public UserClaims? User { get; internal init; }

    public AccessTokenTarget Target { get; }

    /// <summary>The API's, or for UserInfo alone one that the client's profile allows (FAPI 2.0 §5.4.1).</summary>
    public SignatureAlgorithm Algorithm => Client.Accepts(Target.Algorithm) ? Target.Algorithm : Client.IdTokenSignedResponseAlg;

    public ScopeSet Scope { get; }

    /// <summary>What it says beyond scopes: those granted that mean something at the target (RFC 9396 §9.1).</summary>
    public AuthorizationDetails Details { get; internal init; } = AuthorizationDetails.None;

    public DateTimeOffset IssuedAt { get; }

    public DateTimeOffset ExpiresAt { get; }
}

/// <summary>An ID token to be minted (OpenID Connect Core §2).</summary>
public sealed class IdTokenPlan
{
    internal IdTokenPlan(Client client, TokenFamily family, UserClaims user, Guid? sessionId, string? nonce, DateTimeOffset now)
    {
        Client = client;
        Family = family;
        User = user;
        SessionId = sessionId;
        Nonce = nonce;
        IssuedAt = now;
    }

    public Client Client { get; }

    public TokenFamily Family { get; }

    /// <summary>Who signed in.</summary>
    public UserClaims User { get; }

    /// <summary>The request that it answers (CIBA Core §10.3.1); null for any other grant.</summary>
    public string? AuthReqId { get; internal init; }

    /// <summary>The session that the sign-in hangs on or came from.</summary>
    public Guid? SessionId { get; }

    /// <summary>The authorization request's; null where it had none and at every refresh (Core §12.2).</summary>
    public string? Nonce { get; }

    public DateTimeOffset IssuedAt { get; }
}
