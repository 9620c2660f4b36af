using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands.Remote;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp outbox list|retry|discard</c>.</summary>
internal static class OutboxCommands
{
    private static readonly string[] Columns = ["id", "kind", "client_id", "to", "state", "created_at", "attempts", "next_attempt_at", "last_error"];

    public static Command Build() => new("outbox", "What is to be told to clients, such as that a session has ended, and mailed to people, and how far that is.") { List(), Retry(), Discard() };

    private static Command List()
    {
        var state = new Option<string?>("--state") { Description = "Only those: waiting, delivered or given_up." };
        state.AcceptOnlyFromAmong([.. Enum.GetValues<OutboxState>().Select(OutboxOperations.NameOf)]);
        var paging = new Paging();
        var command = new Command("list", "Messages, the newest first. What was delivered is shown for a day, what was given up for 30.") { state };
        paging.AddTo(command);
        return command.Does(work =>
        {
            OutboxState? only = work.Parsed.GetValue(state) is { } name ? OutboxOperations.StateOf(name) : null;
            return paging.ShowAsync(work, (after, limit, cancellation) => work.Get<OutboxOperations>().ListAsync(Before(after), only, limit, cancellation), Document, Columns);
        },
            work => work.ListAsync(
                work.Text("--state") is { } state ? $"/outbox?state={state}" : "/outbox", "id", "kind", "client_id", "to", "state", "created_at", "attempts", "next_attempt_at", "last_error"));
    }

    private static Command Retry()
    {
        var id = new Argument<long>("id") { Description = "As `idp outbox list` shows it." };
        return new Command("retry", "Try a message again at once, and for another day, whether it waits or was given up.") { id }.Does(async work =>
            work.Tell(
                await work.Get<OutboxOperations>().RetryAsync(work.Actor, work.Parsed.GetRequiredValue(id), work.Cancellation),
                retried => work.Output.Say($"Message {retried.Id} is tried again within seconds.", new() { ["id"] = retried.Id, ["retried"] = true })),
            work => RemoteCalls.MessageAsync(work, HttpMethod.Post, "/retry", "is tried again within seconds", "retried"));
    }

    private static Command Discard()
    {
        var id = new Argument<long>("id") { Description = "As `idp outbox list` shows it." };
        return new Command("discard", "Forget a message that waits or was given up: whoever it was for is never told.") { id }.Ends(
            work => work.ForecastAsync(
                work.Get<OutboxOperations>().FindAsync(work.Parsed.GetRequiredValue(id), work.Cancellation),
                message => $"Would discard message {message.Id}",
                message => new() { ["id"] = message.Id, ["state"] = message.State },
                (_, _) => Task.FromResult<IReadOnlyList<DependentCount>>([])),
            async work => work.Tell(
                await work.Get<OutboxOperations>().DiscardAsync(work.Actor, work.Parsed.GetRequiredValue(id), work.Cancellation),
                message => work.Output.Say($"Discarded message {message.Id}.", new() { ["id"] = message.Id, ["discarded"] = true })),
            work => RemoteCalls.MessageAsync(work, HttpMethod.Delete, "", "is discarded", "discarded"));
    }

    private static long? Before(string? after) => after is null ? null
        : long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id
        : throw new InputException($"--after must be a message's id, not '{after}'.");

    private static JsonObject Document(OutboxMessage message) => JsonSerializer.SerializeToNode(OutboxOperations.Document(message), AdminJson.Default.MessageDocument)!.AsObject();
}
