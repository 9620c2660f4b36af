using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Admin;

namespace IdentityProvider.Server.Admin.Api;

/// <summary>Keys, the outbox, and what is set.</summary>
internal static class OperatingApi
{
    public static IEnumerable<AdminRoute> Routes =>
    [
        AdminRoute.Get("/keys", "listKeys", AdminArea.Keys, "Every signing key: what it is now, and when it was or will be something else.", ListKeysAsync, typeof(Page<KeyDocument>)),
        AdminRoute.Get("/keys/{kid}", "getKey", AdminArea.Keys, "A signing key.", GetKeyAsync, typeof(KeyDocument)),
        AdminRoute.Act("/keys/rotate", "rotateKeys", AdminArea.Keys, "Makes the next keys before their time; those that will sign.", RotateAsync, typeof(RotationBody), typeof(Page<KeyDocument>)),
        AdminRoute.Act("/keys/{kid}/revoke", "revokeKey", AdminArea.Keys, "The emergency: a key leaves the published set at once, and everything it signed is dead.", RevokeKeyAsync),
        AdminRoute.List("/outbox", "listMessages", AdminArea.Outbox, "What is to be told to clients and people, the newest first.", ListMessagesAsync, typeof(Page<MessageDocument>), ("state", "Only those: waiting, delivered or given_up.")),
        AdminRoute.Get("/outbox/{id}", "getMessage", AdminArea.Outbox, "A message, and how far it is.", GetMessageAsync, typeof(MessageDocument)),
        AdminRoute.Act("/outbox/{id}/retry", "retryMessage", AdminArea.Outbox, "Has a message tried again at once, and for another day.", RetryAsync),
        AdminRoute.Delete("/outbox/{id}", "discardMessage", AdminArea.Outbox, "Forgets a message that waits or was given up: whoever it was for is never told.", DiscardAsync),
        AdminRoute.Get("/settings", "getSettings", AdminArea.Settings, "What is set, without what is secret.", GetSettings, typeof(JsonObject)),
    ];

    private static async Task<AdminAnswer> ListKeysAsync(AdminRequest request) => Keys(await request.Get<SigningKeyOperations>().ListAsync(request.Cancellation));

    private static Task<AdminAnswer> GetKeyAsync(AdminRequest request) =>
        AdminAnswer.OfAsync(request.Get<SigningKeyOperations>().FindAsync(request.Named("kid"), request.Cancellation), key => AdminAnswer.Of(JsonSerializer.SerializeToNode(key, AdminJson.Default.KeyDocument)!));

    private static async Task<AdminAnswer> RotateAsync(AdminRequest request)
    {
        if (!request.Read(AdminApiJson.Default.RotationBody).Try(out var asked, out var fault))
            return fault;
        return Keys(await request.Get<SigningKeyOperations>().RotateAsync(request.Actor, asked.Now == true, request.Cancellation));
    }

    private static Task<AdminAnswer> RevokeKeyAsync(AdminRequest request) =>
        AdminAnswer.DoneAsync(request.Get<SigningKeyOperations>().RevokeAsync(request.Actor, request.Named("kid"), request.Cancellation));

    private static async Task<AdminAnswer> ListMessagesAsync(AdminRequest request)
    {
        var state = request["state"] is { } name ? OutboxOperations.StateOf(name) : null;
        if (state is null && request["state"] is not null)
            return Fault.Refused("state", "must be waiting, delivered or given_up");
        return await request.PageAsync(
            (after, limit) => request.Get<OutboxOperations>().ListAsync(OutboxOperations.IdOf(after), state, limit, request.Cancellation),
            message => JsonSerializer.SerializeToNode(OutboxOperations.Document(message), AdminJson.Default.MessageDocument)!,
            message => message.Id.ToString(CultureInfo.InvariantCulture));
    }

    private static Task<AdminAnswer> GetMessageAsync(AdminRequest request) =>
        AdminAnswer.OfAsync(request.Get<OutboxOperations>().FindAsync(OutboxOperations.IdOf(request.Named("id")) ?? 0, request.Cancellation), message => AdminAnswer.Of(JsonSerializer.SerializeToNode(message, AdminJson.Default.MessageDocument)!));

    private static Task<AdminAnswer> RetryAsync(AdminRequest request) =>
        AdminAnswer.DoneAsync(request.Get<OutboxOperations>().RetryAsync(request.Actor, OutboxOperations.IdOf(request.Named("id")) ?? 0, request.Cancellation));

    private static Task<AdminAnswer> DiscardAsync(AdminRequest request) =>
        AdminAnswer.DoneAsync(request.Get<OutboxOperations>().DiscardAsync(request.Actor, OutboxOperations.IdOf(request.Named("id")) ?? 0, request.Cancellation));

    private static Task<AdminAnswer> GetSettings(AdminRequest request) => Task.FromResult(AdminAnswer.Of(SettingsDocument.Of(request.Get<Settings>())));

    private static AdminAnswer Keys(IReadOnlyList<KeyDocument> keys) =>
        AdminAnswer.Of(new JsonObject { ["items"] = new JsonArray([.. keys.Select(key => JsonSerializer.SerializeToNode(key, AdminJson.Default.KeyDocument))]) });
}
