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
        AdminRoute.Make("/trusted-issuers", "createTrustedIssuer", AdminArea.Upstreams, "Trusts an issuer: a matter for who may change everything, since it may say of anybody who they are.", CreateIssuerAsync, typeof(TrustedIssuerMetadata), typeof(TrustedIssuerMetadata)) with { NeedsFull = true },
        AdminRoute.Get("/trusted-issuers/{issuer}", "getTrustedIssuer", AdminArea.Upstreams, "A trusted issuer.", GetIssuerAsync, typeof(TrustedIssuerMetadata)),
        AdminRoute.Delete("/trusted-issuers/{issuer}", "deleteTrustedIssuer", AdminArea.Upstreams, "Trusts an issuer no more. Tokens that were got by its assertions live until they expire.", DeleteIssuerAsync) with { NeedsFull = true },
        AdminRoute.List("/authorization-details-types", "listAuthorizationDetailsTypes", AdminArea.Resources, "What clients may ask for beyond scopes (RFC 9396), by name.", ListTypesAsync, typeof(Page<AuthorizationDetailsTypeMetadata>)),
        AdminRoute.Make("/authorization-details-types", "createAuthorizationDetailsType", AdminArea.Resources, "Registers a type by its JSON Schema.", CreateTypeAsync, typeof(AuthorizationDetailsTypeMetadata), typeof(AuthorizationDetailsTypeMetadata)),
        AdminRoute.Get("/authorization-details-types/{type}", "getAuthorizationDetailsType", AdminArea.Resources, "A type.", GetTypeAsync, typeof(AuthorizationDetailsTypeMetadata)),
        AdminRoute.Delete("/authorization-details-types/{type}", "deleteAuthorizationDetailsType", AdminArea.Resources, "Removes a type. Nothing more of it is granted.", DeleteTypeAsync),
    ];

    private static Task<AdminAnswer> ListIssuersAsync(AdminRequest request) => request.PageAsync(
        (after, limit) => request.Get<TrustedIssuerOperations>().ListAsync(after, limit, request.Cancellation), TrustedIssuerOperations.Document, trusted => trusted.Issuer);

    private static Task<AdminAnswer> CreateIssuerAsync(AdminRequest request) => request.WithBodyAsync(
        TrustedIssuerMetadataJson.Default.TrustedIssuerMetadata,
        metadata => request.Get<TrustedIssuerOperations>().CreateAsync(request.Actor, metadata, request.Cancellation),
        made => AdminAnswer.Made(TrustedIssuerOperations.Document(made), $"/trusted-issuers/{Uri.EscapeDataString(made.Issuer)}"));

    private static Task<AdminAnswer> GetIssuerAsync(AdminRequest request) =>
        AdminAnswer.OfAsync(request.Get<TrustedIssuerOperations>().FindAsync(request.Named("issuer"), request.Cancellation), found => AdminAnswer.Of(TrustedIssuerOperations.Document(found)));

    private static Task<AdminAnswer> DeleteIssuerAsync(AdminRequest request) =>
        AdminAnswer.DoneAsync(request.Get<TrustedIssuerOperations>().DeleteAsync(request.Actor, request.Named("issuer"), request.Cancellation));

    private static Task<AdminAnswer> ListTypesAsync(AdminRequest request) => request.PageAsync(
        (after, limit) => request.Get<DetailsTypeOperations>().ListAsync(after, limit, request.Cancellation), DetailsTypeOperations.Document, type => type.Type);

    private static Task<AdminAnswer> CreateTypeAsync(AdminRequest request) => request.WithBodyAsync(
        AuthorizationDetailsTypeMetadataJson.Default.AuthorizationDetailsTypeMetadata,
        metadata => request.Get<DetailsTypeOperations>().CreateAsync(request.Actor, metadata, request.Cancellation),
        made => AdminAnswer.Made(DetailsTypeOperations.Document(made), $"/authorization-details-types/{Uri.EscapeDataString(made.Type)}"));

    private static Task<AdminAnswer> GetTypeAsync(AdminRequest request) =>
        AdminAnswer.OfAsync(request.Get<DetailsTypeOperations>().FindAsync(request.Named("type"), request.Cancellation), found => AdminAnswer.Of(DetailsTypeOperations.Document(found)));

    private static Task<AdminAnswer> DeleteTypeAsync(AdminRequest request) =>
        AdminAnswer.DoneAsync(request.Get<DetailsTypeOperations>().DeleteAsync(request.Actor, request.Named("type"), request.Cancellation));
}
