using IdentityProvider.Jose;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Protocol.Clients;

/// <summary>
/// From what an operator wrote to a client, or the first member to correct (RFC 7591 §2, OpenID Connect Registration §2). What is silent takes
/// the RFC's default; a scope that is silent is <c>openid profile email</c> for a client that signs people in and nothing for any other: no API
/// is opened that nobody named.
/// </summary>
public static class ClientMetadataRules
{
    public const int MostUris = 50;
    public const int MostResources = 50;
    public const int LongestName = 200;

    /// <summary>All scopes together, and all resources together: a sign-in keeps them side by side.</summary>
    public const int LongestList = 4000;

    /// <summary>The default first (RFC 7591 §2).</summary>
    private static readonly ClientAuthenticationMethod[] AuthenticationMethods =
    [
        ClientAuthenticationMethod.ClientSecretBasic, ClientAuthenticationMethod.ClientSecretPost, ClientAuthenticationMethod.PrivateKeyJwt,
        ClientAuthenticationMethod.TlsClientAuth, ClientAuthenticationMethod.SelfSignedTlsClientAuth, ClientAuthenticationMethod.None,
    ];

    private static readonly ScopeSet SignInScopes = ScopeSet.Of([ScopeSet.OpenId, "profile", "email"]);

    /// <summary>Decides.</summary>
    /// <param name="metadata">What was written.</param>
    /// <param name="newClientId">The identifier to give where none was written.</param>
    /// <param name="known">Those resources that exist of the ones which the metadata names.</param>
    public static Validated<Client> Decide(ClientMetadata metadata, string newClientId, IReadOnlyList<Resource> known)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(known);
        if (Read(metadata, newClientId, out var client) is { } unread)
            return unread;

