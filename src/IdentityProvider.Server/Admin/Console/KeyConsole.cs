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
        ConsoleRoute.Ask("/keys/{kid}/revoke", AdminArea.Keys, AskAsync) with { NeedsStepUp = true },
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
        await request.DoneAsync("/keys", coming.Count == 0 ? "Nothing is left to rotate." : string.Join(" ", coming.Select(key => $"{key.Alg}: {key.Kid[..8]} signs from {key.ActiveAt} on.")));
    }

    private static async Task AskAsync(ConsoleRequest request)
    {
        if ((await request.Get<KeyConsequences>().FindAsync(request.Named("kid"), request.Cancellation)).Try(out var what, out var fault))
            await request.ShowAsync<RevokeKeyPage>(what);
        else
            await request.RefuseAsync(fault);
    }

    private static async Task RevokeAsync(ConsoleRequest request)
    {
        var kid = request.Named("kid");
        if (!(await request.Get<KeyConsequences>().FindAsync(kid, request.Cancellation)).Try(out var what, out var fault))
        {
            await request.RefuseAsync(fault);
            return;
        }

        if (request["confirmation"]?.Trim() != Typed(kid))
        {
            await request.ShowAsync<RevokeKeyPage>(what, Fault.Refused("confirmation", $"must be {Typed(kid)}, the beginning of this key's identifier"));
            return;
        }

        if ((await request.Get<SigningKeyOperations>().RevokeAsync(request.Actor, kid, request.Cancellation)).Try(out _, out fault))
            await request.DoneAsync("/keys", $"{Typed(kid)} is revoked. Nothing that it signed is worth anything from now on.");
        else
            await request.RefuseAsync(fault);
    }

    /// <summary>What one types to revoke a key.</summary>
    public static string Typed(string kid) => kid.Length > TypedLength ? kid[..TypedLength] : kid;
}
