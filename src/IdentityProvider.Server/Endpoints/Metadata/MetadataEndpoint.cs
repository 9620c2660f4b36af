using IdentityProvider.Jose;
using IdentityProvider.Protocol.Metadata;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Pages;

namespace IdentityProvider.Server.Endpoints.Metadata;

/// <summary>
/// The metadata document at both well-known places (RFC 8414 §3, OpenID Connect Discovery §4). Of an issuer with a path it stands below that path and
/// behind the host's well-known names (<see cref="IssuerPath"/>).
/// </summary>
internal sealed class MetadataEndpoint(KeyRing keys, Registry registry, Settings settings)
{
    private Signed? _current;

    public async Task HandleAsync(HttpContext http) => await (await DocumentAsync(http.RequestAborted)).WriteAsync(http);

    /// <summary>Written once for each key that signs and for what operators registered.</summary>
    private async ValueTask<PublicDocument> DocumentAsync(CancellationToken cancellation)
    {
        var key = await keys.ActiveAsync(SignatureAlgorithm.RS256, cancellation);
        var types = await registry.FindDetailsTypesAsync(cancellation);
        if (Volatile.Read(ref _current) is { } current && current.Kid == key.Kid && ReferenceEquals(current.Types, types))
            return current.Document;
        var document = new PublicDocument(ServerMetadata.Write(Offer(types.Keys), key), "application/json", settings.Keys.JwksMaxAge);
        Volatile.Write(ref _current, new Signed(key.Kid, types, document));
        return document;
    }

    private ServerOffer Offer(IEnumerable<string> types) => new(settings.Issuer)
    {
        AuthorizationDetailsTypes = [.. types.Order(StringComparer.Ordinal)],
        OffersAccounts = settings.Accounts.Registration == AccountRegistration.Open,
        RequiresPushing = settings.Authorization.RequirePushedAuthorizationRequests,
        HasRegistration = settings.Registration.Mode != RegistrationMode.Off,
        HasClientDocuments = settings.Registration.ClientIdMetadataDocuments,
        ServiceDocumentation = settings.Links.ServiceDocumentation,
        PolicyUri = settings.Links.PolicyUri,
        TosUri = settings.Links.TosUri,
        UiLocales = [.. Languages.All.Select(language => language.Name)],
        Certificates = settings.ClientCertificates is { IsEnabled: true } trusted ? new(trusted.AuthoritiesFile is not null, trusted.Endpoint is { } endpoint ? endpoint + settings.PathBase : null) : null,
    };

    private sealed record Signed(string Kid, object Types, PublicDocument Document);
}

/// <summary>Registers the metadata document.</summary>
internal static class MetadataSetup
{
    public static IServiceCollection AddMetadata(this IServiceCollection services) => services.AddSingleton<MetadataEndpoint>();

    public static void MapMetadata(this IEndpointRouteBuilder routes)
    {
        routes.MapSecurityText(routes.ServiceProvider.GetRequiredService<Settings>());
        foreach (var path in new[] { "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server" })
            routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], routes.ServiceProvider.GetRequiredService<MetadataEndpoint>().HandleAsync);

        // UserInfo is an API of ours, and its tokens name the issuer (RFC 9728 §3).
        var own = new PublicDocument(ProtectedResourceMetadata.WriteOwn(routes.ServiceProvider.GetRequiredService<Settings>().Issuer), "application/json", TimeSpan.FromHours(1));
        routes.MapMethods(ProtectedResourceMetadata.WellKnown, [HttpMethods.Get, HttpMethods.Head], own.WriteAsync);
    }
}
