using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.RichAuthorization;
using IdentityProvider.Protocol.TrustedIssuers;

namespace IdentityProvider.Server.Admin.Api;

/// <summary>Issuers whose assertions are believed, and what clients may ask for beyond scopes.</summary>
internal static class TrustApi
{
    public static IEnumerable<AdminRoute> Routes =>
    [
        AdminRoute.List("/trusted-issuers", "listTrustedIssuers", AdminArea.Upstreams, "Issuers whose assertions are good for tokens here (RFC 7523), by name.", ListIssuersAsync, typeof(Page<TrustedIssuerMetadata>)),
        AdminRoute.Make("/trusted-issuers", "createTrustedIssuer", AdminArea.Upstreams, "Trusts an issuer: a matter for who may change everything, since it may say of anybody who they are.", CreateIssuerAsync, typeof(TrustedIssuerMetadata), typeof(TrustedIssuerMetadata)),
        AdminRoute.Get("/trusted-issuers/{issuer}", "getTrustedIssuer", AdminArea.Upstreams, "A trusted issuer.", GetIssuerAsync, typeof(TrustedIssuerMetadata)),
        AdminRoute.Delete("/trusted-issuers/{issuer}", "deleteTrustedIssuer", AdminArea.Upstreams, "Trusts an issuer no more. Tokens that were got by its assertions live until they expire.", DeleteIssuerAsync),
        AdminRoute.List("/authorization-details-types", "listAuthorizationDetailsTypes", AdminArea.Resources, "What clients may ask for beyond scopes (RFC 9396), by name.", ListTypesAsync, typeof(Page<AuthorizationDetailsTypeMetadata>)),
        AdminRoute.Make("/authorization-details-types", "createAuthorizationDetailsType", AdminArea.Resources, "Registers a type by its JSON Schema.", CreateTypeAsync, typeof(AuthorizationDetailsTypeMetadata), typeof(AuthorizationDetailsTypeMetadata)),
        AdminRoute.Get("/authorization-details-types/{type}", "getAuthorizationDetailsType", AdminArea.Resources, "A type.", GetTypeAsync, typeof(AuthorizationDetailsTypeMetadata)),
        AdminRoute.Delete("/authorization-details-types/{type}", "deleteAuthorizationDetailsType", AdminArea.Resources, "Removes a type. Nothing more of it is granted.", DeleteTypeAsync),
    ];

    private static Task<AdminAnswer> ListIssuersAsync(AdminRequest request) => request.PageAsync(
        (after, limit) => request.Get<TrustedIssuerOperations>().ListAsync(after, limit, request.Cancellation), TrustedIssuerOperations.Document, trusted => trusted.Issuer);

    private static async Task<AdminAnswer> CreateIssuerAsync(AdminRequest request)
    {
        if (!request.Read(TrustedIssuerMetadataJson.Default.TrustedIssuerMetadata).Try(out var metadata, out var fault))
            return fault;
        return (await request.Get<TrustedIssuerOperations>().CreateAsync(request.Actor, metadata, request.Cancellation)).Try(out var made, out fault)
            ? AdminAnswer.Made(TrustedIssuerOperations.Document(made), $"/trusted-issuers/{Uri.EscapeDataString(made.Issuer)}")
            : fault;
    }

    private static async Task<AdminAnswer> GetIssuerAsync(AdminRequest request) =>
        (await request.Get<TrustedIssuerOperations>().FindAsync(request.Named("issuer"), request.Cancellation)).Try(out var found, out var fault)
            ? AdminAnswer.Of(TrustedIssuerOperations.Document(found))
            : fault;

    private static async Task<AdminAnswer> DeleteIssuerAsync(AdminRequest request) =>
        (await request.Get<TrustedIssuerOperations>().DeleteAsync(request.Actor, request.Named("issuer"), request.Cancellation)).Try(out _, out var fault) ? AdminAnswer.Nothing : fault;

    private static Task<AdminAnswer> ListTypesAsync(AdminRequest request) => request.PageAsync(
        (after, limit) => request.Get<DetailsTypeOperations>().ListAsync(after, limit, request.Cancellation), DetailsTypeOperations.Document, type => type.Type);

    private static async Task<AdminAnswer> CreateTypeAsync(AdminRequest request)
    {
        if (!request.Read(AuthorizationDetailsTypeMetadataJson.Default.AuthorizationDetailsTypeMetadata).Try(out var metadata, out var fault))
            return fault;
        return (await request.Get<DetailsTypeOperations>().CreateAsync(request.Actor, metadata, request.Cancellation)).Try(out var made, out fault)
            ? AdminAnswer.Made(DetailsTypeOperations.Document(made), $"/authorization-details-types/{Uri.EscapeDataString(made.Type)}")
            : fault;
    }

    private static async Task<AdminAnswer> GetTypeAsync(AdminRequest request) =>
        (await request.Get<DetailsTypeOperations>().FindAsync(request.Named("type"), request.Cancellation)).Try(out var found, out var fault)
            ? AdminAnswer.Of(DetailsTypeOperations.Document(found))
            : fault;

    private static async Task<AdminAnswer> DeleteTypeAsync(AdminRequest request) =>
        (await request.Get<DetailsTypeOperations>().DeleteAsync(request.Actor, request.Named("type"), request.Cancellation)).Try(out _, out var fault) ? AdminAnswer.Nothing : fault;
}
