using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Protocol.Import;

/// <summary>
/// From what another server lets a client do to what can be registered here: what is allowed nowhere here is taken out and told, and what is left
/// is decided on as any registration is.
/// </summary>
internal sealed class ClientIntake(IReadOnlyList<Resource> resources, ImportChoices choices, ImportReport report)
{
    private const string NoRedirect = "none of its redirect URIs can be registered: name whole ones by --redirect-uri CLIENT=URI";

    /// <summary>The client as it can be registered; null where it can't.</summary>
    public ClientMetadata? Take(ClientMetadata written)
    {
        var id = written.ClientId!;
        var client = Pages(Addresses(written with
        {
            ClientName = written.ClientName is { } name && PlainText.IsPlain(name, ClientMetadataRules.LongestName) ? name : null,
            RedirectUris = choices.RedirectUris.GetValueOrDefault(id) ?? written.RedirectUris ?? [],
        }));
        client = Flows(client);
        if (client.GrantTypes is [] && client.Introspects is null or [])
            return Leave(id, (written.GrantTypes ?? []).Contains(GrantTypes.AuthorizationCode) ? NoRedirect : "it uses no flow that there is here");

        client = Logout(Scopes(client));
        return ClientMetadataRules.Decide(client, id, resources) is Validated<Client>.Invalid { Error: var error } ? Leave(id, error.ToString()) : client;
    }

    private ClientMetadata? Leave(string id, string why)
    {
        report.Add(LeftBehind.OfClient, id, "", why);
        return null;
    }

    // Only what is registered exactly; a native app is one by where it is sent back to (RFC 8252 §7).
    private ClientMetadata Addresses(ClientMetadata client)
    {
        var isNative = client.ApplicationType == "native" || client.RedirectUris!.Any(IsNative);
        var type = isNative ? ApplicationType.Native : ApplicationType.Web;
        return client with
        {
            ApplicationType = isNative ? "native" : null,
            RedirectUris = Registrable(client, "redirect_uris", client.RedirectUris!, type),
            PostLogoutRedirectUris = Registrable(client, "post_logout_redirect_uris", client.PostLogoutRedirectUris ?? [], type),
            AllowedOrigins = Kept(client, "allowed_origins", client.AllowedOrigins ?? [], origin => WebUris.IsOrigin(origin) ? null : "is no origin that a browser sends, such as https://app.example.com"),
        };
    }

    private List<string> Registrable(ClientMetadata client, string member, IReadOnlyList<string> uris, ApplicationType type) =>
        Kept(client, member, uris, uri => RedirectUris.DecideRegistration(uri, type) is { } reason ? Refusals.Of(reason).Description : null);

    private List<string> Kept(ClientMetadata client, string member, IReadOnlyList<string> values, Func<string, string?> refuse)
    {
        var kept = new List<string>();
        foreach (var value in values.Distinct(StringComparer.Ordinal))
        {
            if (refuse(value) is { } why)
                report.Add(LeftBehind.OfClient, client.ClientId!, $"{member} {value}", why);
            else if (kept.Count == ClientMetadataRules.MostUris)
                report.Add(LeftBehind.OfClient, client.ClientId!, $"{member} {value}", $"there are more than {ClientMetadataRules.MostUris}");
            else
                kept.Add(value);
        }

        return kept;
    }

    // Each grant that there is here. Without an address to return to there is no code flow, and without people no refresh token.
    private ClientMetadata Flows(ClientMetadata client)
    {
        foreach (var unknown in client.GrantTypes!.Except(GrantTypes.All))
            report.Add(LeftBehind.OfClient, client.ClientId!, $"grant {unknown}", WhyNot(unknown));
        var grants = client.GrantTypes!.Where(GrantTypes.All.Contains).Distinct(StringComparer.Ordinal).ToList();
        if (client.RedirectUris!.Count == 0)
            grants.Remove(GrantTypes.AuthorizationCode);
        if (!grants.Any(GrantTypes.IsOfPerson))
            grants.Remove(GrantTypes.RefreshToken);
        var usesCode = grants.Contains(GrantTypes.AuthorizationCode);
        return client with
        {
            GrantTypes = grants,
            RedirectUris = usesCode ? client.RedirectUris : [],
            PostLogoutRedirectUris = usesCode ? client.PostLogoutRedirectUris : [],
            RequirePkce = usesCode ? client.RequirePkce : null,
        };
    }

