using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Token;

namespace IdentityProvider.Server.Endpoints.Token;

/// <summary>A client on its own behalf (RFC 6749 §4.4). Nothing is committed, and once warm nothing is read: memory and one signature.</summary>
internal sealed class ClientCredentialsGrant(Registry registry, TokenMint mint, TimeProvider clock)
{
    public async ValueTask<Decision<TokenResponse>> IssueAsync(TokenRequest.ClientCredentials request, AuthenticatedClient client, CancellationToken cancellation)
    {
        var resources = await registry.FindResourcesAsync(client.Client.Resources, cancellation);
        return ClientCredentialsRules.Decide(request, client, resources, clock.GetUtcNow()).Try(out var plan, out var reason)
            ? await mint.MintAsync(plan, cancellation)
            : reason;
    }
}
