using System.CommandLine;
using System.Text.Json;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Server.Admin;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp signals streams list|show|set-status|delete</c>.</summary>
internal static class SignalCommands
{
    public static readonly string[] Columns = ["stream_id", "client_id", "delivery", "endpoint_url", "status", "created_at"];

    public static Command Build() => new("signals", "Security events for other systems (Shared Signals Framework).")
    {
        new Command("streams", "The streams of security events that receivers made.") { List(), Show(), SetStatus(), Delete() },
    };

    private static Argument<string> Stream() => new("stream") { Description = "As `idp signals streams list` shows it." };

    private static Command List()
    {
        var client = new Option<string?>("--client") { Description = "Only this client's.", HelpName = "client_id" };
        var paging = new Paging();
        var command = new Command("list", "The streams, by identifier.") { client };
        paging.AddTo(command);
        return command.Does(work => paging.ShowAsync(
            work, (after, limit, cancellation) => work.Get<SignalStreamOperations>().ListAsync(work.Parsed.GetValue(client), After(after), limit, cancellation), SignalStreamOperations.Line, Columns),
            work => work.ListAsync(
                work.Text("--client") is { } client ? $"/signals/streams?client_id={Uri.EscapeDataString(client)}" : "/signals/streams", SignalCommands.Columns));
    }

    private static Command Show()
    {
        var stream = Stream();
        return new Command("show", "A stream, and how much waits in it.") { stream }.Does(async work => work.Tell(
            await work.Get<SignalStreamOperations>().ShowAsync(work.Parsed.GetRequiredValue(stream), work.Cancellation),
            shown => work.Output.Show(JsonSerializer.SerializeToNode(shown, AdminJson.Default.SignalStreamDocument)!.AsObject())),
            work => work.ShowAsync($"/signals/streams/{work.Part("stream")}"));
    }

    private static Command SetStatus()
    {
        var (stream, status) = (Stream(), new Argument<string>("status") { Description = "enabled; paused, which keeps what happens; or disabled, which doesn't." });
        var reason = new Option<string?>("--reason") { Description = "Why, for the receiver, who is told.", HelpName = "text" };
        status.CompletionSources.Add("enabled", "paused", "disabled");
        return new Command("set-status", "Pause a stream, disable it, or let it go on; its receiver is told so.") { stream, status, reason }.Does(
            async work => work.Tell(
                await work.Get<SignalStreamOperations>().SetStatusAsync(
                    work.Actor, work.Parsed.GetRequiredValue(stream), work.Parsed.GetRequiredValue(status), work.Parsed.GetValue(reason), work.Cancellation),
                changed => work.Output.Show(SignalStreamOperations.Line(changed))),
            async work => work.Output.Show((await work.Api.SendAsync(
                HttpMethod.Post, $"/signals/streams/{work.Part("stream")}/status", new() { ["status"] = work.Text("status"), ["reason"] = work.Text("--reason") }, null, work.Cancellation)).Document));
    }

    private static Command Delete()
    {
        var stream = Stream();
        return new Command("delete", "End a stream with all that waits in it. Its receiver may make another.") { stream }.Ends(
            work => work.ForecastAsync(
                work.Get<SignalStreamOperations>().FindAsync(work.Parsed.GetRequiredValue(stream), work.Cancellation),
                found => $"Would end stream {found.StreamId:N} of {found.ClientId}",
                found => new() { ["stream_id"] = found.StreamId.ToString("N") },
                (found, dependents) => dependents.OfStreamAsync(found.StreamId, work.Cancellation)),
            async work => work.Tell(
                await work.Get<SignalStreamOperations>().DeleteAsync(work.Actor, work.Parsed.GetRequiredValue(stream), work.Cancellation),
                ended => work.Output.Say($"Stream {ended.StreamId:N} of {ended.ClientId} is ended.", new() { ["stream_id"] = ended.StreamId.ToString("N"), ["deleted"] = true })),
            work => work.DoAsync(
                HttpMethod.Delete, $"/signals/streams/{work.Part("stream")}", $"Stream {work.Text("stream")} is ended.", new() { ["stream_id"] = work.Text("stream"), ["deleted"] = true }));
    }

    private static Guid? After(string? after) => after is null ? null : StreamRules.IdOf(after) ?? throw new InputException($"--after must be a stream's id, not '{after}'.");
}
