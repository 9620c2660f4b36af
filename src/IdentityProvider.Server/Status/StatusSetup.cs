using IdentityProvider.Protocol.Status;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Endpoints.Status;
using IdentityProvider.Server.Http;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Status;

/// <summary>Registers the status lists.</summary>
public static class StatusSetup
{
    /// <summary>After the keys: their listener comes first, so that a heartbeat about new keys is signed by them.</summary>
    public static IServiceCollection AddStatus(this IServiceCollection services) => services
        .AddSingleton<StatusIndexes>()
        .AddSingleton<StatusEvents>()
        .AddSingleton<PublishedStatusLists>()
        .AddSingleton<StatusListEndpoint>()
        .AddSingleton<StatusEventsEndpoint>()
        .AddSingleton(provider => new TopicListener(Topic.Status, "status lists", provider.GetRequiredService<PublishedStatusLists>().FollowAsync))
        .AddSingleton(provider => new TopicListener(Topic.Keys, "status heartbeat", provider.GetRequiredService<PublishedStatusLists>().HeartbeatAsync))
        .AddHostedService<StatusHeartbeats>();

    public static void MapStatus(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var lists = services.GetRequiredService<StatusListEndpoint>();
        routes.MapMethods(StatusReference.Path, [HttpMethods.Get, HttpMethods.Head], lists.HandleAggregationAsync);
        routes.MapMethods(StatusReference.Path + "/{list:int:min(1)}", [HttpMethods.Get, HttpMethods.Head], lists.HandleAsync);
        routes.MapGet(StatusReference.EventsPath, services.GetRequiredService<StatusEventsEndpoint>().HandleAsync);

        // A verifier in a page says where it left off.
        routes.MapPreflight(StatusReference.EventsPath, HttpMethods.Get, requestHeaders: "Last-Event-ID, Cache-Control");
    }
}
