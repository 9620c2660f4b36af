namespace IdentityProvider.Server.Endpoints.Logout;

/// <summary>Registers <c>/logout</c>.</summary>
internal static class LogoutSetup
{
    public static IServiceCollection AddLogout(this IServiceCollection services) => services
        .AddSingleton<LogoutEndpoint>()
        .AddSingleton<LogoutTokens>()
        .AddSingleton<BackChannelLogout>();

    public static void MapLogout(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/logout", http => http.RequestServices.GetRequiredService<LogoutEndpoint>().GetAsync(http));
        routes.MapPost("/logout", http => http.RequestServices.GetRequiredService<LogoutEndpoint>().PostAsync(http));
        routes.MapPost("/logout/confirm", http => http.RequestServices.GetRequiredService<LogoutEndpoint>().ConfirmAsync(http));
    }
}
