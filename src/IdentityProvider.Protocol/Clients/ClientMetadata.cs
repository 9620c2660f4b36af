using System.Text.Json;
using System.Text.Json.Serialization;
using IdentityProvider.Jose;

namespace IdentityProvider.Protocol.Clients;

/// <summary>
/// A client's metadata on the wire, by RFC 7591 §2's names, OpenID Connect Registration §2's, and a few of this server's own. A null member
/// is absent. <see cref="ClientMetadataRules"/> makes a <see cref="Client"/> of it.
/// </summary>
public record ClientMetadata
{
    /// <summary>This server's own as input: an operator may choose the identifier.</summary>
    public string? ClientId { get; init; }

    public string? ClientName { get; init; }

    public string? ApplicationType { get; init; }

    public IReadOnlyList<string>? RedirectUris { get; init; }

    public IReadOnlyList<string>? PostLogoutRedirectUris { get; init; }

    public IReadOnlyList<string>? GrantTypes { get; init; }

    public IReadOnlyList<string>? ResponseTypes { get; init; }

    /// <summary>This server's own: <c>fapi2</c> or <c>fapi2_message_signing</c>, for a client that is held to the profile.</summary>
    public string? Profile { get; init; }

    public string? TokenEndpointAuthMethod { get; init; }

    public string? TokenEndpointAuthSigningAlg { get; init; }

    public string? TlsClientAuthSubjectDn { get; init; }

    public string? TlsClientAuthSanDns { get; init; }

    public string? TlsClientAuthSanUri { get; init; }

    public string? TlsClientAuthSanIp { get; init; }

    public string? TlsClientAuthSanEmail { get; init; }

    /// <summary>A JWK Set (RFC 7517 §5).</summary>
    public JsonElement? Jwks { get; init; }

    public string? JwksUri { get; init; }

    /// <summary>Every scope that the client may ask for, separated by spaces.</summary>
    public string? Scope { get; init; }

    /// <summary>This server's own: the resource indicators that the client may ask tokens for.</summary>
    public IReadOnlyList<string>? Resources { get; init; }

    /// <summary>This server's own: the resources whose tokens the client may introspect.</summary>
    public IReadOnlyList<string>? Introspects { get; init; }

    /// <summary>This server's own: the origins of browser code that may call with CORS.</summary>
    public IReadOnlyList<string>? AllowedOrigins { get; init; }

    /// <summary>This server's own: <c>body</c>, or <c>cookie</c> for browser code that is to hold no refresh token.</summary>
    public string? RefreshTokenDelivery { get; init; }

    /// <summary>This server's own: true, unless an operator lets a confidential client do without.</summary>
    public bool? RequirePkce { get; init; }

    public bool? RequirePushedAuthorizationRequests { get; init; }

    public IReadOnlyList<string>? AuthorizationDetailsTypes { get; init; }

    public string? RequestObjectSigningAlg { get; init; }

    public bool? RequireSignedRequestObject { get; init; }

    public IReadOnlyList<string>? RequestUris { get; init; }

    /// <summary>This server's own: true, unless an operator vouches for the client.</summary>
    public bool? RequireConsent { get; init; }

    /// <summary>This server's own: whether people sign in to the client by two factors.</summary>
    public bool? RequireMfa { get; init; }

    public bool? DpopBoundAccessTokens { get; init; }

    public bool? TlsClientCertificateBoundAccessTokens { get; init; }

    public string? IdTokenSignedResponseAlg { get; init; }

    public string? AuthorizationSignedResponseAlg { get; init; }

    public string? IntrospectionSignedResponseAlg { get; init; }

    /// <summary>Seconds.</summary>
    public int? DefaultMaxAge { get; init; }

    public IReadOnlyList<string>? DefaultAcrValues { get; init; }

    /// <summary>This server's own: claims that are added for the client.</summary>
    public ClientClaimsMetadata? Claims { get; init; }

    /// <summary><c>public</c> or <c>pairwise</c>.</summary>
    public string? SubjectType { get; init; }

    public string? SectorIdentifierUri { get; init; }

    public string? UserinfoSignedResponseAlg { get; init; }

    public string? IdTokenEncryptedResponseAlg { get; init; }

    public string? IdTokenEncryptedResponseEnc { get; init; }

    public string? UserinfoEncryptedResponseAlg { get; init; }

    public string? UserinfoEncryptedResponseEnc { get; init; }

    public string? BackchannelLogoutUri { get; init; }

    public bool? BackchannelLogoutSessionRequired { get; init; }

    public string? FrontchannelLogoutUri { get; init; }

    public bool? FrontchannelLogoutSessionRequired { get; init; }

    /// <summary><c>poll</c> or <c>ping</c>.</summary>
    public string? BackchannelTokenDeliveryMode { get; init; }

    public string? BackchannelClientNotificationEndpoint { get; init; }

    /// <summary>This server's own: what the client may exchange tokens for (RFC 8693).</summary>
    public TokenExchangePolicy? TokenExchange { get; init; }

    public string? ClientUri { get; init; }

    public string? LogoUri { get; init; }

    /// <summary>This server's own: the colour of our pages that are about the client, as <c>#rrggbb</c>.</summary>
    public string? BrandColor { get; init; }

    public string? PolicyUri { get; init; }

    public string? TosUri { get; init; }

    public IReadOnlyList<string>? Contacts { get; init; }

    /// <summary>Members with a language, such as <c>client_name#de</c> (<see cref="ClientLanguages"/>). It can be set, since the serializer takes no other.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Localized { get; set; }

