namespace IdentityProvider.Protocol.Clients;

/// <summary>What an operator may let a client exchange (RFC 8693 §5).</summary>
internal static class ClientExchangeRules
{
    private const string Member = "token_exchange";

    /// <summary>A list that wasn't written is one that names nothing, which is not what the reader of JSON makes of it.</summary>
    public static Client Read(ClientMetadata metadata, Client client) => client with
    {
        TokenExchange = metadata.TokenExchange is not { } policy
            ? null
            : policy with { SubjectClients = policy.SubjectClients ?? [], SubjectAudiences = policy.SubjectAudiences ?? [], Resources = policy.Resources ?? [] },
    };

    public static MetadataError? Refuse(Client client)
    {
        var usesExchange = client.Allows(GrantTypes.TokenExchange);
        if (client.TokenExchange is not { } policy)
            return Broken(usesExchange, "must say what may be exchanged, as grant_types has the token exchange");
        return
            // 1. Where there is the grant, and a client that proves who it is (RFC 8693 §5).
            Broken(!usesExchange, $"needs the grant type {GrantTypes.TokenExchange}")
            ?? Broken(client.IsPublic, "needs a client that authenticates; this one's token_endpoint_auth_method is none")
            ?? Broken(HasNull(policy), "must not hold null")
            // 2. Something may be exchanged, in some way.
            ?? Broken(policy.SubjectClients.Count + policy.SubjectAudiences.Count == 0, "must name subject_clients or subject_audiences")
            ?? Broken(policy is { Delegation: false, Impersonation: false }, "must allow delegation, impersonation or both")
            // 3. Lists that end, of what the client may have at all.
            ?? Broken(policy.SubjectClients.Count > ClientMetadataRules.MostResources || policy.SubjectAudiences.Count > ClientMetadataRules.MostResources, $"must name at most {ClientMetadataRules.MostResources} of each")
            ?? Broken(policy.SubjectClients.Concat(policy.SubjectAudiences).Any(name => !PlainText.IsPlain(name, WebUris.Longest)), "must name clients and resources in plain text")
            ?? Broken(policy.Resources.Except(client.Resources, StringComparer.Ordinal).Any(), "must name in resources only what the client's resources name")
            ?? Broken(!ScopeSet.TryParse(policy.Scope, out var scope) || !scope.IsSubsetOf(client.Scope), "must name in scope only what the client's scope names");
    }

    // JSON can say what the type can't.
    private static bool HasNull(TokenExchangePolicy policy) => policy.SubjectClients.Concat(policy.SubjectAudiences).Concat(policy.Resources).Any(name => name is null);

    private static MetadataError? Broken(bool broken, string message) => ClientMetadataRules.Refuse(broken, Member, message);
}
