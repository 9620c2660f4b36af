using System.CommandLine;
using System.Text.Json;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands.Remote;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp keys list|rotate|revoke</c>.</summary>
internal static class KeyCommands
{
    private const string Active = "active";

    private static readonly string[] Columns = ["kid", "alg", "state", "announced_at", "active_at", "retired_at", "gone_at"];

    public static Command Build() => new("keys", "The keys that tokens are signed with. They rotate by themselves; this is for looking, and for emergencies.")
    {
        List(), Rotate(), Revoke(),
    };

    private static Command List() => new Command("list", "Every key: what it is now, and when it was or will be announced, active, retired and gone.")
        .Does(
            async work => Show(work, await work.Get<SigningKeyOperations>().ListAsync(work.Cancellation)),
            work => work.AllAsync("/keys", "kid", "alg", "state", "announced_at", "active_at", "retired_at", "gone_at"));

    private static Command Rotate()
    {
        var now = new Option<bool>("--now")
        {
            Description = "Sign with the new key at once. Verifiers that cache the keys and don't look again on an unknown kid refuse its tokens until they do.",
        };
        return new Command("rotate", "Make the next key before its time. It is published first, and signs when every cache has it.") { now }
            .Does(
            async work => Show(work, await work.Get<SigningKeyOperations>().RotateAsync(work.Actor, work.Parsed.GetValue(now), work.Cancellation)),
            async work =>
            {
                var (made, _) = await work.Api.SendAsync(HttpMethod.Post, "/keys/rotate", new() { ["now"] = work.Parsed.GetValue<bool>("--now") }, null, work.Cancellation);
                return work.Output.List(RemoteWork.ItemsOf(made), "kid", "alg", "state", "announced_at", "active_at", "retired_at", "gone_at");
            });
    }

    private static Command Revoke()
    {
        var kid = new Argument<string>("kid") { Description = "As `idp keys list` shows it." };
        return new Command("revoke", "The emergency: take a key out of the published set at once. Everything it signed is dead; another key signs.") { kid }
            .Ends(work => LookAsync(work, work.Parsed.GetRequiredValue(kid)), async work => work.Tell(
                await work.Get<SigningKeyOperations>().RevokeAsync(work.Actor, work.Parsed.GetRequiredValue(kid), work.Cancellation),
                name => work.Output.Say($"Revoked {name}: it has left the published keys.", new() { ["kid"] = name, ["revoked"] = true })),
            work => work.DoAsync(HttpMethod.Post, $"/keys/{work.Part("kid")}/revoke", $"Revoked {work.Text("kid")}: it has left the published keys.", new() { ["kid"] = work.Text("kid"), ["revoked"] = true }));
    }

    private static async Task<int> LookAsync(Work work, string kid)
    {
        var keys = await work.Get<SigningKeyOperations>().ListAsync(work.Cancellation);
        if (keys.FirstOrDefault(key => key.Kid == kid) is not { } key)
            return work.Output.Refuse($"kid: '{kid}' is not a key here");
        if (key.RevokedAt is not null)
            return work.Output.Refuse($"kid: '{kid}' is revoked already");
        var next = keys.FirstOrDefault(other => other.Alg == key.Alg && other.State == (key.State == Active ? "announced" : Active))?.Kid;
        return work.Forecast(
            $"Would revoke {kid} ({key.Alg}, {key.State}): every token it signed is dead at once, and {next ?? "a new key"} signs",
            new() { ["kid"] = kid, ["alg"] = key.Alg, ["state"] = key.State, ["next_kid"] = next },
            []);
    }

    private static int Show(Work work, IReadOnlyList<KeyDocument> keys) =>
        work.Output.List([.. keys.Select(key => JsonSerializer.SerializeToNode(key, AdminJson.Default.KeyDocument)!.AsObject())], Columns);
}
