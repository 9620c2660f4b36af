using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Protocol.Introspection;

/// <summary>A well-formed introspection request by a client that may make one. Made by <see cref="IntrospectionRules.Read"/> alone.</summary>
public sealed class IntrospectionRequest
{
    internal IntrospectionRequest(string token, AuthenticatedClient client)
    {
        Token = token;
        Client = client;
    }

    public string Token { get; }

    public AuthenticatedClient Client { get; }
}

/// <summary>
/// Token introspection (RFC 7662). A client learns of tokens for the APIs that it introspects and of its own; of any other token it learns
/// nothing, not even whether there is one (§2.2, §4).
/// </summary>
public static class IntrospectionRules
{
    /// <summary>Reads the request. The hint (RFC 7662 §2.1) saves no look-up here: a token shows what kind it is.</summary>
    public static Decision<IntrospectionRequest> Read(Parameters parameters, AuthenticatedClient client)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(client);

        // 1. Who asks has proved who it is: a public client can't, and could try tokens for ever (RFC 7662 §2.1, §4).
        if (client.Client.IsPublic)
            return Refusal.IntrospectionClientNotAllowed;

        // 2. A token to ask about (RFC 7662 §2.1).
        return parameters["token"] is { } token ? new IntrospectionRequest(token, client) : Refusal.IntrospectionTokenMissing;
    }

    /// <summary>What the client may know of an access token; null: that it isn't active.</summary>
    public static IntrospectionResponse? Decide(
        IntrospectionRequest request, VerifiedAccessToken token, string issuer, AccessTokenFacts facts, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(facts);

        // 1. It is the client's own, or for an API that the client speaks for (RFC 7662 §2.1, §4).
        var caller = request.Client.Client;
        if (!IsOwn(caller, token.ClientId) && !token.Audience.Any(name => caller.Introspects.Contains(name, StringComparer.Ordinal)))
            return null;

        // 2. It stands (RFC 7662 §2.2, §4).
        if (AccessTokenRules.RefuseRevoked(token, facts, now) is not null)
            return null;

        // 3. Of what it was issued for, what its client may still have: an operator may have taken some since.
        var scope = token.Scope.Intersect(facts.Client!.Scope);
        return new IntrospectionResponse
        {
            Issuer = issuer,
            ClientId = token.ClientId,
            Subject = token.Subject,
            Username = scope.Contains("profile") ? facts.User?.Username : null,
            Scope = scope,
            Details = token.Details.OfTypes(facts.Client.AuthorizationDetailsTypes),
            Audience = token.Audience,
            TokenType = Confirmation.TokenTypeOf(token.Confirmation),
            Confirmation = token.Confirmation,
            IssuedAt = token.IssuedAt,
            ExpiresAt = token.ExpiresAt,
            Jti = token.Jti,
            AuthTime = token.AuthTime,
            Acr = token.Acr,
            Actor = token.Actor,
            User = facts.User,
            Apis = [.. facts.Apis.Where(api => caller.Introspects.Contains(api.Identifier, StringComparer.Ordinal))],
        };
    }

    /// <summary>Those of a token's APIs that the one who asks speaks for: what they are told of people, they are told here too.</summary>
    public static IReadOnlyList<string> ApisOf(IntrospectionRequest request, VerifiedAccessToken token)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(token);
        return [.. token.Audience.Intersect(request.Client.Client.Introspects, StringComparer.Ordinal)];
    }

    /// <summary>What the client may know of a refresh token; null: that it isn't active.</summary>
    public static IntrospectionResponse? Decide(
        IntrospectionRequest request, RefreshToken token, string issuer, RefreshTokenFacts facts, TimeSpan idleLimit, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(facts);

        // 1. It is the client's own: nobody else ever holds it rightly.
        if (facts.Family is not { } family || family.FamilyId != token.FamilyId || !IsOwn(request.Client.Client, family.ClientId))
            return null;

        // 2. It is the newest of a family that lives, of a person who may sign in and a session that lasts.
        if (!TokenFamilyRules.IsUsable(token, facts, idleLimit, now))
            return null;

        return new IntrospectionResponse
        {
            Issuer = issuer,
            ClientId = family.ClientId,
            Subject = family.Subject,
            Username = family.Scope.Contains("profile") ? facts.User?.Username : null,
            Scope = family.Scope,
            Audience = [issuer],
            Confirmation = family.Terms.Confirmation,
            IssuedAt = family.RotatedAt,
            ExpiresAt = family.ExpiresAt,
            AuthTime = family.AuthTime,
            Acr = family.Acr,
        };
    }

    private static bool IsOwn(Client client, string clientId) => string.Equals(client.ClientId, clientId, StringComparison.Ordinal);
}
