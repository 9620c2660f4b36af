using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Server.Http;

namespace IdentityProvider.Server.Endpoints.Token;

/// <summary>A client on its own behalf (RFC 6749 §4.4). Nothing is committed, and once warm nothing is read: memory and one signature.</summary>
internal sealed class ClientCredentialsGrant(Registry registry, TokenMint mint, TimeProvider clock)
{
    public async ValueTask<Decision<TokenResponse>> IssueAsync(TokenRequest.ClientCredentials request, Sender sender, CancellationToken cancellation)
    {
        var resources = await registry.FindResourcesAsync(sender.Client.Client.Resources, cancellation);
        return ClientCredentialsRules.Decide(request, sender.Client, resources, clock.GetUtcNow()).Try(out var plan, out var reason)
            ? await mint.MintAsync(plan, sender, cancellation)
            : reason;
    }
}
