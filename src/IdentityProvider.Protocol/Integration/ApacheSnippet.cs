using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Integration;

/// <summary>Apache with mod_auth_openidc.</summary>
internal static class ApacheSnippet
{
    public static Snippet Write(Partner partner) => new(
        Platform.ModAuthOpenidc,
        [new("openidc.conf", "apache", Partner.Lines(
            $"OIDCProviderMetadataURL \"{partner.Issuer}/.well-known/openid-configuration\"",
            $"OIDCClientID \"{partner.ClientId}\"",
            "OIDCClientSecret \"${CLIENT_SECRET}\"",
            $"OIDCProviderTokenEndpointAuth {partner.MethodName}",
            "# Below a protected place, and nothing of yours: the module answers there.",
            $"OIDCRedirectURI \"{partner.RedirectUri}\"",
            "OIDCCryptoPassphrase \"${SESSION_SECRET}\"",
            $"OIDCScope \"{partner.Scope}\"",
            "OIDCPKCEMethod S256",
            partner.Client.IdTokenSignedResponseAlg == SignatureAlgorithm.RS256 ? null : $"OIDCIDTokenSignedResponseAlg {partner.Client.IdTokenSignedResponseAlg.Name}",
            partner.Resource is { } api ? $"OIDCAuthRequestParams \"resource={Uri.EscapeDataString(api.Identifier)}\"" : null,
            "OIDCCookieSameSite On",
            "OIDCRemoteUserClaim sub",
            "",
            "<Location \"/\">",
            "  AuthType openid-connect",
            "  Require valid-user",
            "</Location>"))],
        [SnippetVariable.ClientSecret, SnippetVariable.SessionSecret],
        [
            "a2enmod auth_openidc; Apache replaces ${…} by the environment that it was started with (/etc/apache2/envvars).",
            "Claims reach the application as OIDC_CLAIM_name and such, and who it is as REMOTE_USER. What is behind must not be reachable by another way.",
            $"People sign out at {partner.RedirectUri}?logout=ADDRESS, with the address (percent-encoded) that they arrive at: a registered post_logout_redirect_uri.",
            $"Register backchannel_logout_uri {partner.RedirectUri}?logout=backchannel, so that a sign-out elsewhere counts here.",
        ]);
}
