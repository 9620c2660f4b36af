using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Server.Admin.Api;
using IdentityProvider.Server.Audit;
using IdentityProvider.Storage;
using Actor = IdentityProvider.Server.Admin.Actor;

namespace IdentityProvider.Server.SharedSignals;

/// <summary>A receiver's streams (SSF 1.0 §8.1.1): made, read, changed, replaced, deleted.</summary>
internal sealed class StreamsEndpoint(SignalRequests requests, SignalStreams streams, SignalAuthorizations authorizations, Settings settings, Entropy entropy, TimeProvider clock)
{
    /// <summary>Who loses a race decides again, by what the winner wrote.</summary>
    private const int MostAttempts = 3;

    public async Task CreateAsync(HttpContext http)
    {
        if (await requests.ReadAsync(http, body => StreamRules.Read(body)) is not var (receiver, asked))
            return;
        var decided = StreamRules.Create(asked);
        if (decided is not Validated<StreamPlan>.Valid { Value: var plan })
        {
            await SignalRequests.RefuseAsync(http, decided);
            return;
        }

        var stream = With(
            new SignalStream { StreamId = entropy.NewId(), ClientId = receiver.ClientId, EventsRequested = [], Delivered = [], CreatedAt = clock.GetUtcNow() }, plan);
        switch (await streams.AddAsync(stream, authorizations.Seal(stream.StreamId, plan.Authorization), CancellationToken.None))
        {
            case StreamAddition.TooMany:
                await Problems.WriteAsync(http, StatusCodes.Status409Conflict, "conflict", $"A client has {SignalStream.MostPerClient} streams at most.");
                return;
            case StreamAddition.NoRoom:
                await Problems.WriteAsync(http, StatusCodes.Status409Conflict, "conflict", $"There are {SignalStream.Most} streams already.");
                return;
            case StreamAddition.NoClient:
                await SignalRequests.UnknownAsync(http);
                return;
        }

        var document = Document(stream);
        await AuditTrail.ByAsync(http, Actor.Client(receiver.ClientId), AuditAction.SignalStreamCreated, AuditTarget.SignalStream(stream.StreamId), after: document);
        await Problems.SendAsync(http, StatusCodes.Status201Created, "application/json", document);
    }

    public async Task ReadAsync(HttpContext http)
    {
        if (await requests.EnterAsync(http, manages: false) is not { } receiver || await SignalRequests.StreamIdAsync(http, isRequired: false) is not (true, var streamId))
            return;
        if (streamId is null)
        {
            await Problems.SendAsync(http, StatusCodes.Status200OK, "application/json", new JsonArray([.. (await streams.ListAsync(receiver.ClientId, http.RequestAborted)).Select(Document)]));
            return;
        }

        if (await requests.FindAsync(http, receiver, streamId) is { } stream)
            await Problems.SendAsync(http, StatusCodes.Status200OK, "application/json", Document(stream));
    }

    public Task ChangeAsync(HttpContext http) => WriteAsync(http, (asked, standing) => StreamRules.Change(asked, standing, settings.Issuer));

    public Task ReplaceAsync(HttpContext http) => WriteAsync(http, (asked, standing) => StreamRules.Replace(asked, standing, settings.Issuer));

    public async Task DeleteAsync(HttpContext http)
    {
        if (await requests.EnterAsync(http, manages: true) is not { } receiver || await SignalRequests.StreamIdAsync(http, isRequired: true) is not (true, var streamId)
            || await requests.FindAsync(http, receiver, streamId) is not { } stream)
            return;
        if (!await streams.DeleteAsync(stream.StreamId, CancellationToken.None))
        {
            await SignalRequests.UnknownAsync(http);
            return;
        }

        await AuditTrail.ByAsync(http, Actor.Client(receiver.ClientId), AuditAction.SignalStreamDeleted, AuditTarget.SignalStream(stream.StreamId), before: Document(stream));
        SignalRequests.Done(http);
    }

    private async Task WriteAsync(HttpContext http, Func<StreamConfiguration, SignalStream, Validated<StreamPlan>> decide)
    {
        if (await requests.ReadAsync(http, body => StreamRules.Read(body)) is not var (receiver, asked))
            return;
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (await requests.FindAsync(http, receiver, StreamRules.IdOf(asked.StreamId)) is not { } standing)
                return;
            var decided = decide(asked, standing);
            if (decided is not Validated<StreamPlan>.Valid { Value: var plan })
            {
                await SignalRequests.RefuseAsync(http, decided);
                return;
            }

            var changed = With(standing, plan);
            if (await streams.ReplaceAsync(changed, plan.KeepsDelivery, authorizations.Seal(standing.StreamId, plan.Authorization), clock.GetUtcNow(), CancellationToken.None) != Replaced.Done)
                continue;
            var document = Document(changed);
            await AuditTrail.ByAsync(http, Actor.Client(receiver.ClientId), AuditAction.SignalStreamChanged, AuditTarget.SignalStream(standing.StreamId), Document(standing), document.DeepClone());
            await Problems.SendAsync(http, StatusCodes.Status200OK, "application/json", document);
            return;
        }

        await Problems.WriteAsync(http, StatusCodes.Status409Conflict, "conflict", "The stream was changed meanwhile; try again.");
    }

    private static SignalStream With(SignalStream stream, StreamPlan plan) => stream with
    {
        EndpointUrl = plan.EndpointUrl,
        HasAuthorization = plan.KeepsDelivery ? stream.HasAuthorization : plan.Authorization is not null,
        EventsRequested = plan.EventsRequested,
        Delivered = plan.Delivered,
        Description = plan.Description,
    };

    private JsonNode Document(SignalStream stream) => JsonSerializer.SerializeToNode(SharedSignalsMetadata.Of(stream, settings.Issuer), StreamJson.Default.StreamConfiguration)!;
}
