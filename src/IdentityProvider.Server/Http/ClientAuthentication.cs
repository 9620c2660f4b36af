using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Audit;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Http;

/// <summary>
/// From a request to the client that made it (RFC 6749 §2.3): reads header and form, finds the client and what it can be checked by, lets the
/// rules decide, and spends what may be shown once.
/// </summary>
public static class ClientAuthentication
{
    public static async ValueTask<Decision<AuthenticatedClient>> ReadAsync(HttpContext http, Parameters parameters)
    {
        if (!ClientAuthenticationRules.Read(http.Request.Headers.Authorization, parameters).Try(out var presented, out var reason))
            return reason;
        var client = await http.RequestServices.GetRequiredService<Registry>().FindClientAsync(presented.ClientId, http.RequestAborted)
            ?? await http.RequestServices.GetRequiredService<ClientDocuments>().FindClientAsync(presented.ClientId, http.RequestAborted);
        var decision = await DecideAsync(http, presented, client);
        if (!decision.Try(out _, out reason))
        {
            // Names that somebody makes up are one line.
            http.RequestServices.GetRequiredService<AuditTally>().Count(
                AuditAction.ClientRefused, Actor.Anonymous.By(http), client is null ? AuditTarget.NoClient : AuditTarget.Client(client.ClientId), ("reason", reason.ToString()));
        }

        return decision;
    }

    private static async ValueTask<Decision<AuthenticatedClient>> DecideAsync(HttpContext http, PresentedClient presented, Client? client)
    {
        if (presented.Method == ClientAuthenticationMethod.PrivateKeyJwt)
            return await ByAssertionAsync(http, presented, client);
        return ClientCertificateRules.IsFor(client)
            ? await ByCertificateAsync(http, presented, client!)
            : ClientAuthenticationRules.Decide(presented, client, Now(http));
    }

    private static async Task<Decision<AuthenticatedClient>> ByCertificateAsync(HttpContext http, PresentedClient presented, Client client)
    {
        var services = http.RequestServices;
        var certificate = services.GetRequiredService<ClientCertificates>().Read(http);
        var keys = certificate is null || client.TokenEndpointAuthMethod == ClientAuthenticationMethod.TlsClientAuth
            ? ClientKeySet.Empty
            : await services.GetRequiredService<ClientKeys>().FindSetAsync(client, set => set.HasCertificate(certificate.Sha256.Span), http.RequestAborted);
        return ClientCertificateRules.Decide(presented, client, certificate, keys, Now(http));
    }

    private static async Task<Decision<AuthenticatedClient>> ByAssertionAsync(HttpContext http, PresentedClient presented, Client? client)
    {
        var services = http.RequestServices;
        var keys = client is { TokenEndpointAuthMethod: ClientAuthenticationMethod.PrivateKeyJwt }
            ? await services.GetRequiredService<ClientKeys>().FindAsync(client, presented.Kid, http.RequestAborted)
            : ClientKeySet.Empty.Verification;

        // The issuer, the token endpoint, and the endpoint that is asked (RFC 7523 §3, RFC 9126 §2).
        var issuer = services.GetRequiredService<Settings>().Issuer;
        var now = Now(http);
        if (!ClientAssertionRules.Decide(presented, client, keys, [issuer, issuer + "/token", issuer + http.Request.Path], now).Try(out var assertion, out var reason))
            return reason;
        return assertion.Spend(await services.GetRequiredService<SpentIdentifiers>().SpendAsync(
            VerifiedClientAssertion.Purpose, assertion.ClientId, assertion.Jti, assertion.ExpiresAt, now, http.RequestAborted));
    }

    private static DateTimeOffset Now(HttpContext http) => http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
}
