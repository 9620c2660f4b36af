using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp outbox list|retry</c>.</summary>
internal static class OutboxCommands
{
    private static readonly string[] Columns = ["id", "kind", "client_id", "to", "state", "created_at", "attempts", "next_attempt_at", "last_error"];

    public static Command Build() => new("outbox", "What is to be told to clients, such as that a session has ended, and mailed to people, and how far that is.") { List(), Retry() };

    private static Command List()
    {
        var state = new Option<string?>("--state") { Description = "Only those: waiting, delivered or given_up." };
        state.AcceptOnlyFromAmong([.. Enum.GetValues<OutboxState>().Select(NameOf)]);
        var paging = new Paging();
        var command = new Command("list", "Messages, the newest first. What was delivered is shown for a day, what was given up for 30.") { state };
        paging.AddTo(command);
        return command.Does(work =>
        {
            OutboxState? only = work.Parsed.GetValue(state) is { } name ? Enum.GetValues<OutboxState>().Single(s => NameOf(s) == name) : null;
            return paging.ShowAsync(work, (after, limit, cancellation) => work.Get<Outbox>().ListAsync(Before(after), only, limit, cancellation), Document, Columns);
        });
    }

    private static Command Retry()
    {
        var id = new Argument<long>("id") { Description = "As `idp outbox list` shows it." };
        return new Command("retry", "Try a message again at once, and for another day, whether it waits or was given up.") { id }.Does(async work =>
        {
            var named = work.Parsed.GetRequiredValue(id);
            return await work.Get<Outbox>().RetryAsync(named, work.Installation.Now, work.Cancellation)
                ? work.Output.Say($"Message {named} is tried again within seconds.", new() { ["id"] = named, ["retried"] = true })
                : work.Output.Refuse($"id: {named} is not a message that waits or was given up");
        });
    }

    private static long? Before(string? after) => after is null ? null
        : long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id
        : throw new InputException($"--after must be a message's id, not '{after}'.");

    private static string NameOf(OutboxState state) => state switch
    {
        OutboxState.Delivered => "delivered",
        OutboxState.GivenUp => "given_up",
        _ => "waiting",
    };

    private static JsonObject Document(OutboxMessage message) => new()
    {
        ["id"] = message.Id,
        ["kind"] = message.Kind switch { OutboxKind.BackChannelLogout => "backchannel_logout", OutboxKind.BackchannelPing => "backchannel_ping", OutboxKind.Mail => "mail", var other => throw new InvalidOperationException($"{other} has no name.") },
        ["client_id"] = message.Mail is null ? message.ClientId : null,
        ["to"] = message.Mail?.Address,
        ["sub"] = message.UserId == Guid.Empty ? null : message.UserId.ToString("D"),
        ["sid"] = message.Mail is null ? message.SessionId.ToString("N") : null,
        ["state"] = NameOf(message.State),
        ["created_at"] = Output.Moment(message.CreatedAt),
        ["attempts"] = message.Attempts,
        ["next_attempt_at"] = Moment(message.NextAttemptAt),
        ["last_error"] = message.LastError,
        ["delivered_at"] = Moment(message.DeliveredAt),
        ["given_up_at"] = Moment(message.GivenUpAt),
    };

    private static string? Moment(DateTimeOffset? time) => time is { } at ? Output.Moment(at) : null;
}
