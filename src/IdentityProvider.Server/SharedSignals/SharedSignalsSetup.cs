using IdentityProvider.Protocol.Metadata;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Http;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.SharedSignals;

/// <summary>Registers the transmitter of the Shared Signals Framework.</summary>
internal static class SharedSignalsSetup
{
    public static IServiceCollection AddSharedSignals(this IServiceCollection services) => services
        .AddSingleton<SharedSignalsAccess>()
        .AddSingleton<SignalRequests>()
        .AddSingleton<SignalAuthorizations>()
        .AddSingleton<SignalTokens>()
        .AddSingleton<PushChannel>()
        .AddSingleton<SignalPush>()
        .AddSingleton<StreamsEndpoint>()
        .AddSingleton<StreamStatusEndpoint>()
        .AddSingleton<PollEndpoint>()
        .AddSingleton<SignalReceivers>()
        .AddSingleton(provider => new TopicListener(Topic.SignalStreams, nameof(SignalReceivers), _ =>
        {
            provider.GetRequiredService<SignalReceivers>().Forget();
            return Task.CompletedTask;
        }));

    public static void MapSharedSignals(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var issuer = services.GetRequiredService<Settings>().Issuer;
        var metadata = new PublicDocument(SharedSignalsMetadata.Write(issuer), "application/json", TimeSpan.FromHours(1));
        routes.MapMethods(SharedSignalsMetadata.WellKnown, [HttpMethods.Get, HttpMethods.Head], metadata.WriteAsync);
        var own = new PublicDocument(ProtectedResourceMetadata.Write(issuer, SharedSignalsApi.Of(issuer)), "application/json", TimeSpan.FromHours(1));
        routes.MapMethods(ProtectedResourceMetadata.WellKnown + SharedSignalsApi.Path, [HttpMethods.Get, HttpMethods.Head], own.WriteAsync);

        var streams = services.GetRequiredService<StreamsEndpoint>();
        routes.MapPost(SharedSignalsApi.Streams, streams.CreateAsync);
        routes.MapGet(SharedSignalsApi.Streams, streams.ReadAsync);
        routes.MapPatch(SharedSignalsApi.Streams, streams.ChangeAsync);
        routes.MapPut(SharedSignalsApi.Streams, streams.ReplaceAsync);
        routes.MapDelete(SharedSignalsApi.Streams, streams.DeleteAsync);
        var status = services.GetRequiredService<StreamStatusEndpoint>();
        routes.MapGet(SharedSignalsApi.Status, status.ReadAsync);
        routes.MapPost(SharedSignalsApi.Status, status.ChangeAsync);
        routes.MapPost(SharedSignalsApi.AddSubject, status.AddSubjectAsync);
        routes.MapPost(SharedSignalsApi.RemoveSubject, status.RemoveSubjectAsync);
        routes.MapPost(SharedSignalsApi.Verification, status.VerifyAsync);
        routes.MapPost(SharedSignalsApi.Poll + "{stream}", services.GetRequiredService<PollEndpoint>().HandleAsync);
    }
}
