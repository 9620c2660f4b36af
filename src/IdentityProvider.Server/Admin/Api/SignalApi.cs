using System.Text.Json;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.SharedSignals;

namespace IdentityProvider.Server.Admin.Api;

/// <summary>The streams of security events that receivers made.</summary>
internal static class SignalApi
{
    public static IEnumerable<AdminRoute> Routes =>
    [
        AdminRoute.List("/signals/streams", "listSignalStreams", AdminArea.Signals, "The streams of security events that receivers made, by identifier.", ListAsync, typeof(Page<SignalStreamDocument>), ("client_id", "Only this client's.")),
        AdminRoute.Get("/signals/streams/{stream_id}", "getSignalStream", AdminArea.Signals, "A stream, and how much waits in it.", GetAsync, typeof(SignalStreamDocument)),
        AdminRoute.Act("/signals/streams/{stream_id}/status", "setSignalStreamStatus", AdminArea.Signals, "Gives a stream another status, which its receiver is told: enabled, paused (events wait), disabled (there are none).", SetStatusAsync, typeof(StreamStatusBody), typeof(SignalStreamDocument)),
        AdminRoute.Delete("/signals/streams/{stream_id}", "deleteSignalStream", AdminArea.Signals, "Ends a stream with all that waits in it. Its receiver may make another.", DeleteAsync),
    ];

    private static Task<AdminAnswer> ListAsync(AdminRequest request) => request.PageAsync(
        (after, limit) => request.Get<SignalStreamOperations>().ListAsync(request["client_id"], StreamRules.IdOf(after), limit, request.Cancellation),
        SignalStreamOperations.Line,
        stream => stream.StreamId.ToString("N"));

    private static Task<AdminAnswer> GetAsync(AdminRequest request) =>
        AdminAnswer.OfAsync(request.Get<SignalStreamOperations>().ShowAsync(request.Named("stream_id"), request.Cancellation), stream => AdminAnswer.Of(JsonSerializer.SerializeToNode(stream, AdminJson.Default.SignalStreamDocument)!));

    private static Task<AdminAnswer> SetStatusAsync(AdminRequest request) => request.WithBodyAsync(
        AdminApiJson.Default.StreamStatusBody,
        asked => request.Get<SignalStreamOperations>().SetStatusAsync(request.Actor, request.Named("stream_id"), asked.Status, asked.Reason, request.Cancellation),
        stream => AdminAnswer.Of(SignalStreamOperations.Line(stream)));

    private static Task<AdminAnswer> DeleteAsync(AdminRequest request) =>
        AdminAnswer.DoneAsync(request.Get<SignalStreamOperations>().DeleteAsync(request.Actor, request.Named("stream_id"), request.Cancellation));
}