        var error =
            // 1. An identifier that no user can have: `sub` is one name space (RFC 6749 §2.2; RFC 9068 §5).
            RefuseClientId(client.ClientId)
            // 2. A name that can be shown (RFC 7591 §2; OpenID Connect Registration §9.2).
            ?? Refuse(!PlainText.IsPlain(client.ClientName, LongestName), "client_name", $"must be plain text of at most {LongestName} characters")
            // 3. Grant types, response types and authentication that go together (RFC 7591 §2.1).
            ?? ClientFlowRules.Refuse(metadata, client)
            ?? ClientExchangeRules.Refuse(client)
            ?? ClientBackchannelRules.Refuse(client)
            // 4. Keys by which it can prove things (RFC 7591 §2).
            ?? ClientKeyRules.Refuse(client)
            ?? ClientCertificateRules.Refuse(client)
            ?? ClientAuthorizationRules.Refuse(client)
            // 5. Redirect URIs where there is a redirect, each valid for this type of application (RFC 7591 §2; RFC 8252 §7, §8.4).
            ?? ClientUriRules.RefuseRedirects(client)
            ?? ClientUriRules.RefuseLogout(client)
            // 6. Resources that exist (RFC 8707 §2).
            ?? RefuseResources("resources", client.Resources, known)
            // 7. An API that introspects proves who it is (RFC 7662 §2.1).
            ?? RefuseResources("introspects", client.Introspects, known)
            ?? Refuse(client.IsPublic && client.Introspects.Count > 0, "introspects", "needs a client that authenticates; this one's token_endpoint_auth_method is none")
            // 8. Scopes that mean something to this client (RFC 6749 §3.3; OpenID Connect Core §5.4, §11).
            ?? RefuseScope(client, known)
            // 9. PKCE for all, but for a confidential client whose operator says otherwise (RFC 9700 §2.1.1).
            ?? Refuse(client is { IsPublic: true, RequirePkce: false }, "require_pkce", "can be false only for a client that authenticates")
            // 10. The rest of the addresses and texts (RFC 7591 §2, §5).
            ?? ClientUriRules.RefuseOrigins(client)
            ?? ClientUriRules.RefusePages(client)
            ?? ClientLanguages.Refuse(client)
            ?? Refuse(
                client is { DpopBoundAccessTokens: true, TlsClientCertificateBoundAccessTokens: true },
                "dpop_bound_access_tokens", "can't be true beside tls_client_certificate_bound_access_tokens: a token is bound to one thing")
            ?? Refuse(client.DefaultMaxAge < 0, "default_max_age", "must be zero or more seconds")
            ?? ClientClaimRules.Refuse(client)
            ?? RefuseContacts(client.Contacts)
            // 11. All that its profile asks for.
            ?? ClientProfileRules.Refuse(client, known);
        return error is not null ? error : new Validated<Client>.Valid(client, [.. WarningsOf(client, known)]);
    }

    /// <summary>The identifiers of the resources that metadata names, to be loaded before <see cref="Decide"/>; bounded.</summary>
    public static IReadOnlyList<string> ResourcesNamed(ClientMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return [.. (metadata.Resources ?? []).Take(MostResources).Concat((metadata.Introspects ?? []).Take(MostResources)).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>
    /// The client of metadata that <see cref="ClientMetadata.Of"/> wrote and that was decided on when it was registered. Null where a value is
    /// none that this version knows.
    /// </summary>
    public static Client? Restore(ClientMetadata stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return Read(stored, newClientId: "", out var client) is null ? client : null;
    }

    /// <summary>The name on the wire.</summary>
    public static string NameOf(ApplicationType type) => type == ApplicationType.Native ? "native" : "web";

    /// <summary>The name on the wire.</summary>
    public static string NameOf(ClientAuthenticationMethod method) => method switch
    {
        ClientAuthenticationMethod.None => "none",
        ClientAuthenticationMethod.ClientSecretPost => "client_secret_post",
        ClientAuthenticationMethod.PrivateKeyJwt => "private_key_jwt",
        ClientAuthenticationMethod.TlsClientAuth => "tls_client_auth",
        ClientAuthenticationMethod.SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
        _ => "client_secret_basic",
    };

    /// <summary>The name on the wire.</summary>
    public static string NameOf(RefreshTokenDelivery delivery) => delivery == RefreshTokenDelivery.Cookie ? "cookie" : "body";

    internal static MetadataError? Refuse(bool broken, string member, string message) => broken ? new(member, message) : null;

    /// <summary>The words become values and the silence defaults; what has no meaning is named.</summary>
    private static MetadataError? Read(ClientMetadata metadata, string newClientId, out Client client)
    {
        client = null!;
        CertificateSubject? certificateSubject = null;
        if (!TryRead<ApplicationType>(metadata.ApplicationType, [ApplicationType.Web, ApplicationType.Native], NameOf, out var applicationType))
            return new("application_type", "must be web or native");
        if (!TryRead(metadata.TokenEndpointAuthMethod, AuthenticationMethods, NameOf, out var method))
            return new("token_endpoint_auth_method", $"must be one of {string.Join(", ", AuthenticationMethods.Select(NameOf))}");
        if (!TryReadOptional(metadata.TokenEndpointAuthSigningAlg, out var assertionAlgorithm))
            return new("token_endpoint_auth_signing_alg", "must be RS256, PS256 or ES256");
        if (!TryRead<RefreshTokenDelivery>(metadata.RefreshTokenDelivery, [RefreshTokenDelivery.Body, RefreshTokenDelivery.Cookie], NameOf, out var delivery))
            return new("refresh_token_delivery", "must be body or cookie");
        if (!SignatureAlgorithm.TryParse(metadata.IdTokenSignedResponseAlg ?? SignatureAlgorithm.RS256.Name, out var algorithm))
            return new("id_token_signed_response_alg", "must be RS256, PS256 or ES256");
        if (!SignatureAlgorithm.TryParse(metadata.IntrospectionSignedResponseAlg ?? SignatureAlgorithm.RS256.Name, out var introspectionAlgorithm))
            return new("introspection_signed_response_alg", "must be RS256, PS256 or ES256");
        if ((ClientKeyRules.Read(metadata, out var jwks) ?? ClientCertificateRules.Read(metadata, out certificateSubject)) is { } unreadable)
            return unreadable;
        if (!ScopeSet.TryParse(metadata.Scope, out var scope))
            return new("scope", "must be names of printable ASCII without quotes and backslashes, separated by spaces");

        var introspects = metadata.Introspects ?? [];
        // An API that only introspects takes part in no flow; saying nothing of flows is then no wish for one.
        var grantTypes = metadata.GrantTypes ?? (introspects.Count > 0 && metadata.RedirectUris is null ? [] : [GrantTypes.AuthorizationCode]);
        client = WithDefaults(metadata, metadata.ClientId ?? newClientId) with
        {
            ApplicationType = applicationType,
            GrantTypes = grantTypes,
            TokenEndpointAuthMethod = method,
            TokenEndpointAuthSigningAlg = assertionAlgorithm,
            TlsClientAuthSubject = certificateSubject,
            Jwks = jwks,
            Scope = metadata.Scope is null && grantTypes.Any(GrantTypes.IsOfPerson) ? SignInScopes : scope,
            Introspects = introspects,
            RefreshTokenDelivery = delivery,
            IdTokenSignedResponseAlg = algorithm,
            IntrospectionSignedResponseAlg = introspectionAlgorithm,
        };
        client = ClientExchangeRules.Read(metadata, client);
        return ClientLanguages.Read(metadata, ref client)
            ?? ClientBackchannelRules.Read(metadata, ref client)
            ?? ClientUriRules.ReadAccent(metadata, ref client) ?? ClientAuthorizationRules.Read(metadata, ref client) ?? ClientClaimRules.Read(metadata, ref client) ?? ClientProfileRules.Read(metadata, ref client);
    }

    /// <summary>What has one meaning as it is written, or the default.</summary>
    private static Client WithDefaults(ClientMetadata metadata, string clientId) => new()
    {
        ClientId = clientId,
        ClientName = metadata.ClientName ?? clientId,
        RedirectUris = metadata.RedirectUris ?? [],
        PostLogoutRedirectUris = metadata.PostLogoutRedirectUris ?? [],
        JwksUri = metadata.JwksUri,
        Resources = metadata.Resources ?? [],
        AllowedOrigins = metadata.AllowedOrigins ?? [],
        RequirePkce = metadata.RequirePkce ?? true,
        RequireConsent = metadata.RequireConsent ?? true,
        RequireMfa = metadata.RequireMfa ?? false,
        DpopBoundAccessTokens = metadata.DpopBoundAccessTokens ?? false,
        TlsClientCertificateBoundAccessTokens = metadata.TlsClientCertificateBoundAccessTokens ?? false,
        DefaultMaxAge = metadata.DefaultMaxAge,
        BackchannelLogoutUri = metadata.BackchannelLogoutUri,
        BackchannelLogoutSessionRequired = metadata.BackchannelLogoutSessionRequired ?? false,
        FrontchannelLogoutUri = metadata.FrontchannelLogoutUri,
        FrontchannelLogoutSessionRequired = metadata.FrontchannelLogoutSessionRequired ?? false,
        ClientUri = metadata.ClientUri,
        LogoUri = metadata.LogoUri,
        PolicyUri = metadata.PolicyUri,
        TosUri = metadata.TosUri,
        Contacts = metadata.Contacts ?? [],
    };

    // The first choice is the default.
    private static bool TryRead<T>(string? word, T[] choices, Func<T, string> nameOf, out T value)
    {
        var at = word is null ? 0 : Array.FindIndex(choices, choice => nameOf(choice) == word);
        value = choices[Math.Max(at, 0)];
        return at >= 0;
    }

    private static bool TryReadOptional(string? name, out SignatureAlgorithm? algorithm) =>
        SignatureAlgorithm.TryParse(name, out algorithm) || name is null;

    private static MetadataError? RefuseClientId(string clientId)
    {
        if (clientId.Length is 0 or > 100 || !clientId.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~') || clientId[0] == '-')
            return new("client_id", "must be 1 to 100 letters, digits, or any of . _ ~ - but for a - in front");
        return Refuse(Guid.TryParseExact(clientId, "D", out _), "client_id", "must not look like a user's identifier");
    }

    private static MetadataError? RefuseResources(string member, IReadOnlyList<string> named, IReadOnlyList<Resource> known)
    {
        if (named.Count > MostResources)
            return new(member, $"must name at most {MostResources} resources");
        if (named.Sum(identifier => identifier.Length + 1) > LongestList)
            return new(member, $"must be at most {LongestList} characters together");
        if (named.Distinct(StringComparer.Ordinal).Count() < named.Count)
            return new(member, "names a resource twice");
        var unknown = named.FirstOrDefault(identifier => known.All(r => r.Identifier != identifier));
        return Refuse(unknown is not null, member, $"{Quoted(unknown)} is not a resource here; `idp resources create` makes one");
    }

    private static MetadataError? RefuseScope(Client client, IReadOnlyList<Resource> known)
    {
        if (client.Scope.ToString().Length > LongestList)
            return new("scope", $"must be at most {LongestList} characters");
        var meaning = ScopeSet.Identity.Union(ScopeSet.Of(ResourcesOf(client, known).SelectMany(r => r.ScopeNames)));
        var meaningless = client.Scope.Except(meaning).FirstOrDefault();
        if (meaningless is not null)
            return new("scope", $"{Quoted(meaningless)} is neither a scope of OpenID Connect nor of one of the client's resources");

        var aboutPeople = client.Scope.Intersect(ScopeSet.Identity).FirstOrDefault();
        if (aboutPeople is not null && !client.SignsPeopleIn)
            return new("scope", $"{aboutPeople} is about a person, and no grant type of this client has one");
        if (client.Scope.Contains(ScopeSet.OfflineAccess) && !client.Allows(GrantTypes.RefreshToken))
            return new("scope", "offline_access needs the grant type refresh_token");
        return null;
    }

    private static MetadataError? RefuseContacts(IReadOnlyList<string> contacts) =>
        Refuse(contacts.Count > 10 || !contacts.All(c => PlainText.IsPlain(c, 320)), "contacts", "must be at most 10 plain texts of at most 320 characters");

    /// <summary>What is allowed, and weaker than it could be: each a member and why, in one sentence without a full stop.</summary>
    public static IEnumerable<string> WarningsOf(Client client, IReadOnlyList<Resource> known)
    {
        if (!client.RequirePkce)
            yield return "require_pkce: without PKCE a code that leaks can be injected into this client; leave it on wherever the client can do it (RFC 9700 §2.1.1)";
        if (!client.RequireConsent && client.RedirectUris.Any(client.CanBeImpersonatedAt))
            yield return "require_consent: without being asked, people may give what is theirs to any app on the device that says it is this one (RFC 8252 §8.6)";
        foreach (var shared in RequestedAccess.SharedScopes(ResourcesOf(client, known)))
            yield return $"resources: two define the scope {Quoted(shared)}, so people are asked each time which one it is for";
        foreach (var resource in ResourcesOf(client, known))
        {
            if (resource.Scopes.Count > 0 && client.Scope.Intersect(resource.ScopeNames).Count == 0)
                yield return $"scope: names none of {resource.Identifier} ({resource.ScopeNames}), so tokens for it will carry no scope";
        }
    }

    private static IEnumerable<Resource> ResourcesOf(Client client, IReadOnlyList<Resource> known) =>
        known.Where(resource => client.Resources.Contains(resource.Identifier, StringComparer.Ordinal));

    internal static string Quoted(string? text) => text is not null && PlainText.IsPlain(text, WebUris.Longest) ? $"'{text}'" : "a value";
}
