using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Protocol.Import.Keycloak;

/// <summary>A realm's client in the words of its registration here (RFC 7591 §2), before it is decided on.</summary>
internal sealed class KeycloakClients(KeycloakApis apis, ImportChoices choices, ImportReport report)
{
    /// <summary>What mappers every client that has a service account is given.</summary>
    private static readonly string[] UsualMappers = ["mapper oidc-usersessionmodel-note-mapper"];

    /// <summary>What the client would be; null where it is no client here, which was told if it is worth a word.</summary>
    public ClientMetadata? Read(KeycloakClient client)
    {
        if (client.ClientId is not { Length: > 0 } id || KeycloakRoles.IsOwnClient(id))
            return null;
        if (client.BearerOnly)
            return null;
        var why = client.Protocol is not (null or "openid-connect") ? $"speaks {client.Protocol}, which this server doesn't"
            : client.Enabled != false ? null
            : "is disabled there; here a client is or isn't";
        if (why is not null)
        {
            report.Add(LeftBehind.OfClient, id, "", why);
            return null;
        }

        Tell(client, id);
        var scopes = ScopesOf(client);
        return Keys(client, new ClientMetadata
        {
            ClientId = id,
            ClientName = client.Name?.StartsWith("${", StringComparison.Ordinal) == true ? null : client.Name,
            RedirectUris = RedirectsOf(client),
            PostLogoutRedirectUris = AfterLogoutOf(client),
            AllowedOrigins = OriginsOf(client),
            GrantTypes = [.. GrantsOf(client)],
            TokenEndpointAuthMethod = client.PublicClient ? "none" : null,
            Scope = string.Join(' ', scopes),
            Resources = apis.Of(client, scopes, choices),
            RequirePkce = client.PublicClient || client["pkce.code.challenge.method"] is not null ? null : false,
            RequireConsent = client.ConsentRequired,
            RequirePushedAuthorizationRequests = client.Said("require.pushed.authorization.requests"),
            DpopBoundAccessTokens = client.Said("dpop.bound.access.tokens"),
            TlsClientCertificateBoundAccessTokens = client.Said("tls.client.certificate.bound.access.tokens"),
            BackchannelLogoutUri = client["backchannel.logout.url"],
            BackchannelLogoutSessionRequired = client.Said("backchannel.logout.session.required"),
            FrontchannelLogoutUri = client["frontchannel.logout.url"],
            FrontchannelLogoutSessionRequired = client.Said("frontchannel.logout.session.required"),
            BackchannelTokenDeliveryMode = client.Is("oidc.ciba.grant.enabled") ? client["ciba.backchannel.token.delivery.mode"] ?? "poll" : null,
            BackchannelClientNotificationEndpoint = client["ciba.backchannel.client.notification.endpoint"],
            IdTokenSignedResponseAlg = Algorithm(client, id, "id.token.signed.response.alg"),
            UserinfoSignedResponseAlg = Algorithm(client, id, "user.info.response.signature.alg"),
            ClientUri = client.BaseUrl is { } page && WebUris.IsSecure(page) ? page : null,
            LogoUri = client["logoUri"],
            PolicyUri = client["policyUri"],
            TosUri = client["tosUri"],
        });
    }

    private static IEnumerable<string> GrantsOf(KeycloakClient client)
    {
        if (client.StandardFlowEnabled != false)
            yield return GrantTypes.AuthorizationCode;
        if (client.Said("use.refresh.tokens") != false)
            yield return GrantTypes.RefreshToken;
        if (client.Is("oauth2.device.authorization.grant.enabled"))
            yield return GrantTypes.DeviceCode;
        if (client is { ServiceAccountsEnabled: true, PublicClient: false })
            yield return GrantTypes.ClientCredentials;
        if (client.Is("oidc.ciba.grant.enabled"))
            yield return GrantTypes.Backchannel;
        if (client.ImplicitFlowEnabled)
            yield return "implicit";
        if (client.DirectAccessGrantsEnabled)
            yield return "password";
    }

    private List<string> ScopesOf(KeycloakClient client) =>
        [.. new[] { ScopeSet.OpenId }.Concat(client.DefaultClientScopes ?? []).Concat(client.OptionalClientScopes ?? []).Where(apis.Knows).Distinct(StringComparer.Ordinal)];

    // What begins with a slash is below the client's root.
    private static IReadOnlyList<string> RedirectsOf(KeycloakClient client) => [.. (client.RedirectUris ?? []).Select(uri => Absolute(client, uri))];

