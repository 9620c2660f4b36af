using System.Reflection;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Metadata;
using IdentityProvider.Server.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace IdentityProvider.Server.Admin.Api;

/// <summary>Registers the Admin API.</summary>
internal static class AdminApiSetup
{
    // The framework describes what has a method; ours are one for all.
    private static readonly MethodInfo Described = typeof(AdminApiSetup).GetMethod(nameof(Describe), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>All operations.</summary>
    public static IReadOnlyList<AdminRoute> Routes { get; } =
    [
        .. ClientApi.Routes, .. ResourceApi.Routes, .. UserApi.Routes, .. RoleApi.Routes, .. GroupApi.Routes, .. SignInApi.Routes, .. OperatingApi.Routes, .. AuditApi.Routes, .. FederationApi.Routes, .. SearchApi.Routes, .. SignalApi.Routes, .. TokenApi.Routes, .. TrustApi.Routes, .. ConfigurationApi.Routes, .. ImportApi.Routes,
    ];

    public static IServiceCollection AddAdminApi(this IServiceCollection services) => services
        .AddSingleton<AdminAccess>()
        .AddSingleton<AdminRates>()
        .AddSingleton<Idempotency>()
        .AddSingleton<AdminEndpoint>()
        .AddSingleton<AdminDocument>()
        .AddAdminDocument();

    public static void MapAdminApi(this IEndpointRouteBuilder routes)
    {
        var endpoint = routes.ServiceProvider.GetRequiredService<AdminEndpoint>();
        var api = routes.MapGroup(AdminApi.Path);
        foreach (var route in Routes)
        {
            var mapped = api.MapMethods(route.Path, [route.Method], http => endpoint.RunAsync(http, route)).WithName(route.Name).WithSummary(route.Summary).WithTags(AdminApi.Word(route.Area));
            mapped.WithMetadata(route, Described);
            if (route.Body is { } body)
                mapped.WithMetadata(new AcceptsMetadata(["application/json"], body));
            mapped.WithMetadata(route.Answer is { } answer
                ? new ProducesResponseTypeMetadata(route.Status, answer, [route.IsLines ? AdminAnswer.JsonLines : "application/json"])
                : new ProducesResponseTypeMetadata(route.Status, typeof(void), []));
            mapped.WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status422UnprocessableEntity, typeof(ProblemDocument), [Problems.ContentType]));
        }

        routes.MapGet(AdminApi.Path + "/openapi.json", routes.ServiceProvider.GetRequiredService<AdminDocument>().HandleAsync);

        // Who gives tokens for it (RFC 9728 §3).
        var issuer = routes.ServiceProvider.GetRequiredService<Settings>().Issuer;
        var own = new PublicDocument(ProtectedResourceMetadata.Write(issuer, AdminApi.Of(issuer)), "application/json", TimeSpan.FromHours(1));
        routes.MapMethods(ProtectedResourceMetadata.WellKnown + AdminApi.Path, [HttpMethods.Get, HttpMethods.Head], own.WriteAsync);
    }

    private static void Describe()
    {
    }
}
