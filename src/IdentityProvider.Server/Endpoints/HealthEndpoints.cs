using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints;

/// <summary>Live: the process answers. Ready: it can serve, because its schema is there and its database answers.</summary>
public static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", http => http.Response.WriteAsync("live"));
        routes.MapGet("/health/ready", async http =>
        {
            var ready = await http.RequestServices.GetRequiredService<Schema>().IsCurrentAsync(http.RequestAborted);
            http.Response.StatusCode = ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            await http.Response.WriteAsync(ready ? "ready" : "not ready");
        });
    }
}
