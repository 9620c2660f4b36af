using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Http;

/// <summary>
/// The client that a request begins with: a registered one, or one whose identifier is the address of its metadata
/// (draft-ietf-oauth-client-id-metadata-document). What the document said is kept as that client's row, so that every node and all that comes later
/// (tokens, consents, logout) knows the client as any other; a sign-in that begins when it is old fetches it again.
/// </summary>
internal sealed class ClientDocuments(
    Registry registry, Clients clients, KeptDocuments kept, ClientDocumentFetch fetch, Settings settings, ILogger<ClientDocuments> logger)
{
    /// <summary>The client; null where there is none of that identifier, or its document isn't there or isn't right.</summary>
    public async Task<Client?> FindClientAsync(string clientId, CancellationToken cancellation)
    {
        // 1. Any other client is a registered one; generated identifiers begin otherwise.
        if (!clientId.StartsWith("https://", StringComparison.Ordinal))
            return await registry.FindClientAsync(clientId, cancellation);

        // 2. An address that may be asked.
        if (!settings.Registration.ClientIdMetadataDocuments || !ClientDocumentRules.IsAddress(clientId)
            || !HostPattern.Allows(settings.Registration.ClientIdMetadataHosts, new Uri(clientId).Host))
            return null;

        // 3. What it said, if that is fresh; or else what it says now. An old document is no reason to go on when the new can't be had.
        var held = await clients.FindAsync(clientId, cancellation);
        if (held is not null && (held.DocumentFreshUntil is not { } end || end > kept.Now))
            return held; // one without is an operator's, whatever lies there
        if (held is null && await kept.IsDeniedAsync(clientId, cancellation))
            return null;
        if (await fetch.GetAsync(clientId, cancellation) is not { } document)
            return null;
        switch (await kept.DecideAsync(clientId, held, document, cancellation))
        {
            case Validated<Client>.Valid { Value: var client }:
                return await kept.KeepAsync(held, client, cancellation);
            case Validated<Client>.Invalid { Error: var error }:
                Log.ClientDocumentRefused(logger, clientId, error.Member);
                fetch.Refuse(clientId, kept.Now);
                return null;
            default:
                return null;
        }
    }
}

/// <summary>Clients as they are kept of their documents, within the policy for them.</summary>
internal sealed class KeptDocuments(
    Registry registry, Clients clients, Registrations registrations, RegistrationPolicies policies, SectorIdentifiers sectors, AuditTrail audit)
{
    public DateTimeOffset Now => audit.Now;

    /// <summary>Whether an operator removed the client and wants it to stay so.</summary>
    public Task<bool> IsDeniedAsync(string clientId, CancellationToken cancellation) => registrations.IsDeniedAsync(clientId, cancellation);

    public async Task<Validated<Client>> DecideAsync(string clientId, Client? held, FetchedDocument document, CancellationToken cancellation)
    {
        var policy = await policies.FindOrAddAsync(RegistrationPolicy.Documents with { CreatedAt = Now }, cancellation);
        if (!policy.IsStanding(Now))
            return new MetadataError("policy", "has ended");
        var known = await registry.FindResourcesAsync(policy.Resources.Union(held?.Resources ?? [], StringComparer.Ordinal), cancellation);
        var decided = ClientDocumentRules.Decide(document.Content, clientId, policy, known, held);
        if (decided is not Validated<Client>.Valid { Value: var client })
            return decided;
        if (await sectors.RefuseAsync(client, cancellation) is { } elsewhere)
            return elsewhere;
        return Validated.Of(client with { DocumentFreshUntil = Now + document.FreshFor });
    }

    /// <summary>The client, kept; null where there is no room for one more, or an operator wants none there.</summary>
    public async Task<Client?> KeepAsync(Client? held, Client client, CancellationToken cancellation)
    {
        if (held is null)
        {
            var outcome = await registrations.AddAsync(client, tokenHash: null, Now, CancellationToken.None);
            if (outcome == RegistrationOutcome.Registered)
                await TellAsync(AuditAction.ClientRegistered, null, client);
            return outcome switch
            {
                RegistrationOutcome.Registered => client,
                RegistrationOutcome.Taken => await clients.FindAsync(client.ClientId, cancellation),
                _ => null,
            };
        }

        // Where it may do less than before, what its living tokens say is old: the update sees to that.
        await registrations.ReplaceAsync(client, Now, CancellationToken.None);
        await TellAsync(AuditAction.ClientReconfigured, held, client);
        return client with { TokensNotBefore = held.TokensNotBefore };
    }

    // What a document says anew is told where it says something else.
    private async Task TellAsync(AuditAction action, Client? before, Client after)
    {
        var (was, isNow) = (before is null ? null : AuditTold.DocumentOf(before), AuditTold.DocumentOf(after));
        if (!JsonNode.DeepEquals(was, isNow))
            await audit.RecordAsync(action, Actor.System("client metadata document"), AuditTarget.Client(after.ClientId), was, isNow, cancellation: CancellationToken.None);
    }
}
