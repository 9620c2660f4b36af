using System.Text.Json.Nodes;
using static System.Net.Http.HttpMethod;

namespace IdentityProvider.Server.Commands.Remote;

/// <summary>What several commands ask of the Admin API, or one that is too long to be said where it is (<see cref="Root.Does"/>).</summary>
internal static class RemoteCalls
{
    public static JsonArray Names(RemoteWork work, string option) => [.. (work.Parsed.GetValue<string[]>(option) ?? []).Select(name => JsonValue.Create(name))];

    // What is named by its one argument, which its member is called too.
    public static Task<int> DeleteAsync(RemoteWork work, string path, string name) =>
        work.DoAsync(Delete, $"{path}/{work.Part(name)}", $"Deleted {work.Text(name)}.", new() { [name] = work.Text(name), ["deleted"] = true });

    public static async Task<int> GroupRoleAsync(RemoteWork work, HttpMethod method)
    {
        await work.Api.SendAsync(method, $"/groups/{work.Part("group")}/roles/{work.Part("role")}", null, null, work.Cancellation);
        return await work.ShowAsync($"/groups/{work.Part("group")}");
    }

    public static async Task<int> EndSessionsAsync(RemoteWork work)
    {
        if (work.Text("id") is { } sid)
        {
            var (session, _) = await work.Api.ReadAsync($"/sessions/{Uri.EscapeDataString(sid)}", work.Cancellation);
            return await work.DoAsync(Delete, $"/sessions/{Uri.EscapeDataString(sid)}", $"Ended session {sid}.", new() { ["sid"] = sid, ["sub"] = (string?)session["sub"], ["ended"] = 1 });
        }

        var sub = await work.SubAsync("--user");
        var ended = (int)(await work.Api.SendAsync(Post, $"/users/{sub}/end-sessions", null, null, work.Cancellation)).Document["ended"]!;
        return work.Output.Say($"Ended {ended} {(ended == 1 ? "session" : "sessions")} of {work.Text("--user")}.", new() { ["sub"] = sub, ["username"] = work.Text("--user"), ["ended"] = ended });
    }

    public static Task<int> MessageAsync(RemoteWork work, HttpMethod method, string action, string became, string member)
    {
        var id = work.Parsed.GetValue<long>("id");
        return work.DoAsync(method, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/outbox/{id}{action}"), $"Message {id} {became}.", new() { ["id"] = id, [member] = true });
    }

    public static async Task<int> SearchAsync(RemoteWork work)
    {
        var kind = work.Text("--kind") is { } only ? $"&kind={Uri.EscapeDataString(only)}" : "";
        var found = await work.Api.GetAsync(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/search?q={work.Part("text")}{kind}&limit={work.Parsed.GetValue<int>("--limit")}"), work.Cancellation);
        return SearchCommand.Show(work.Output, found);
    }
}
