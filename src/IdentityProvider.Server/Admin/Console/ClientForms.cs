using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>A client's members as the fields of a form: a list is a line each, and a field that is empty says nothing.</summary>
internal static class ClientForms
{
    /// <summary>How a client can prove who it is, in words.</summary>
    public static IReadOnlyList<(string Value, string Label)> Methods { get; } =
    [
        ("client_secret_basic", "a secret, in a header (client_secret_basic)"),
        ("client_secret_post", "a secret, in the form (client_secret_post)"),
        ("private_key_jwt", "a key of its own (private_key_jwt)"),
        ("tls_client_auth", "a certificate that an authority issued (tls_client_auth)"),
        ("self_signed_tls_client_auth", "a certificate of its own (self_signed_tls_client_auth)"),
        ("none", "not at all: it can keep no secret (none)"),
    ];

    /// <summary>The members that the form has, over those that stand.</summary>
    public static ClientMetadata Read(ConsoleRequest request, ClientMetadata standing) => standing with
    {
        ClientName = request["client_name"],
        RedirectUris = Lines(request["redirect_uris"]),
        PostLogoutRedirectUris = Lines(request["post_logout_redirect_uris"]),
        GrantTypes = Lines(request["grant_types"]),
        TokenEndpointAuthMethod = request["token_endpoint_auth_method"],
        Scope = request["scope"] ?? "",
        Resources = Lines(request["resources"]),
        Introspects = Lines(request["introspects"]),
        AllowedOrigins = Lines(request["allowed_origins"]),
        BackchannelLogoutUri = request["backchannel_logout_uri"],
        FrontchannelLogoutUri = request["frontchannel_logout_uri"],
        JwksUri = request["jwks_uri"],
        LogoUri = request["logo_uri"],
        PolicyUri = request["policy_uri"],
        TosUri = request["tos_uri"],
        RequireConsent = request["require_consent"] == "true",
        RequireMfa = request["require_mfa"] == "true",
        RequirePkce = request["require_pkce"] == "true",
        RequirePushedAuthorizationRequests = request["require_pushed_authorization_requests"] == "true",
        DpopBoundAccessTokens = request["dpop_bound_access_tokens"] == "true",

        // What follows from the grant types is left to follow from the new ones.
        ResponseTypes = null,
    };

    /// <summary>A list as a field has it.</summary>
    public static string Text(IReadOnlyList<string>? lines) => string.Join('\n', lines ?? []);

    /// <summary>What stands on the lines of a field.</summary>
    public static IReadOnlyList<string> Lines(string? text) => [.. (text ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
}
