namespace IdentityProvider.Protocol.Integration;

/// <summary>oauth2-proxy in front of an application.</summary>
internal static class OAuth2ProxySnippet
{
    public static Snippet Write(Partner partner) => new(
        Platform.OAuth2Proxy,
        [new("oauth2-proxy.cfg", "toml", Partner.Lines(
            "provider = \"oidc\"",
            "provider_display_name = \"Sign in\"",
            $"oidc_issuer_url = \"{partner.Issuer}\"",
            $"client_id = \"{partner.ClientId}\"",
            $"redirect_url = \"{partner.RedirectUri}\"",
            partner.RedirectPath == "/oauth2/callback" ? null : $"proxy_prefix = \"{Prefix(partner)}\"",
            $"scope = \"{partner.Scope}\"",
            "code_challenge_method = \"S256\"",
            "skip_provider_button = true",
            "email_domains = [\"*\"]",
            "upstreams = [\"http://127.0.0.1:8080/\"]",
            "http_address = \"127.0.0.1:4180\"",
            "reverse_proxy = true",
            $"cookie_secure = {(partner.IsAppPlain ? "false" : "true")}",
            "cookie_samesite = \"lax\"",
            "cookie_expire = \"8h\"",
            partner.Refreshes ? "cookie_refresh = \"10m\"" : null,
            partner.Resource is null ? null : "pass_access_token = true # to the application, as X-Forwarded-Access-Token",
            "set_xauthrequest = true",
            partner.SignedOutUri is null ? null : $"backend_logout_url = \"{partner.Issuer}/logout?id_token_hint={{id_token}}\"",
            partner.SignedOutUri is { } bye ? $"whitelist_domains = [\"{new Uri(bye).Authority}\"]" : null))],
        [new("OAUTH2_PROXY_CLIENT_SECRET", SnippetVariable.ClientSecret.Meaning), new("OAUTH2_PROXY_COOKIE_SECRET", "32 random bytes of your own: openssl rand -base64 32 | tr -- '+/' '-_'")],
        [
            "oauth2-proxy --config oauth2-proxy.cfg",
            "It lets in only people whose e-mail address is verified: the client needs the scope email, and each person an address that was confirmed.",
            .. partner.RedirectPath.EndsWith("/callback", StringComparison.Ordinal) && partner.RedirectPath.Length > "/callback".Length
                ? Array.Empty<string>()
                : ["Its callback stands below a prefix: register a redirect URI such as " + partner.Origin + "/oauth2/callback."],
        ]);

    // It answers at the prefix and /callback, whatever is registered.
    private static string Prefix(Partner partner) => partner.RedirectPath.EndsWith("/callback", StringComparison.Ordinal) && partner.RedirectPath.Length > "/callback".Length
        ? partner.RedirectPath[..^"/callback".Length]
        : "/oauth2";
}
