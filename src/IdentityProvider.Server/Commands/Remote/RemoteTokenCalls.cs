using System.Text.Json.Nodes;
using static System.Net.Http.HttpMethod;

namespace IdentityProvider.Server.Commands.Remote;

/// <summary>Tokens that somebody has at hand, and those of a client or a person, at a server.</summary>
internal static class RemoteTokenCalls
{
    public static async Task<int> InspectAsync(RemoteWork work) =>
        work.Output.Show((await work.Api.SendAsync(Post, "/tokens/inspect", await TokenAsync(work), null, work.Cancellation)).Document);

    public static async Task<int> RevokeAsync(RemoteWork work)
    {
        if (work.Text("token") is not null)
            return TokenCommands.Say(work.Output, (await work.Api.SendAsync(Post, "/tokens/revoke", await TokenAsync(work), null, work.Cancellation)).Document);
        var (client, username) = (work.Text("--client"), work.Text("--user"));
        if (username is null)
            return await work.DoAsync(Post, $"/clients/{work.Part("--client")}/revoke-tokens", $"Revoked every token of {client}.", new() { ["client_id"] = client, ["revoked"] = true });
        var sub = await work.SubAsync("--user");
        var only = client is null ? "" : $"?client_id={Uri.EscapeDataString(client)}";
        var ended = (int)(await work.Api.SendAsync(Post, $"/users/{sub}/revoke-tokens{only}", null, null, work.Cancellation)).Document["ended"]!;
        return TokenCommands.Say(work.Output, ended, sub, username, client);
    }

    private static async Task<JsonObject> TokenAsync(RemoteWork work) => new() { ["token"] = await Input.ReadPasswordAsync(work.Text("token")!, work.Cancellation) };
}
