using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Server.Http;

/// <summary>From a request to the client that made it (RFC 6749 §2.3): reads header and form, finds the client, lets the rules decide.</summary>
public static class ClientAuthentication
{
    public static async ValueTask<Decision<AuthenticatedClient>> ReadAsync(HttpContext http, Parameters parameters)
    {
        if (!ClientAuthenticationRules.Read(http.Request.Headers.Authorization, parameters).Try(out var presented, out var reason))
            return reason;
        var client = await http.RequestServices.GetRequiredService<Registry>().FindClientAsync(presented.ClientId, http.RequestAborted);
        return ClientAuthenticationRules.Decide(presented, client, http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());
    }
}
