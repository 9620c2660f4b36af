using IdentityProvider.Protocol.Branding;

namespace IdentityProvider.Protocol.Clients;

/// <summary>The addresses in a client's metadata: where browsers are sent to, from where they may call, and what is shown to people.</summary>
internal static class ClientUriRules
{
    internal const string Pages = "must be an https URL (http on loopback) of at most 2000 characters";
    private const string WithoutFragment = "must be an https URL (http on loopback) without fragment, of at most 2000 characters";

    public static MetadataError? RefuseRedirects(Client client)
    {
        var usesCode = client.Allows(GrantTypes.AuthorizationCode);
        return
            // 1. One at least where there is a redirect, none where there isn't (RFC 7591 §2).
            Broken(usesCode && client.RedirectUris.Count == 0, "redirect_uris", "must name one, as grant_types has authorization_code")
            ?? Broken(!usesCode && client.RedirectUris.Count > 0, "redirect_uris", "needs the grant type authorization_code")
            ?? Broken(!usesCode && client.PostLogoutRedirectUris.Count > 0, "post_logout_redirect_uris", "needs the grant type authorization_code")
            // 2. Each of a kind that this type of application may have (RFC 8252 §7, §8.4; RFC 9700 §2.1).
            ?? RefuseList("redirect_uris", client.RedirectUris, client.ApplicationType)
            ?? RefuseList("post_logout_redirect_uris", client.PostLogoutRedirectUris, client.ApplicationType);
    }

    /// <summary>Where a logout is told (Back-Channel Logout 1.0 §2.2, Front-Channel Logout 1.0 §2).</summary>
    public static MetadataError? RefuseLogout(Client client)
    {
        var (back, front) = (client.BackchannelLogoutUri, client.FrontchannelLogoutUri);
        return
            // 1. Only who signs people in can sign them out.
            Broken(back is not null && !client.Allows(GrantTypes.AuthorizationCode), "backchannel_logout_uri", "needs the grant type authorization_code")
            ?? Broken(front is not null && !client.Allows(GrantTypes.AuthorizationCode), "frontchannel_logout_uri", "needs the grant type authorization_code")
            // 2. An absolute https URL without a fragment, of a host that a policy of content security can name where it is framed.
            ?? Broken(back is not null && !IsSecureWithoutFragment(back), "backchannel_logout_uri", WithoutFragment)
            ?? Broken(front is not null && !IsSecureWithoutFragment(front), "frontchannel_logout_uri", WithoutFragment)
            ?? Broken(front is not null && new Uri(front).HostNameType == UriHostNameType.IPv6, "frontchannel_logout_uri", "must not be at an IPv6 literal")
            // 3. What browsers load is at the origin of a redirect URI (Front-Channel §2).
            ?? Broken(front is not null && !client.RedirectUris.Any(uri => IsSameOrigin(uri, front)), "frontchannel_logout_uri", "must have scheme, host and port of one of redirect_uris")
            // 4. What is asked of an address needs one.
            ?? Broken(back is null && client.BackchannelLogoutSessionRequired, "backchannel_logout_session_required", "needs backchannel_logout_uri")
            ?? Broken(front is null && client.FrontchannelLogoutSessionRequired, "frontchannel_logout_session_required", "needs frontchannel_logout_uri");
    }

    /// <summary>CORS compares origins byte for byte, so only what a browser would send is of use.</summary>
    public static MetadataError? RefuseOrigins(Client client)
    {
        if (client.AllowedOrigins.Count > ClientMetadataRules.MostUris)
            return new("allowed_origins", $"must name at most {ClientMetadataRules.MostUris} origins");
        var wrong = client.AllowedOrigins.FirstOrDefault(origin => !WebUris.IsOrigin(origin));
        return Broken(wrong is not null, "allowed_origins", $"{ClientMetadataRules.Quoted(wrong)} is not an origin such as https://app.example.com: https (http on loopback), no path, no wildcard");
    }

    /// <summary>What people are shown links to (RFC 7591 §2, §5).</summary>
    public static MetadataError? RefusePages(Client client)
    {
        (string Member, string? Uri)[] pages =
            [("client_uri", client.ClientUri), ("logo_uri", client.LogoUri), ("policy_uri", client.PolicyUri), ("tos_uri", client.TosUri)];
        var wrong = pages.FirstOrDefault(page => page.Uri is not null && !WebUris.IsSecure(page.Uri));
        return Broken(wrong.Member is not null, wrong.Member!, Pages);
    }

    /// <summary>A colour that can be read on our pages (WCAG 2.2 AA), in light and, lighter, in dark.</summary>
    internal static MetadataError? ReadAccent(ClientMetadata metadata, ref Client client)
    {
        if (metadata.BrandColor is not { } color)
            return null;
        var error = Accent.Read(color, dark: null, ("brand_color", "brand_color"), out var accent);
        client = client with { Accent = accent };
        return error;
    }

    private static MetadataError? RefuseList(string member, IReadOnlyList<string> uris, ApplicationType type)
    {
        if (uris.Count > ClientMetadataRules.MostUris)
            return new(member, $"must name at most {ClientMetadataRules.MostUris} URIs");
        if (uris.Distinct(StringComparer.Ordinal).Count() < uris.Count)
            return new(member, "names a URI twice");
        foreach (var uri in uris)
        {
            if (RedirectUris.DecideRegistration(uri, type) is { } reason)
                return new(member, $"{ClientMetadataRules.Quoted(uri)}: {Refusals.Of(reason).Description}");
        }

        return null;
    }

    private static bool IsSecureWithoutFragment(string uri) => WebUris.IsSecure(uri) && !uri.Contains('#', StringComparison.Ordinal);

    private static bool IsSameOrigin(string redirectUri, string uri) =>
        WebUris.IsSecure(redirectUri) && new Uri(redirectUri).GetLeftPart(UriPartial.Authority) == new Uri(uri).GetLeftPart(UriPartial.Authority);

    private static MetadataError? Broken(bool broken, string member, string message) => ClientMetadataRules.Refuse(broken, member, message);
}
