using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Protocol.Integration;

/// <summary>
/// From a client's registration to what its partner copies. Only what works as it stands is given: where a platform, or the snippet for it, can't do
/// what the registration asks for, that is said instead.
/// </summary>
public static class SnippetRules
{
    private const string Others = "docs/integrating.md says how such a client goes about it";

    /// <summary>Decides.</summary>
    /// <param name="platform">What the partner builds with.</param>
    /// <param name="issuer">This server's issuer.</param>
    /// <param name="client">The client as it is registered.</param>
    /// <param name="resource">The API that it calls, or asks about; null for none.</param>
    public static SnippetDecision Decide(Platform platform, string issuer, Client client, Resource? resource)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        ArgumentNullException.ThrowIfNull(client);
        var partner = new Partner(issuer, client, resource);
        var reason = RefuseClient(partner) ?? RefusePlatform(platform, partner) ?? RefuseText(platform, partner);
        return reason is null ? Write(platform, partner) : reason;
    }

    /// <summary>Of the APIs that a client may call or ask about, the one that its snippets are for where nobody says another.</summary>
    public static string? ResourceOf(Client client)
    {
        ArgumentNullException.ThrowIfNull(client);
        var named = client.GrantTypes.Count == 0 ? client.Introspects : client.Resources;
        return named.Count > 0 ? named[0] : null;
    }

    private static Snippet Write(Platform platform, Partner partner) => platform switch
    {
        Platform.AspNetCore => AspNetCoreSnippet.Write(partner),
        Platform.Node => NodeSnippet.Write(partner),
        Platform.Spring => SpringSnippet.Write(partner),
        Platform.Python => PythonSnippet.Write(partner),
        Platform.ModAuthOpenidc => ApacheSnippet.Write(partner),
        Platform.OAuth2Proxy => OAuth2ProxySnippet.Write(partner),
        _ => CurlSnippet.Write(partner),
    };

    // What no snippet does: the libraries may, but not in a few lines that are the same for everybody.
    private static MetadataError? RefuseClient(Partner partner) => partner.Client switch
    {
        _ when partner.Kind == PartnerKind.Browser => new MetadataError("grant_types", "it is code in the browser alone: copy samples/spa, or samples/bff where there is a server"),
        _ when partner.Kind == PartnerKind.Other => new MetadataError("grant_types", $"{Others}"),
        { IsPublic: false, HasSecret: false } => new MetadataError("token_endpoint_auth_method", $"it is {partner.MethodName}, and the snippets prove who they are by a secret; {Others}"),
        { RequireSignedRequestObject: true } => new MetadataError("require_signed_request_object", $"{Others}"),
        { DpopBoundAccessTokens: true } => new MetadataError("dpop_bound_access_tokens", $"{Others}"),
        { TlsClientCertificateBoundAccessTokens: true } => new MetadataError("tls_client_certificate_bound_access_tokens", $"{Others}"),
        { IdTokenEncryptedResponseAlg: not null } => new MetadataError("id_token_encrypted_response_alg", $"{Others}"),
        { UserinfoEncryptedResponseAlg: not null } => new MetadataError("userinfo_encrypted_response_alg", $"{Others}"),
        { UserinfoSignedResponseAlg: not null } => new MetadataError("userinfo_signed_response_alg", $"{Others}"),
        _ => null,
    };

    private static MetadataError? RefusePlatform(Platform platform, Partner partner)
    {
        var isPushed = partner.Client.RequirePushedAuthorizationRequests;
        var alg = partner.Client.IdTokenSignedResponseAlg;
        return platform switch
        {
            Platform.ModAuthOpenidc or Platform.OAuth2Proxy when partner.Kind != PartnerKind.WebApplication => new MetadataError("grant_types", "it stands in front of pages that people sign in to, and this client is no web application"),
            _ when partner.Kind == PartnerKind.Native && platform is not (Platform.Node or Platform.Curl) => new MetadataError("application_type", "for an app without a server there are snippets for node and curl, and samples/native"),
            Platform.AspNetCore when partner.Kind == PartnerKind.Api => new MetadataError("introspects", "ASP.NET Core has nothing of its own that asks about tokens; let the API's tokens be JWTs (`revocation`), for IdentityProvider.Verifier.AspNetCore"),
            Platform.AspNetCore when partner is { Kind: PartnerKind.WebApplication, Client.TokenEndpointAuthMethod: not ClientAuthenticationMethod.ClientSecretPost } =>
                new MetadataError("token_endpoint_auth_method", $"it is {partner.MethodName}, and ASP.NET Core sends the secret in the form: `idp clients update {partner.ClientId} --auth-method client_secret_post`"),
            Platform.AspNetCore or Platform.Node => null,
            _ when isPushed => new MetadataError("require_pushed_authorization_requests", "the snippets for node and aspnetcore push the request, this one can't"),
            Platform.Spring when alg != SignatureAlgorithm.RS256 => new MetadataError("id_token_signed_response_alg", $"Spring Security takes RS256 where no bean says otherwise, and it is {alg.Name}"),
            _ => null,
        };
    }

    // What is written into a file means there what it means here. All of it is printable ASCII without quote and backslash (RFC 6749 §3.3, RFC 3986).
    private static MetadataError? RefuseText(Platform platform, Partner partner)
    {
        string[] values = [partner.ClientId, partner.Scope.ToString(), partner.Resource?.Identifier ?? "", .. partner.Client.RedirectUris.Take(1), partner.SignedOutUri ?? ""];
        if (values.Any(value => value.Any(c => c is < ' ' or > '~' or '"' or '\\')))
            return new MetadataError("client_id", "it, its scope or an address of its has a character that no file can be trusted with");
        if (platform is Platform.Spring or Platform.ModAuthOpenidc && values.Any(value => value.Contains("${", StringComparison.Ordinal)))
            return new MetadataError("scope", "has ${, which such a file reads as the name of a variable");
        return partner.Kind == PartnerKind.WebApplication && !partner.RedirectPath.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '.' or '_' or '~')
            ? new MetadataError("redirect_uris", "the path of the first has characters that frameworks read as a pattern")
            : null;
    }
}
