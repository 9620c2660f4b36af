using IdentityProvider.Server.Background;

namespace IdentityProvider.Server.Endpoints;

/// <summary>
/// Live: the process answers, and to start it again would mend nothing. Ready: it can serve, else requests should go to another node; the answer names what
/// is missing: <c>draining</c>, <c>database</c>, <c>migrations</c> or <c>keys</c>.
/// </summary>
public static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", http => http.Response.WriteAsync("live"));
        routes.MapGet("/health/ready", async http =>
        {
            var lack = await http.RequestServices.GetRequiredService<Readiness>().LackAsync(http.RequestAborted);
            http.Response.StatusCode = lack is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            http.Response.Headers.CacheControl = "no-store";
            await http.Response.WriteAsync(lack is null ? "ready" : $"not ready: {lack}");
        });
    }
}