    private static string WhyNot(string grant) => grant switch
    {
        "implicit" or "hybrid" => "tokens in an address are not given out (RFC 9700 §2.1.2): the client is to use the code flow with PKCE",
        "password" => "no app gets people's passwords here (RFC 9700 §2.4): it sends them to sign in by the code flow, or by the device flow",
        _ => "there is no such grant here",
    };

    // What is about people, for who signs people in; and what an API of the client's defines.
    private ClientMetadata Scopes(ClientMetadata client)
    {
        var hasPeople = client.GrantTypes!.Any(GrantTypes.IsOfPerson);
        var asked = (client.Scope ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).ToList();
        var known = resources.Where(resource => (client.Resources ?? []).Contains(resource.Identifier, StringComparer.Ordinal)).ToList();
        var defined = ScopeSet.Of(known.SelectMany(resource => resource.ScopeNames));
        foreach (var unknown in asked.Where(scope => !ScopeSet.Identity.Contains(scope) && !defined.Contains(scope)))
            report.Add(LeftBehind.OfClient, client.ClientId!, $"scope {unknown}", "is defined by no API here");
        var kept = asked.Where(scope => defined.Contains(scope)
            || (hasPeople && ScopeSet.Identity.Contains(scope) && (scope != ScopeSet.OfflineAccess || client.GrantTypes!.Contains(GrantTypes.RefreshToken))));
        return client with { Scope = string.Join(' ', kept), Resources = [.. known.Select(resource => resource.Identifier).Order(StringComparer.Ordinal)] };
    }

    private ClientMetadata Logout(ClientMetadata client)
    {
        var usesCode = client.GrantTypes!.Contains(GrantTypes.AuthorizationCode);
        var back = usesCode ? Fit("backchannel_logout_uri", client.BackchannelLogoutUri) : null;
        var front = usesCode ? Fit("frontchannel_logout_uri", client.FrontchannelLogoutUri) : null;
        if (front is not null && !client.RedirectUris!.Any(uri => WebUris.IsSecure(uri) && new Uri(uri).GetLeftPart(UriPartial.Authority) == new Uri(front).GetLeftPart(UriPartial.Authority)))
        {
            report.Add(LeftBehind.OfClient, client.ClientId!, $"frontchannel_logout_uri {front}", "is at no origin of a redirect URI (Front-Channel Logout §2)");
            front = null;
        }

        return client with
        {
            BackchannelLogoutUri = back,
            BackchannelLogoutSessionRequired = back is null ? null : client.BackchannelLogoutSessionRequired,
            FrontchannelLogoutUri = front,
            FrontchannelLogoutSessionRequired = front is null ? null : client.FrontchannelLogoutSessionRequired,
        };

        string? Fit(string member, string? uri)
        {
            if (string.IsNullOrEmpty(uri) || (WebUris.IsSecure(uri) && !uri.Contains('#', StringComparison.Ordinal)))
                return string.IsNullOrEmpty(uri) ? null : uri;
            report.Add(LeftBehind.OfClient, client.ClientId!, $"{member} {uri}", "must be an https URL (http on loopback) without fragment");
            return null;
        }
    }

    private ClientMetadata Pages(ClientMetadata client)
    {
        return client with
        {
            ClientUri = Page("client_uri", client.ClientUri),
            LogoUri = Page("logo_uri", client.LogoUri),
            PolicyUri = Page("policy_uri", client.PolicyUri),
            TosUri = Page("tos_uri", client.TosUri),
        };

        string? Page(string member, string? uri)
        {
            if (string.IsNullOrEmpty(uri))
                return null;
            if (WebUris.IsSecure(uri))
                return uri;
            report.Add(LeftBehind.OfClient, client.ClientId!, $"{member} {uri}", "must be an https URL (http on loopback)");
            return null;
        }
    }

    private static bool IsNative(string uri) =>
        !uri.StartsWith("http://", StringComparison.Ordinal) && !uri.StartsWith("https://", StringComparison.Ordinal)
        || uri.StartsWith("http://127.0.0.1", StringComparison.Ordinal) || uri.StartsWith("http://[::1]", StringComparison.Ordinal);
}
