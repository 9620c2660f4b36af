using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/signals</c>: the streams of security events that receivers made.</summary>
internal static class SignalConsole
{
    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page("/signals", AdminArea.Signals, ListAsync),
        ConsoleRoute.Page("/signals/{stream_id}", AdminArea.Signals, request => OfStreamAsync(request, stream => request.ShowAsync<SignalStreamPage>(stream))),
        ConsoleRoute.Form("/signals/{stream_id}/status", AdminArea.Signals, request => OfStreamAsync(request, stream => SetStatusAsync(request, stream))),
        ConsoleRoute.Ask("/signals/{stream_id}/delete", AdminArea.Signals, request => OfStreamAsync(request, async stream => await (await DeletionAsync(request, stream)).AskAsync(request))),
        ConsoleRoute.Form("/signals/{stream_id}/delete", AdminArea.Signals, request => OfStreamAsync(request, async stream => await (await DeletionAsync(request, stream)).AnswerAsync(
            request, () => request.Get<SignalStreamOperations>().DeleteAsync(request.Actor, stream.StreamId, request.Cancellation), "/signals", ended => $"A stream of {ended.ClientId} has ended."))),
    ];

    private static async Task ListAsync(ConsoleRequest request)
    {
        var clientId = request["client_id"];
        var list = await request.PageAsync(
            (after, limit) => request.Get<SignalStreamOperations>().ListAsync(clientId, StreamRules.IdOf(after), limit, request.Cancellation), stream => stream.StreamId.ToString("N"));
        await request.ShowAsync<SignalStreamsPage>(
            new SignalStreamsPage.SignalStreamsModel(clientId, new ConsoleList<SignalStreamDocument>([.. list.Items.Select(SignalStreamOperations.Document)], list.Next, list.IsLater)));
    }

    private static async Task SetStatusAsync(ConsoleRequest request, SignalStreamDocument stream)
    {
        if ((await request.Get<SignalStreamOperations>().SetStatusAsync(request.Actor, stream.StreamId, request["status"], request["reason"], request.Cancellation)).Try(out var changed, out var fault))
            await request.DoneAsync(ConsolePaths.Of("signals", stream.StreamId), $"The stream is {StreamRules.NameOf(changed.Status)}, and its receiver is told so.");
        else
            await request.ShowAsync<SignalStreamPage>(stream, fault);
    }

    private static async Task<Confirmation> DeletionAsync(ConsoleRequest request, SignalStreamDocument stream) => new(
        $"End a stream of {stream.ClientId}",
        "It hears of nothing more, and what waits in it goes. Its receiver may make another.",
        StreamRules.IdOf(stream.StreamId) is { } streamId ? await request.Get<Dependents>().OfStreamAsync(streamId, request.Cancellation) : [],
        ConsolePaths.Of("signals", stream.StreamId, "delete"),
        "End the stream",
        ConsolePaths.Of("signals", stream.StreamId));

    private static Task OfStreamAsync(ConsoleRequest request, Func<SignalStreamDocument, Task> work) =>
        request.WithAsync(request.Get<SignalStreamOperations>().ShowAsync(request.Named("stream_id"), request.Cancellation), work);
}
