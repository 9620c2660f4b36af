using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Logout;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.SignIn;

namespace IdentityProvider.Server.Pages;

/// <summary>What the signed-out page has this browser load, so that the apps of its session sign it out too (OpenID Connect Front-Channel Logout 1.0 §2).</summary>
internal sealed class LogoutFrames(BrowserSessions sessions, Registry registry, Settings settings)
{
    public async Task<IReadOnlyList<string>> OfAsync(Session session, CancellationToken cancellation)
    {
        var clients = new List<Client>();
        foreach (var clientId in await sessions.ClientsOfAsync(session, cancellation))
        {
            if (await registry.FindClientAsync(clientId, cancellation) is { } client)
                clients.Add(client);
        }

        return FrontChannelLogout.Frames(clients, settings.Issuer, session.SessionId);
    }
}
