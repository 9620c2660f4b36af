using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Protocol.Tokens;

/// <summary>What is stored about an access token that verified; null for what isn't there.</summary>
/// <param name="Client">The client it was issued to.</param>
/// <param name="Family">The sign-in that it names, if it names one.</param>
/// <param name="User">Whose sign-in that is.</param>
/// <param name="IsRevoked">Whether this very token was revoked, or the key that signed it.</param>
public sealed record AccessTokenFacts(Client? Client, TokenFamily? Family, UserClaims? User, bool IsRevoked)
{
    /// <summary>The APIs that it is for, where somebody asks who may be told what they are told of the person.</summary>
    public IReadOnlyList<Resource> Apis { get; init; } = [];
}

/// <summary>Whether a token that verified still stands: the one answer that UserInfo and introspection give alike.</summary>
public static class AccessTokenRules
{
    public static Refusal? RefuseRevoked(VerifiedAccessToken token, AccessTokenFacts facts, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(facts);

        // 1. It was not revoked itself (RFC 7009 §2.1), and its client is still one.
        if (facts.IsRevoked || facts.Client is null)
            return Refusal.BearerTokenRevoked;

        // 2. What the client got for itself, on its own behalf or for another's token, was not all taken back since. Its date has whole seconds.
        var isOfItsOwn = token.FamilyId is null || facts.Family?.ClientId != token.ClientId;
        if (isOfItsOwn && facts.Client.TokensNotBefore is { } moment && token.IssuedAt <= moment)
            return Refusal.BearerTokenRevoked;
        if (token.FamilyId is not { } familyId)
            return null;

        // 3. Its sign-in lasts, and its person may still sign in.
        var stands = facts.Family is { } family && family.FamilyId == familyId && family.IsAlive(now)
            && facts.User is { IsActive: true } user && user.UserId == family.UserId;
        return stands ? null : Refusal.BearerTokenRevoked;
    }
}