    /// <summary>The metadata as it was registered, every default spelt out (RFC 7591 §3.2.1). Reading it again gives the same client.</summary>
    public static ClientMetadata Of(Client client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return WithAnswers(client, new()
        {
            ClientId = client.ClientId,
            ClientName = client.ClientName,
            ApplicationType = ClientMetadataRules.NameOf(client.ApplicationType),
            RedirectUris = client.RedirectUris,
            PostLogoutRedirectUris = client.PostLogoutRedirectUris,
            GrantTypes = client.GrantTypes,
            ResponseTypes = client.Allows(Clients.GrantTypes.AuthorizationCode) ? ["code"] : [],
            Profile = ClientProfileRules.NameOf(client.Profile),
            TokenEndpointAuthMethod = ClientMetadataRules.NameOf(client.TokenEndpointAuthMethod),
            TokenEndpointAuthSigningAlg = client.TokenEndpointAuthSigningAlg?.Name,
            TlsClientAuthSubjectDn = NameOf(client, CertificateName.SubjectDn),
            TlsClientAuthSanDns = NameOf(client, CertificateName.SanDns),
            TlsClientAuthSanUri = NameOf(client, CertificateName.SanUri),
            TlsClientAuthSanIp = NameOf(client, CertificateName.SanIp),
            TlsClientAuthSanEmail = NameOf(client, CertificateName.SanEmail),
            Jwks = client.Jwks?.Document,
            JwksUri = client.JwksUri,
            Scope = client.Scope.ToString(),
            Resources = client.Resources,
            Introspects = client.Introspects,
            AllowedOrigins = client.AllowedOrigins,
            RefreshTokenDelivery = ClientMetadataRules.NameOf(client.RefreshTokenDelivery),
            RequirePkce = client.RequirePkce,
            RequirePushedAuthorizationRequests = client.RequirePushedAuthorizationRequests,
            AuthorizationDetailsTypes = client.AuthorizationDetailsTypes,
            RequestObjectSigningAlg = client.RequestObjectSigningAlg?.Name,
            RequireSignedRequestObject = client.RequireSignedRequestObject,
            RequestUris = client.RequestUris,
            RequireConsent = client.RequireConsent,
            RequireMfa = client.RequireMfa,
            DpopBoundAccessTokens = client.DpopBoundAccessTokens,
            TlsClientCertificateBoundAccessTokens = client.TlsClientCertificateBoundAccessTokens,
            DefaultMaxAge = client.DefaultMaxAge,
            DefaultAcrValues = client.DefaultAcrValues,
            Claims = ClientClaimsMetadata.Of(client),
            SubjectType = client.SubjectType == Clients.SubjectType.Pairwise ? "pairwise" : "public",
            SectorIdentifierUri = client.SectorIdentifierUri,
            BackchannelLogoutUri = client.BackchannelLogoutUri,
            BackchannelLogoutSessionRequired = client.BackchannelLogoutSessionRequired,
            FrontchannelLogoutUri = client.FrontchannelLogoutUri,
            FrontchannelLogoutSessionRequired = client.FrontchannelLogoutSessionRequired,
            TokenExchange = client.TokenExchange,
            BackchannelTokenDeliveryMode = client.BackchannelTokenDeliveryMode switch { BackchannelDelivery.Ping => "ping", BackchannelDelivery.Poll => "poll", _ => null },
            BackchannelClientNotificationEndpoint = client.BackchannelClientNotificationEndpoint,
            ClientUri = client.ClientUri,
            LogoUri = client.LogoUri,
            BrandColor = client.Accent?.Light.ToString(),
            PolicyUri = client.PolicyUri,
            TosUri = client.TosUri,
            Contacts = client.Contacts,
            Localized = ClientLanguages.Write(client),
        });
    }

    // How what it gets is signed and encrypted.
    private static ClientMetadata WithAnswers(Client client, ClientMetadata metadata) => metadata with
    {
        IdTokenSignedResponseAlg = client.IdTokenSignedResponseAlg.Name,
        AuthorizationSignedResponseAlg = client.AuthorizationSignedResponseAlg.Name,
        IntrospectionSignedResponseAlg = client.IntrospectionSignedResponseAlg.Name,
        UserinfoSignedResponseAlg = client.UserinfoSignedResponseAlg?.Name,
        IdTokenEncryptedResponseAlg = client.IdTokenEncryptedResponseAlg?.Name,
        IdTokenEncryptedResponseEnc = client.IdTokenEncryptedResponseAlg is null ? null : Jwe.ContentEncryption,
        UserinfoEncryptedResponseAlg = client.UserinfoEncryptedResponseAlg?.Name,
        UserinfoEncryptedResponseEnc = client.UserinfoEncryptedResponseAlg is null ? null : Jwe.ContentEncryption,
    };

    private static string? NameOf(Client client, CertificateName kind) => client.TlsClientAuthSubject is { } subject && subject.Kind == kind ? subject.Value : null;
}

/// <summary>The claims that are added for a client, by the place: a name, and what it is taken from. A null member is absent.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ClientClaimsMetadata
{
    public IReadOnlyDictionary<string, string>? IdToken { get; init; }

    public IReadOnlyDictionary<string, string>? Userinfo { get; init; }

    internal static ClientClaimsMetadata? Of(Client client) =>
        client.IdTokenClaims.IsEmpty && client.UserInfoClaims.IsEmpty ? null : new() { IdToken = client.IdTokenClaims.Written, Userinfo = client.UserInfoClaims.Written };
}

/// <summary>The wire form, source-generated.</summary>
[JsonSerializable(typeof(ClientMetadata))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
public sealed partial class ClientMetadataJson : JsonSerializerContext;
