using System.Buffers.Text;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Logout;
using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.Endpoints.Logout;

/// <summary>Makes logout tokens: of this moment, and about the person as the client knows them.</summary>
internal sealed class LogoutTokens(KeyRing keys, SubjectIdentifiers subjects, Settings settings, Entropy entropy, TimeProvider clock)
{
    public async Task<string> SignAsync(Client client, Guid userId, Guid sessionId, CancellationToken cancellation)
    {
        var key = await keys.ActiveAsync(client.IdTokenSignedResponseAlg, cancellation);
        var about = new EndedSession(client.ClientId, subjects.Of(client, userId), sessionId);
        return LogoutToken.Sign(about, key, settings.Issuer, Base64Url.EncodeToString(entropy.Bytes(16)), clock.GetUtcNow());
    }
}
