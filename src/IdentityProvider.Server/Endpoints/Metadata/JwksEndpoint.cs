using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.Endpoints.Metadata;

/// <summary>The keys that verify what this server signs (RFC 7517 §5), from memory.</summary>
public static class JwksEndpoint
{
    public static void MapJwks(this IEndpointRouteBuilder routes) =>
        routes.MapMethods("/.well-known/jwks.json", [HttpMethods.Get, HttpMethods.Head], AnswerAsync);

    private static async Task AnswerAsync(HttpContext http)
    {
        var jwks = await http.RequestServices.GetRequiredService<KeyRing>().JwksAsync(http.RequestAborted);
        await jwks.WriteAsync(http);
    }
}
