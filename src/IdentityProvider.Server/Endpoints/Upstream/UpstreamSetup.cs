using IdentityProvider.Server.Pages.Account;
using IdentityProvider.Server.Pages.Upstream;
using IdentityProvider.Server.Upstream;

namespace IdentityProvider.Server.Endpoints.Upstream;

/// <summary>Registers sign-in by other OpenID Providers.</summary>
internal static class UpstreamSetup
{
    public static IServiceCollection AddUpstreams(this IServiceCollection services) => services
        .AddSingleton<UpstreamServers>()
        .AddSingleton<UpstreamCredentials>()
        .AddSingleton<UpstreamExchange>()
        .AddSingleton<UpstreamCookies>()
        .AddSingleton<UpstreamStart>()
        .AddSingleton<UpstreamSignIn>()
        .AddSingleton<UpstreamLogouts>()
        .AddSingleton<UpstreamEndpoint>()
        .AddSingleton<UpstreamLogoutEndpoint>()
        .AddSingleton<NewcomerPages>()
        .AddSingleton<LinksPages>();

    public static void MapUpstreams(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/login/upstream/{name}", http => http.RequestServices.GetRequiredService<UpstreamEndpoint>().StartAsync(http, NameOf(http)));
        routes.MapGet("/login/upstream/{name}/callback", http => http.RequestServices.GetRequiredService<UpstreamEndpoint>().CallbackAsync(http, NameOf(http)));
        routes.MapGet("/login/upstream/{name}/new", http => http.RequestServices.GetRequiredService<NewcomerPages>().GetAsync(http, NameOf(http)));
        routes.MapPost("/login/upstream/{name}/new", http => http.RequestServices.GetRequiredService<NewcomerPages>().PostAsync(http, NameOf(http)));
        routes.MapGet("/login/upstream/{name}/signed-out", http => UpstreamLogoutEndpoint.ReturnAsync(http));
        routes.MapPost("/login/upstream/{name}/backchannel-logout", http => http.RequestServices.GetRequiredService<UpstreamLogoutEndpoint>().HearAsync(http, NameOf(http)));
        routes.MapGet("/account/links", http => http.RequestServices.GetRequiredService<LinksPages>().GetAsync(http));
        routes.MapPost("/account/links/add", http => http.RequestServices.GetRequiredService<LinksPages>().AddAsync(http));
        routes.MapPost("/account/links/remove", http => http.RequestServices.GetRequiredService<LinksPages>().RemoveAsync(http));
    }

    private static string NameOf(HttpContext http) => (string)http.Request.RouteValues["name"]!;
}
