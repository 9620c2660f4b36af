using System.Net.Http.Headers;
using System.Text;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Server.Http;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.SharedSignals;

/// <summary>Pushes an event to its receiver (RFC 8935): a SET, signed for this very attempt, to where the stream says by now.</summary>
internal sealed class SignalPush(SignalStreams streams, SignalEvents events, SignalTokens tokens, SignalAuthorizations authorizations, Registry registry, PushChannel channel)
{
    /// <summary>Of an answer no more is read: a reason why not.</summary>
    private const int LongestAnswer = 2000;

    /// <summary>What waits for a paused stream is looked at again after this, and at once when the stream is enabled.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    /// <summary>Makes one attempt.</summary>
    public async Task<DeliveryResult> TellAsync(OutboxMessage message, CancellationToken cancellation)
    {
        // 1. It is still to be told, by this way.
        if (await events.FindAsync(message.SessionId, cancellation) is not { } signal || await streams.FindAsync(signal.StreamId, cancellation) is not { EndpointUrl: { } url } stream)
            return new(false, "the event waits no more", IsPointless: true);
        if (await registry.FindClientAsync(stream.ClientId, cancellation) is not { } client || !SharedSignalsApi.MayHave(client, channel.Issuer))
            return new(false, "the client is registered no more, or not for security events", IsPointless: message.Attempts > 1);

        // 2. Its stream is enabled (SSF 1.0 §8.1.2.1), or that it isn't is what is told (§8.1.5).
        var isOfStatus = signal.Kind == SignalKind.StreamUpdated;
        if (stream.Status == StreamStatus.Disabled && !isOfStatus)
            return new(false, "the stream is disabled", IsPointless: true);
        if (stream.Status == StreamStatus.Paused && !isOfStatus)
            return new(false, "the stream is paused") { Again = Pause };

        // 3. There is something to tell.
        if ((await tokens.SignAsync(client, stream.StreamId, [signal], cancellation))[0] is { } token && await SendAsync(stream, url, token, cancellation) is { } failed)
            return failed;
        await events.RemoveAsync(stream.StreamId, [signal.EventId], CancellationToken.None);
        return new(true);
    }

    // Null where it was taken: 202 (RFC 8935 §2.2), or what some frameworks answer instead.
    private async Task<DeliveryResult?> SendAsync(SignalStream stream, string url, string token, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(Encoding.ASCII.GetBytes(token)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(SecurityEventToken.ContentType);
        request.Headers.Accept.ParseAdd("application/json");
        if (stream.HasAuthorization && await streams.FindAuthorizationAsync(stream.StreamId, cancellation) is { } sealedHeader)
            request.Headers.TryAddWithoutValidation("Authorization", authorizations.Open(stream.StreamId, sealedHeader));
        return await channel.Outgoing.SendAsync(request, LongestAnswer, cancellation) switch
        {
            OutgoingAnswer.Answered { Status: var status } when (int)status is 200 or 202 or 204 => null,
            OutgoingAnswer.Answered { Status: var status, Body: var body } when (int)status == 400 => new(false, $"answered 400: {PollRules.ReasonOf(body)}"),
            OutgoingAnswer.Answered { Status: var status } => new(false, $"answered {(int)status}"),
            OutgoingAnswer.Failed { Reason: OutgoingFailure.AnswerTooLong } => new(false, "the answer is too long"),
            OutgoingAnswer.Failed { Reason: var reason } => new(false, OutgoingFailures.Words(reason)),
            _ => throw new InvalidOperationException("An answer of a third kind."),
        };
    }
}

/// <summary>What every push goes out by.</summary>
internal sealed class PushChannel(Outgoing outgoing, Settings settings)
{
    public Outgoing Outgoing => outgoing;

    public string Issuer => settings.Issuer;
}
