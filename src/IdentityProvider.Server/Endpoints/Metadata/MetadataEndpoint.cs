using IdentityProvider.Protocol.Metadata;
using IdentityProvider.Server.Http;

namespace IdentityProvider.Server.Endpoints.Metadata;

/// <summary>The metadata document at both well-known places (RFC 8414 §3, OpenID Connect Discovery §4).</summary>
public static class MetadataEndpoint
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(1);

    public static void MapMetadata(this IEndpointRouteBuilder routes, Settings settings)
    {
        var document = new PublicDocument(ServerMetadata.Write(settings.Issuer, settings.Authorization.RequirePushedAuthorizationRequests, Certificates(settings.ClientCertificates)), "application/json", MaxAge);
        foreach (var path in new[] { "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server" })
            routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], document.WriteAsync);
    }

    private static CertificateSupport? Certificates(ClientCertificateSettings settings) =>
        settings.IsEnabled ? new(settings.AuthoritiesFile is not null, settings.Endpoint) : null;
}
