using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.Endpoints.Registration;

/// <summary>From what a client wrote of itself to the client that it becomes: what its policy names is loaded, and the rules decide.</summary>
internal sealed class RequestedClients(Registry registry, KeyRing keys, SectorIdentifiers sectors)
{
    /// <param name="request">What was written.</param>
    /// <param name="policy">What the client may have.</param>
    /// <param name="clientId">The identifier that it gets, or has.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Validated<Client>> DecideAsync(RegistrationRequest request, RegistrationPolicy policy, string clientId, CancellationToken cancellation)
    {
        var asked = request.Asked(claims: null);
        if (asked is not Validated<ClientMetadata>.Valid { Value: var metadata })
            return ((Validated<ClientMetadata>.Invalid)asked).Error;
        var decided = RegistrationRules.Decide(metadata, policy, clientId, await registry.FindResourcesAsync(policy.Resources, cancellation));

        if (decided is Validated<Client>.Valid { Value: var client })
        {
            if (await sectors.RefuseAsync(client, cancellation) is { } elsewhere)
                return elsewhere;

            // An algorithm's key is published before the first token needs it; RS256 always has one.
            foreach (var algorithm in new[] { client.IdTokenSignedResponseAlg, client.AuthorizationSignedResponseAlg, client.IntrospectionSignedResponseAlg, client.UserinfoSignedResponseAlg ?? SignatureAlgorithm.RS256 }.Where(a => a != SignatureAlgorithm.RS256).Distinct())
                await keys.ActiveAsync(algorithm, cancellation);
        }

        return decided;
    }
}
