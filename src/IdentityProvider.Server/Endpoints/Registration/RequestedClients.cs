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
    /// <summary>What a request writes of a client; null where that can't be read, and was said.</summary>
    public static async Task<RegistrationRequest?> ReadAsync(HttpContext http)
    {
        if (!(await JsonRequest.ReadAsync(http)).Try(out var body, out var reason))
            await RegistrationAnswers.RefuseAsync(http, reason);
        else if (RegistrationRequest.Read(body) is Validated<RegistrationRequest>.Valid { Value: var request })
            return request;
        else
            await RegistrationAnswers.RefuseAsync(http, new MetadataError("metadata", "must be one JSON object, with no member twice"));
        return null;
    }

    /// <summary>The client that comes of it; null where none may, and that was said.</summary>
    /// <param name="http">The request.</param>
    /// <param name="request">What was written.</param>
    /// <param name="policy">What the client may have.</param>
    /// <param name="clientId">The identifier that it gets, or has.</param>
    /// <param name="standing">The client as it is registered; null for a new one.</param>
    public async Task<Client?> DecideAsync(HttpContext http, RegistrationRequest request, RegistrationPolicy policy, string clientId, Client? standing)
    {
        if (!(await DecideAsync(request, policy, clientId, standing, http.RequestAborted)).Try(out var decided, out var reason))
            await RegistrationAnswers.RefuseAsync(http, reason);
        else if (decided is Validated<Client>.Valid { Value: var client })
            return client;
        else
            await RegistrationAnswers.RefuseAsync(http, ((Validated<Client>.Invalid)decided).Error);
        return null;
    }

    private async Task<Decision<Validated<Client>>> DecideAsync(
        RegistrationRequest request, RegistrationPolicy policy, string clientId, Client? standing, CancellationToken cancellation)
    {
        var trusted = request.SoftwareStatement is { } shown ? await KeysForAsync(shown, policy, cancellation) : ClientKeySet.Empty.Verification;
        if (!SoftwareStatementRules.Decide(request.SoftwareStatement, policy, trusted, settings.Issuer, clock.GetUtcNow()).Try(out var statement, out var reason))
            return reason;
        var asked = request.Asked(statement.Claims);
        if (asked is not Validated<ClientMetadata>.Valid { Value: var metadata })
            return (Validated<Client>)((Validated<ClientMetadata>.Invalid)asked).Error;
        var known = await registry.FindResourcesAsync(policy.Resources.Union(standing?.Resources ?? [], StringComparer.Ordinal), cancellation);
        var decided = RegistrationRules.Decide(metadata, policy, clientId, known, standing);

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
