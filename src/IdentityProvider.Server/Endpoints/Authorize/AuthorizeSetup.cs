namespace IdentityProvider.Server.Endpoints.Authorize;

/// <summary>Registers <c>/authorize</c>.</summary>
internal static class AuthorizeSetup
{
    public static IServiceCollection AddAuthorize(this IServiceCollection services) => services
        .AddSingleton<AuthorizationRequests>()
        .AddSingleton<CodeIssuance>()
        .AddSingleton<AuthorizeEndpoint>();

    public static void MapAuthorize(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/authorize", http => http.RequestServices.GetRequiredService<AuthorizeEndpoint>().GetAsync(http));
        routes.MapPost("/authorize", http => http.RequestServices.GetRequiredService<AuthorizeEndpoint>().PostAsync(http));
    }
}