    private static IReadOnlyList<string> AfterLogoutOf(KeycloakClient client) => client["post.logout.redirect.uris"] switch
    {
        null or "-" => [],
        "+" => RedirectsOf(client),
        { } several => [.. several.Split("##", StringSplitOptions.RemoveEmptyEntries).SelectMany(uri => uri == "+" ? RedirectsOf(client) : [Absolute(client, uri)])],
    };

    // + is wherever the client is sent back to.
    private static IReadOnlyList<string> OriginsOf(KeycloakClient client) =>
    [
        .. (client.WebOrigins ?? []).Where(origin => origin.Length > 0).SelectMany(origin => origin == "+"
            ? RedirectsOf(client).Select(uri => uri.TrimEnd('*')).Where(WebUris.IsSecure).Select(uri => new Uri(uri).GetLeftPart(UriPartial.Authority))
            : [origin.TrimEnd('/')]).Distinct(StringComparer.Ordinal),
    ];

    private static string Absolute(KeycloakClient client, string uri) => uri.StartsWith('/') && client.RootUrl is { Length: > 0 } root ? root.TrimEnd('/') + uri : uri;

    // By what it proves who it is. A secret is made anew: the export has it in the clear, or not at all.
    private ClientMetadata Keys(KeycloakClient client, ClientMetadata metadata)
    {
        var isByUrl = client.Is("use.jwks.url");
        switch (client.PublicClient ? null : client.ClientAuthenticatorType)
        {
            case "client-jwt":
                return metadata with
                {
                    TokenEndpointAuthMethod = "private_key_jwt",
                    TokenEndpointAuthSigningAlg = Algorithm(client, client.ClientId!, "token.endpoint.auth.signing.alg"),
                    JwksUri = isByUrl ? client["jwks.url"] : null,
                    Jwks = !isByUrl ? KeysIn(client) : null,
                };
            case "client-x509" when !client.Is("x509.allow.regex.pattern.comparison"):
                return metadata with { TokenEndpointAuthMethod = "tls_client_auth", TlsClientAuthSubjectDn = client["x509.subjectdn"] };
            case "client-x509":
                report.Add(LeftBehind.OfClient, client.ClientId!, "x509.subjectdn", "is a pattern; here a certificate is known by its whole name, so the client gets a secret until that is written");
                return metadata;
            case "client-secret-jwt":
                report.Add(LeftBehind.OfClient, client.ClientId!, "client-secret-jwt", "secrets are kept by their hash alone, so nothing can be signed with them: the client sends its secret, or better uses private_key_jwt");
                return metadata;
            default:
                return metadata;
        }
    }

    private JsonElement? KeysIn(KeycloakClient client)
    {
        if (client["jwks.string"] is { } text)
        {
            try
            {
                return JsonElement.Parse(text);
            }
            catch (JsonException)
            {
                report.Add(LeftBehind.OfClient, client.ClientId!, "jwks.string", "is not JSON");
            }
        }
        else if (client["jwt.credential.certificate"] is not null)
        {
            report.Add(LeftBehind.OfClient, client.ClientId!, "jwt.credential.certificate", "a client's key is a JWK here (RFC 7517): let the partner say jwks_uri");
        }

        return null;
    }

    private string? Algorithm(KeycloakClient client, string id, string attribute)
    {
        if (client[attribute] is not { } name || name is "any" || SignatureAlgorithm.TryParse(name, out _))
            return client[attribute] is "any" ? null : client[attribute];
        report.Add(LeftBehind.OfClient, id, $"{attribute} {name}", "this server signs by RS256, PS256 or ES256");
        return null;
    }

    // What has no member here, in a word each.
    private void Tell(KeycloakClient client, string id)
    {
        foreach (var mapper in KeycloakApis.Others(client.ProtocolMappers).Where(mapper => !UsualMappers.Contains(mapper, StringComparer.Ordinal)))
            report.Add(LeftBehind.OfClient, id, mapper, "what its tokens carry is said by `claims`, and only of standard claims, roles and groups");
        if (client.AuthorizationServicesEnabled)
            report.Add(LeftBehind.OfClient, id, "authorization services", "what may be done is the API's to decide, by scopes, roles and authorization details (RFC 9396)");
        if (client.Is("standard.token.exchange.enabled"))
            report.Add(LeftBehind.OfClient, id, "standard.token.exchange.enabled", "is said with whose tokens it may exchange: `token_exchange` of the client");
        if (client["request.object.required"] is { } signed && signed != "not required")
            report.Add(LeftBehind.OfClient, id, "request.object.required", "say require_signed_request_object when the client's keys are registered");
        if (client["access.token.lifespan"] is not null)
            report.Add(LeftBehind.OfClient, id, "access.token.lifespan", "how long a token lives is the API's to say");
    }
}
