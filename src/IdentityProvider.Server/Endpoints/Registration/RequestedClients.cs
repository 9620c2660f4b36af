using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.Endpoints.Registration;

/// <summary>From what a client wrote of itself to the client that it becomes: what its policy names is loaded, and the rules decide.</summary>
internal sealed class RequestedClients(Registry registry, KeyRing keys, ClientKeys statementKeys, SectorIdentifiers sectors, Settings settings, TimeProvider clock)
{
    /// <param name="request">What was written.</param>
    /// <param name="policy">What the client may have.</param>
    /// <param name="clientId">The identifier that it gets, or has.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Decision<Validated<Client>>> DecideAsync(RegistrationRequest request, RegistrationPolicy policy, string clientId, CancellationToken cancellation)
    {
        var trusted = request.SoftwareStatement is { } shown ? await KeysForAsync(shown, policy, cancellation) : ClientKeySet.Empty.Verification;
        if (!SoftwareStatementRules.Decide(request.SoftwareStatement, policy, trusted, settings.Issuer, clock.GetUtcNow()).Try(out var statement, out var reason))
            return reason;
        var asked = request.Asked(statement.Claims);
        if (asked is not Validated<ClientMetadata>.Valid { Value: var metadata })
            return (Validated<Client>)((Validated<ClientMetadata>.Invalid)asked).Error;
        var decided = RegistrationRules.Decide(metadata, policy, clientId, await registry.FindResourcesAsync(policy.Resources, cancellation));

        if (decided is Validated<Client>.Valid { Value: var client })
        {
            if (await sectors.RefuseAsync(client, cancellation) is { } elsewhere)
                return (Validated<Client>)elsewhere;

            // An algorithm's key is published before the first token needs it; RS256 always has one.
            foreach (var algorithm in new[] { client.IdTokenSignedResponseAlg, client.AuthorizationSignedResponseAlg, client.IntrospectionSignedResponseAlg, client.UserinfoSignedResponseAlg ?? SignatureAlgorithm.RS256 }.Where(a => a != SignatureAlgorithm.RS256).Distinct())
                await keys.ActiveAsync(algorithm, cancellation);
        }

        return decided;
    }

    // Whoever may vouch for software is the policy's: to be believed about people (`idp issuers`) is another trust.
    private async Task<JsonWebKeySet> KeysForAsync(string statement, RegistrationPolicy policy, CancellationToken cancellation) =>
        policy is { SoftwareStatementIssuer: { } issuer, SoftwareStatementJwksUri: { } uri }
            ? (await statementKeys.FindPublishedAsync(issuer, uri, set => set.Has(SoftwareStatementRules.KidOf(statement)), cancellation)).Verification
            : ClientKeySet.Empty.Verification;
}
