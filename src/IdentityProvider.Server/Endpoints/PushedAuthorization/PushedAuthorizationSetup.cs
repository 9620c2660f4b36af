using IdentityProvider.Server.Http;

namespace IdentityProvider.Server.Endpoints.PushedAuthorization;

/// <summary>Registers <c>/par</c>.</summary>
internal static class PushedAuthorizationSetup
{
    public static IServiceCollection AddPushedAuthorization(this IServiceCollection services) => services
        .AddSingleton<AuthorizationFacts>()
        .AddSingleton<RequestObjects>()
        .AddSingleton<PushedAuthorizationEndpoint>();

    public static void MapPushedAuthorization(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(PushedAuthorizationEndpoint.Path, routes.ServiceProvider.GetRequiredService<PushedAuthorizationEndpoint>().HandleAsync);
        routes.MapPreflight(PushedAuthorizationEndpoint.Path, HttpMethods.Post);
    }
}
