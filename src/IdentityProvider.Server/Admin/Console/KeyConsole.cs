using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Keys;
using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/keys</c>: the signing keys, their rotation, and the emergency.</summary>
internal static class KeyConsole
{
    /// <summary>How much of a kid one types to revoke it: enough to mean this one.</summary>
    public const int TypedLength = 8;

    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page("/keys", AdminArea.Keys, ListAsync),
        ConsoleRoute.Form("/keys/rotate", AdminArea.Keys, RotateAsync),
        ConsoleRoute.Ask("/keys/{kid}/revoke", AdminArea.Keys, request => AskAsync(request, fault: null)) with { NeedsStepUp = true },
        ConsoleRoute.Form("/keys/{kid}/revoke", AdminArea.Keys, RevokeAsync) with { NeedsStepUp = true },
    ];

    private static async Task ListAsync(ConsoleRequest request)
    {
        var keys = await request.Get<KeyOperations>().ListAsync(request.Cancellation);
        var timeline = KeyTimeline.Of(keys, request.Get<KeySchedule>().AnnounceLead, request.Now);
        await request.ShowAsync<KeysPage>(new KeysPage.KeysModel(timeline, new ConsoleList<KeyListing>([.. keys.OrderByDescending(key => key.AnnouncedAt)])));
    }

    private static async Task RotateAsync(ConsoleRequest request)
    {
        var coming = await request.Get<SigningKeyOperations>().RotateAsync(request.Actor, request["at_once"] == "true", request.Cancellation);
        await request.DoneAsync("/keys", coming.Count == 0 ? "Nothing is left to rotate." : string.Join(" ", coming.Select(key => $"{key.Alg}: {Typed(key.Kid)} signs from {key.ActiveAt} on.")));
    }

    private static Task AskAsync(ConsoleRequest request, Fault? fault) => request.WithAsync(
        request.Get<KeyConsequences>().FindAsync(request.Named("kid"), request.Cancellation), what => request.ShowAsync<RevokeKeyPage>(what, fault));

    // What it breaks was shown with the question, and is counted again only where that is asked again.
    private static Task RevokeAsync(ConsoleRequest request)
    {
        var kid = request.Named("kid");
        return request["confirmation"]?.Trim() != Typed(kid)
            ? AskAsync(request, Fault.Refused("confirmation", $"must be {Typed(kid)}, the beginning of this key's identifier"))
            : request.WithAsync(
                request.Get<SigningKeyOperations>().RevokeAsync(request.Actor, kid, request.Cancellation),
                _ => request.DoneAsync("/keys", $"{Typed(kid)} is revoked. Nothing that it signed is worth anything from now on."));
    }

    /// <summary>What one types to revoke a key.</summary>
    public static string Typed(string kid) => kid.Length > TypedLength ? kid[..TypedLength] : kid;
}
