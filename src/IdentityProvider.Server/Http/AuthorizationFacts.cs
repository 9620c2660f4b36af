using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.Http;

/// <summary>What is known where an authorization request is decided on: at <c>/authorize</c> and where it is pushed.</summary>
internal sealed class AuthorizationFacts(Registry registry, ClientDocuments documents, KeyRing keys, SubjectIdentifiers subjects, Settings settings)
{
    public async Task<AuthorizationRules.Known> LoadAsync(string? clientId, CancellationToken cancellation)
    {
        var client = clientId is null ? null : await documents.FindClientAsync(clientId, cancellation);
        var resources = client is null ? [] : await registry.FindResourcesAsync(client.Resources, cancellation);
        return new AuthorizationRules.Known(client, resources, keys.Published, settings.Issuer)
        {
            Subjects = subjects,
            DetailsTypes = await registry.FindDetailsTypesAsync(cancellation),
            OffersAccounts = settings.Accounts.Registration == AccountRegistration.Open,
            RequiresPushing = settings.Authorization.RequirePushedAuthorizationRequests,
        };
    }
}
