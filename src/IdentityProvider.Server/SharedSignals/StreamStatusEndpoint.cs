using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Server.Admin.Api;
using IdentityProvider.Server.Audit;
using IdentityProvider.Storage;
using Actor = IdentityProvider.Server.Admin.Actor;

namespace IdentityProvider.Server.SharedSignals;

/// <summary>What flows in a stream: whether anything does (SSF 1.0 §8.1.2), of whom (§8.1.3), and a try (§8.1.4).</summary>
internal sealed class StreamStatusEndpoint(SignalRequests requests, SignalStreams streams, Settings settings, TimeProvider clock)
{
    public async Task ReadAsync(HttpContext http)
    {
        if (await requests.EnterAsync(http, manages: false) is { } receiver && await SignalRequests.StreamIdAsync(http, isRequired: true) is (true, var streamId)
            && await requests.FindAsync(http, receiver, streamId) is { } stream)
            await Problems.SendAsync(http, StatusCodes.Status200OK, "application/json", Document(stream));
    }

    public async Task ChangeAsync(HttpContext http)
    {
        if (await requests.ReadAsync(http, body => StreamRules.ReadStatus(body)) is not var (receiver, asked) || await requests.FindAsync(http, receiver, asked.StreamId) is not { } stream)
            return;
        if (!await streams.SetStatusAsync(stream.StreamId, asked.Status, asked.Reason, clock.GetUtcNow(), cancellation: CancellationToken.None))
        {
            await SignalRequests.UnknownAsync(http);
            return;
        }

        var document = Document(stream with { Status = asked.Status, StatusReason = asked.Reason });
        await AuditTrail.ByAsync(http, Actor.Client(receiver.ClientId), AuditAction.SignalStreamChanged, AuditTarget.SignalStream(stream.StreamId), Document(stream), document.DeepClone());
        await Problems.SendAsync(http, StatusCodes.Status200OK, "application/json", document);
    }

    /// <summary>Told of somebody again. Whether there is such a person is not told (§10.1).</summary>
    public async Task AddSubjectAsync(HttpContext http)
    {
        if (await requests.ReadAsync(http, body => SubjectRules.Read(body, settings.Issuer)) is not var (receiver, asked) || await requests.FindAsync(http, receiver, asked.StreamId) is not { } stream)
            return;
        await streams.AddSubjectAsync(stream.StreamId, asked.Subject, CancellationToken.None);
        await TellAsync(http, stream, "subject_added", asked.Subject);
        SignalRequests.Done(http, StatusCodes.Status200OK);
    }

    /// <summary>Told nothing of somebody.</summary>
    public async Task RemoveSubjectAsync(HttpContext http)
    {
        if (await requests.ReadAsync(http, body => SubjectRules.Read(body, settings.Issuer)) is not var (receiver, asked) || await requests.FindAsync(http, receiver, asked.StreamId) is not { } stream)
            return;
        if (!await streams.RemoveSubjectAsync(stream.StreamId, asked.Subject, CancellationToken.None))
        {
            await Problems.WriteAsync(http, StatusCodes.Status403Forbidden, "forbidden", $"No more than {SignalStream.MostRemovedSubjects} subjects can be removed from a stream.");
            return;
        }

        await TellAsync(http, stream, "subject_removed", asked.Subject);
        SignalRequests.Done(http);
    }

    public async Task VerifyAsync(HttpContext http)
    {
        if (await requests.ReadAsync(http, body => StreamRules.ReadVerification(body)) is not var (receiver, asked)
            || await requests.FindAsync(http, receiver, StreamRules.IdOf(asked.StreamId)) is not { } stream)
            return;
        switch (await streams.VerifyAsync(stream.StreamId, asked.State, clock.GetUtcNow(), CancellationToken.None))
        {
            case VerificationOutcome.TooSoon:
                http.Response.Headers.RetryAfter = $"{(int)SignalStream.VerificationInterval.TotalSeconds}";
                await Problems.WriteAsync(http, StatusCodes.Status429TooManyRequests, "too-often", "Another verification was asked for less than min_verification_interval ago.");
                return;
            case VerificationOutcome.Disabled:
                await SignalRequests.RefuseAsync(http, new("stream_id", "is of a stream that is disabled"));
                return;
        }

        SignalRequests.Done(http);
    }

    private static Task TellAsync(HttpContext http, SignalStream stream, string what, string subject) => AuditTrail.ByAsync(
        http, Actor.Client(stream.ClientId), AuditAction.SignalStreamChanged, AuditTarget.SignalStream(stream.StreamId), detail: new JsonObject { [what] = subject });

    private static JsonNode Document(SignalStream stream) => JsonSerializer.SerializeToNode(
        new StreamStatusDocument { StreamId = stream.StreamId.ToString("N"), Status = StreamRules.NameOf(stream.Status), Reason = stream.StatusReason }, StreamJson.Default.StreamStatusDocument)!;
}
