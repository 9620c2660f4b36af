using System.Globalization;
using IdentityProvider.Protocol.Admin;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/outbox</c>: what is to be told to clients and people, what failed, and trying that again.</summary>
internal static class OutboxConsole
{
    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page("/outbox", AdminArea.Outbox, ListAsync),
        ConsoleRoute.Form("/outbox/{id}/retry", AdminArea.Outbox, RetryAsync),
        ConsoleRoute.Ask("/outbox/{id}/discard", AdminArea.Outbox, request => OfMessageAsync(request, message => Discarding(message).AskAsync(request))),
        ConsoleRoute.Form("/outbox/{id}/discard", AdminArea.Outbox, request => OfMessageAsync(request, message => Discarding(message).AnswerAsync(
            request, () => request.Get<OutboxOperations>().DiscardAsync(request.Actor, message.Id, request.Cancellation), null, _ => $"Message {message.Id} was discarded."))),
    ];

    private static async Task ListAsync(ConsoleRequest request)
    {
        var state = request["state"] is { } name ? OutboxOperations.StateOf(name) : null;
        var list = await request.PageAsync(
            (after, limit) => request.Get<OutboxOperations>().ListAsync(OutboxOperations.IdOf(after), state, limit, request.Cancellation),
            message => message.Id.ToString(CultureInfo.InvariantCulture));
        await request.ShowAsync<OutboxPage>(new OutboxPage.OutboxModel(
            state is { } only ? OutboxOperations.NameOf(only) : null,
            new ConsoleList<MessageDocument>([.. list.Items.Select(OutboxOperations.Document)], list.Next, list.IsLater)));
    }

    private static Task RetryAsync(ConsoleRequest request) => request.WithAsync(
        request.Get<OutboxOperations>().RetryAsync(request.Actor, Named(request), request.Cancellation),
        retried => request.DoneAsync("/outbox", $"Message {retried.Id} is tried again within seconds."));

    private static Confirmation Discarding(MessageDocument message) => new(
        $"Discard message {message.Id}",
        $"Nobody is told what it says any more: {OutboxPage.WordsOf(message.Kind)} for {message.ClientId ?? message.To ?? "nobody"}.",
        [],
        ConsolePaths.Of("outbox", message.Id.ToString(CultureInfo.InvariantCulture), "discard"),
        "Discard it",
        "/outbox");

    private static Task OfMessageAsync(ConsoleRequest request, Func<MessageDocument, Task> work) =>
        request.WithAsync(request.Get<OutboxOperations>().FindAsync(Named(request), request.Cancellation), work);

    private static long Named(ConsoleRequest request) => OutboxOperations.IdOf(request.Named("id")) ?? 0;
}
