using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Protocol.Admin;

/// <summary>Which access tokens open administration (RFC 9068 §4). That it is shown by whom it was issued to is decided before.</summary>
public static class AdminTokenRules
{
    /// <param name="token">A token that verified.</param>
    /// <param name="issuer">Our identifier.</param>
    /// <param name="facts">What is stored.</param>
    /// <param name="roles">Those of the person's roles that open administration, as they are now; empty where there is no person.</param>
    /// <param name="now">The moment.</param>
    public static Decision<AdminAuthority> Decide(VerifiedAccessToken token, string issuer, AccessTokenFacts facts, IReadOnlyList<string> roles, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(roles);

        // 1. It is for this API (RFC 9068 §4).
        if (!token.Audience.Contains(AdminApi.IdentifierOf(issuer), StringComparer.Ordinal))
            return Refusal.BearerTokenForAnotherAudience;

        // 2. It stands: it, its key, its client, and where it is a person's, their sign-in and account.
        if (AccessTokenRules.RefuseRevoked(token, facts, now) is { } revoked)
            return revoked;

        // 3. Its client has this API by an operator's word alone, and has it still.
        if (facts.Client is null || !MayHave(facts.Client, issuer))
            return Refusal.AdminClientNotNamed;

        // 4. Nobody acts for another: what was done is in the audit by who did it (RFC 8693 §4.1).
        if (token.Actor is not null)
            return Refusal.AdminByAnother;

        // 5. A person has a role for it.
        if (token.FamilyId is null)
            return AdminAuthority.OfClient(token.Scope.Intersect(facts.Client.Scope));
        return OfPerson(token.Scope, facts.Client, roles);
    }

    /// <summary>How far a person's word goes by an app that they signed in to.</summary>
    internal static Decision<AdminAuthority> OfPerson(ScopeSet scope, Client client, IReadOnlyList<string> roles) =>
        roles.Count == 0 ? Refusal.AdminRoleInsufficient : AdminAuthority.OfPerson(scope.Intersect(client.Scope), roles);

    /// <summary>Whether a client may have tokens for this API: an operator registered it, and named the API. One that registered itself never may.</summary>
    public static bool MayHave(Client client, string issuer)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.RegisteredBy is null && Names(client, issuer);
    }

    /// <summary>Whether a client is registered for this API in any way, which makes its registration a matter for admins.</summary>
    public static bool Names(Client client, string issuer)
    {
        ArgumentNullException.ThrowIfNull(client);
        var own = AdminApi.IdentifierOf(issuer);
        return client.Resources.Contains(own, StringComparer.Ordinal) || client.Introspects.Contains(own, StringComparer.Ordinal)
            || client.TokenExchange?.Resources.Contains(own, StringComparer.Ordinal) == true;
    }
}
