using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Protocol.Token;

/// <summary>A client on its own behalf (RFC 6749 §4.4): no person, so no refresh token, no ID token and no scope about a person.</summary>
public static class ClientCredentialsRules
{
    /// <param name="request">The well-formed request.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="resources">The resources that the client is registered for, those that exist.</param>
    /// <param name="now">The moment.</param>
    public static Decision<TokenPlan> Decide(
        TokenRequest.ClientCredentials request, AuthenticatedClient client, IReadOnlyList<Resource> resources, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(resources);

        // 1. Only who can keep a secret (RFC 6749 §4.4).
        if (client.Client.IsPublic)
            return Refusal.ClientCredentialsForPublicClient;

        // 2. Nothing about a person (OpenID Connect Core §5.4), and only what the client is registered for (RFC 6749 §3.3).
        if (request.Scope is { } asked)
        {
            if (asked.Any(ScopeSet.Identity.Contains))
                return Refusal.IdentityScopeWithoutUser;
            if (!asked.IsSubsetOf(client.Client.Scope))
                return Refusal.ScopeNotAllowed;
        }

        // 3. One resource: the one named, or the only one that knows a scope asked for (RFC 8707 §2).
        var open = request.Resources.Count > 0 || request.Scope is not { Count: > 0 } named
            ? resources
            : [.. resources.Where(resource => resource.Scopes.Any(scope => named.Contains(scope.Name)))];
        if (!AccessTokenTarget.Choose(request.Resources, open, Refusal.ResourceNotAllowed).Try(out var target, out var reason))
            return reason;

        // 4. Each scope asked for means something there; without any asked for, all that the client may have there (RFC 6749 §3.3).
        var scope = target.Narrow((request.Scope ?? client.Client.Scope).Except(ScopeSet.Identity));
        if (request.Scope is not null && scope.Count != request.Scope.Count)
            return Refusal.ScopeNotAllowed;

        return new TokenPlan(new AccessTokenPlan(client, family: null, target, scope, now));
    }
}
