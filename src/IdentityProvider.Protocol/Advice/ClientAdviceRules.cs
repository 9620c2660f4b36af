using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Protocol.Advice;

/// <summary>How each kind of client is built and registered. Its addresses are examples to be replaced.</summary>
internal static class ClientAdviceRules
{
    public static IReadOnlyList<ClientAdvice> Decide(Needs needs, ApiAdvice api, string identifier, string scope)
    {
        var clients = needs.Clients.Distinct().Order().Select(kind => Of(kind, needs, identifier, scope));
        return api.Revocation == RevocationStyle.Introspection ? [.. clients, WhoAsks(api, identifier)] : [.. clients];
    }

    private static ClientAdvice Of(ClientKind kind, Needs needs, string identifier, string scope) => kind switch
    {
        ClientKind.Web => new(
            "web",
            "samples/partner-app",
            WithServer("Web application", identifier, scope),
            needs is { Verifiers: VerifierCount.One, Clients.Count: 1 }
                ? "The browser holds a session cookie of the application's own, and its server keeps the tokens. If the API is that server itself, the session is enough and it needs no access token."
                : "The browser holds a session cookie of the application's own, and its server keeps the tokens."),

        // A backend can end its session in the same instant; a token in a page's memory is out of everybody's reach.
        ClientKind.Spa when needs.Revocation == RevocationNeed.Immediate => new(
            "spa",
            "samples/bff",
            WithServer("Single-page app, by its backend", identifier, scope),
            "A backend for the frontend holds the tokens, and the browser one session cookie: nothing that a script could steal, and a sign-out ends it at once."),
        ClientKind.Spa => new(
            "spa",
            "samples/spa",
            Common("Single-page app", identifier, scope) with
            {
                TokenEndpointAuthMethod = "none",
                RedirectUris = ["https://spa.example.com/callback"],
                PostLogoutRedirectUris = ["https://spa.example.com/"],
                AllowedOrigins = ["https://spa.example.com"],
                RefreshTokenDelivery = "cookie",
            },
            "The access token stays in the page's memory and the refresh token out of scripts' reach, in an HttpOnly cookie of the issuer's site; nothing is in localStorage. With a server at hand, samples/bff keeps all tokens from the browser."),
        ClientKind.Native => new(
            "native",
            "samples/native",
            Common("Native app", identifier, $"{scope} offline_access") with
            {
                ApplicationType = "native",
                TokenEndpointAuthMethod = "none",
                RedirectUris = ["http://127.0.0.1/callback"],
            },
            "It signs in with the system's browser and comes back to a port of loopback; no secret is shipped, PKCE stands in for it, and the refresh token rotates."),
        _ => new(
            "service",
            "samples/service-to-service",
            new()
            {
                ClientName = "Service",
                GrantTypes = [GrantTypes.ClientCredentials],
                TokenEndpointAuthMethod = "client_secret_basic",
                Scope = scope,
                Resources = [identifier],
            },
            "It gets a token on its own behalf and keeps it until shortly before it expires; there is no refresh token and no person."),
    };

    private static ClientAdvice WhoAsks(ApiAdvice api, string identifier) => api.CheckedBy == Checkpoint.Gateway
        ? new("api", "samples/gateway", new() { ClientName = "Gateway", Introspects = [identifier] }, "The gateway asks about each token, and what it lets through the services behind it trust.")
        : new("api", "docs/integrating.md", new() { ClientName = "API", Introspects = [identifier] }, "The API authenticates as this client to ask about its tokens; it can ask about no other API's.");

    private static ClientMetadata WithServer(string name, string identifier, string scope) => Common(name, identifier, scope) with
    {
        TokenEndpointAuthMethod = "client_secret_basic",
        RedirectUris = ["https://app.example.com/callback"],
        PostLogoutRedirectUris = ["https://app.example.com/signed-out"],
        BackchannelLogoutUri = "https://app.example.com/backchannel-logout",
        BackchannelLogoutSessionRequired = true,
    };

    private static ClientMetadata Common(string name, string identifier, string scope) => new()
    {
        ClientName = name,
        GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken],
        Scope = $"openid profile {scope}",
        Resources = [identifier],
    };
}
