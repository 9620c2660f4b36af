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
        ConsoleRoute.Page("/outbox/{id}/discard", AdminArea.Outbox, AskToDiscardAsync),
        ConsoleRoute.Form("/outbox/{id}/discard", AdminArea.Outbox, DiscardAsync),
    ];

    private static async Task ListAsync(ConsoleRequest request)
    {
        var state = request["state"] is { } name ? OutboxOperations.StateOf(name) : null;
        var list = await request.PageAsync(
            (after, limit) => request.Get<OutboxOperations>().ListAsync(NumberOf(after), state, limit, request.Cancellation),
            message => message.Id.ToString(CultureInfo.InvariantCulture));
        await request.ShowAsync<OutboxPage>(new OutboxPage.OutboxModel(
            state is { } only ? OutboxOperations.NameOf(only) : null,
            new ConsoleList<MessageDocument>([.. list.Items.Select(OutboxOperations.Document)], list.Next, list.IsLater)));
    }

    private static async Task RetryAsync(ConsoleRequest request)
    {
        var tried = await request.Get<OutboxOperations>().RetryAsync(request.Actor, Named(request), request.Cancellation);
        if (tried.Try(out var retried, out var fault))
            await request.DoneAsync("/outbox", $"Message {retried.Id} is tried again within seconds.");
        else
            await request.RefuseAsync(fault);
    }

    private static async Task AskToDiscardAsync(ConsoleRequest request)
    {
        if ((await request.Get<OutboxOperations>().FindAsync(Named(request), request.Cancellation)).Try(out var message, out var fault))
            await Of(message).AskAsync(request, AdminArea.Outbox);
        else
            await request.RefuseAsync(fault);
    }

    private static async Task DiscardAsync(ConsoleRequest request)
    {
        var outbox = request.Get<OutboxOperations>();
        if ((await outbox.FindAsync(Named(request), request.Cancellation)).Try(out var message, out var fault))
            await Of(message).AnswerAsync(request, () => outbox.DiscardAsync(request.Actor, message.Id, request.Cancellation), null, _ => $"Message {message.Id} was discarded.");
        else
            await request.RefuseAsync(fault);
    }

    private static Confirmation Of(MessageDocument message) => new(
        $"Discard message {message.Id}",
        $"Nobody is told what it says any more: {OutboxPage.WordsOf(message.Kind)} for {message.ClientId ?? message.To ?? "nobody"}.",
        [],
        ConsolePaths.Of("outbox", message.Id.ToString(CultureInfo.InvariantCulture), "discard"),
        "Discard it",
        "/outbox");

    private static long Named(ConsoleRequest request) => NumberOf(request.Named("id")) ?? 0;

    private static long? NumberOf(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
