using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Admin;
using static System.Net.Http.HttpMethod;

namespace IdentityProvider.Server.Commands.Remote;

/// <summary>
/// The commands that can act on a server from elsewhere, by their words, and what each asks of the Admin API. The others are of the machine: its keys,
/// its database, its files.
/// </summary>
internal static class RemoteCalls
{
    public static IReadOnlyDictionary<string, Func<RemoteWork, Task<int>>> All { get; } =
        new[] { OfClients(), OfPeople(), OfTheRest() }.SelectMany(calls => calls).ToDictionary(StringComparer.Ordinal);

    private static Dictionary<string, Func<RemoteWork, Task<int>>> OfClients() => new()
    {
        ["clients list"] = work => work.ListAsync("/clients", "client_id", "client_name", "token_endpoint_auth_method", "grant_types", "scope"),
        ["clients show"] = work => work.ShowAsync($"/clients/{work.Part("client_id")}"),
        ["clients delete"] = RemoteFederation.DeleteClientAsync,
        ["clients denied"] = work => work.ListAsync("/denied-clients", "client_id", "denied_at"),
        ["clients allow"] = work => work.DoAsync(Delete, $"/denied-clients/{work.Part("client_id")}", $"Allowed {work.Text("client_id")}.", new() { ["client_id"] = work.Text("client_id"), ["allowed"] = true }),
        ["clients rotate-secret"] = work => work.MakeAsync(
            $"/clients/{work.Part("client_id")}/secrets", new() { ["keep_old"] = work.Parsed.GetValue<bool>("--revoke-old") ? 0 : (int)work.Parsed.GetValue<TimeSpan>("--keep-old").TotalSeconds }),
        ["resources list"] = work => work.ListAsync("/resources", "identifier", "name", "scopes", "revocation", "access_token_lifetime", "signing_alg"),
        ["resources show"] = work => work.ShowAsync($"/resources/{work.Part("identifier")}"),
        ["resources delete"] = work => DeleteAsync(work, "/resources", "identifier"),
        ["registration-policies list"] = work => work.AllAsync("/registration-policies", RegistrationPolicyCommands.Columns),
        ["registration-policies revoke"] = work => work.DoAsync(Delete, $"/registration-policies/{work.Part("policy_id")}", $"Revoked {work.Text("policy_id")}.", new() { ["policy_id"] = work.Text("policy_id"), ["revoked"] = true }),
        ["authorization-details-types list"] = work => work.ListAsync("/authorization-details-types", "type", "schema"),
        ["authorization-details-types show"] = work => work.ShowAsync($"/authorization-details-types/{work.Part("type")}"),
        ["authorization-details-types delete"] = work => DeleteAsync(work, "/authorization-details-types", "type"),
    };

    private static Dictionary<string, Func<RemoteWork, Task<int>>> OfPeople() => new()
    {
        ["users list"] = work => work.ListAsync("/users", "username", "sub", "disabled", "created_at"),
        ["users create"] = RemoteUsers.CreateAsync,
        ["users show"] = async work => await work.ShowAsync($"/users/{await work.SubAsync("username")}"),
        ["users update"] = RemoteUsers.UpdateAsync,
        ["users set-password"] = RemoteUsers.SetPasswordAsync,
        ["users disable"] = work => work.ChangeAsync(Post, sub => $"/users/{sub}/disable"),
        ["users enable"] = work => work.ChangeAsync(Post, sub => $"/users/{sub}/enable"),
        ["users reset-second-factors"] = work => work.ChangeAsync(Delete, sub => $"/users/{sub}/second-factors"),
        ["users grant-role"] = work => work.ChangeAsync(Put, sub => $"/users/{sub}/roles/{work.Part("role")}"),
        ["users revoke-role"] = work => work.ChangeAsync(Delete, sub => $"/users/{sub}/roles/{work.Part("role")}"),
        ["users add-to-group"] = work => work.ChangeAsync(Put, sub => $"/groups/{work.Part("group")}/members/{sub}"),
        ["users remove-from-group"] = work => work.ChangeAsync(Delete, sub => $"/groups/{work.Part("group")}/members/{sub}"),
        ["users delete"] = async work =>
        {
            var sub = await work.SubAsync("username");
            return await work.DoAsync(Delete, $"/users/{sub}", $"Deleted {work.Text("username")}.", new() { ["sub"] = sub, ["username"] = work.Text("username"), ["deleted"] = true });
        },
        ["users history"] = async work => await work.ListAsync($"/users/{await work.SubAsync("username")}/history", "id", "at", "outcome", "count", "detail", "address", "device"),
        ["users link"] = work => work.ChangeAsync(Put, sub => $"/users/{sub}/links/{work.Part("issuer")}/{work.Part("subject")}"),
        ["users unlink"] = work => work.ChangeAsync(Delete, sub => $"/users/{sub}/links/{work.Part("issuer")}/{work.Part("subject")}"),
        ["groups list"] = work => work.ListAsync("/groups", "group", "created_at"),
        ["groups create"] = work => work.MakeAsync("/groups", new() { ["group"] = work.Text("group"), ["roles"] = Names(work, "--role") }),
        ["groups show"] = work => work.Parsed.GetValue<bool>("--members") ? work.ListAsync($"/groups/{work.Part("group")}/members", "username") : work.ShowAsync($"/groups/{work.Part("group")}"),
        ["groups delete"] = work => DeleteAsync(work, "/groups", "group"),
        ["groups grant-role"] = work => GroupRoleAsync(work, Put),
        ["groups revoke-role"] = work => GroupRoleAsync(work, Delete),
        ["roles list"] = work => work.ListAsync("/roles", "role", "require_mfa"),
        ["roles create"] = work => work.MakeAsync("/roles", new() { ["role"] = work.Text("role"), ["require_mfa"] = work.Parsed.GetValue<bool>("--require-mfa") }),
        ["roles update"] = work => work.ReplaceAsync(Put, $"/roles/{work.Part("role")}", _ => new() { ["require_mfa"] = work.Parsed.GetValue<bool>("--require-mfa") }),
        ["roles delete"] = work => DeleteAsync(work, "/roles", "role"),
        ["sessions list"] = async work => await work.AllAsync($"/users/{await work.SubAsync("--user")}/sessions", "sid", "device", "address", "signed_in_at", "last_used_at", "ends_at", "clients"),
        ["sessions end"] = EndSessionsAsync,
    };

    private static Dictionary<string, Func<RemoteWork, Task<int>>> OfTheRest() => new()
    {
        ["keys list"] = work => work.AllAsync("/keys", "kid", "alg", "state", "announced_at", "active_at", "retired_at", "gone_at"),
        ["keys rotate"] = async work =>
        {
            var (made, _) = await work.Api.SendAsync(Post, "/keys/rotate", new() { ["now"] = work.Parsed.GetValue<bool>("--now") }, null, work.Cancellation);
            return work.Output.List(RemoteWork.ItemsOf(made), "kid", "alg", "state", "announced_at", "active_at", "retired_at", "gone_at");
        },
        ["keys revoke"] = work => work.DoAsync(Post, $"/keys/{work.Part("kid")}/revoke", $"Revoked {work.Text("kid")}: it has left the published keys.", new() { ["kid"] = work.Text("kid"), ["revoked"] = true }),
        ["outbox list"] = work => work.ListAsync(
            work.Text("--state") is { } state ? $"/outbox?state={state}" : "/outbox", "id", "kind", "client_id", "to", "state", "created_at", "attempts", "next_attempt_at", "last_error"),
        ["outbox retry"] = work => MessageAsync(work, Post, "/retry", "is tried again within seconds", "retried"),
        ["outbox discard"] = work => MessageAsync(work, Delete, "", "is discarded", "discarded"),
        ["tokens inspect"] = RemoteTokenCalls.InspectAsync,
        ["tokens revoke"] = RemoteTokenCalls.RevokeAsync,
        ["audit show"] = work => work.ShowAsync($"/audit/{work.Part("id")}"),
        ["audit verify"] = async work =>
        {
            var (proof, _) = await work.Api.SendAsync(Post, "/audit/verify", new() { ["known"] = work.Text("--known") }, null, work.Cancellation);
            return AuditVerifyCommand.Tell(work.Output, proof.Deserialize(AdminJson.Default.AuditProofDocument)!);
        },
        ["upstreams list"] = work => work.ListAsync("/upstreams", "name", "issuer", "client_id", "create", "enabled"),
        ["upstreams show"] = work => work.ShowAsync($"/upstreams/{work.Part("name")}"),
        ["upstreams delete"] = work => DeleteAsync(work, "/upstreams", "name"),
        ["issuers list"] = work => work.ListAsync("/trusted-issuers", "issuer", "jwks_uri", "clients", "username_claim", "scope"),
        ["issuers show"] = work => work.ShowAsync($"/trusted-issuers/{work.Part("issuer")}"),
        ["issuers delete"] = work => DeleteAsync(work, "/trusted-issuers", "issuer"),
        ["signals streams list"] = work => work.ListAsync(
            work.Text("--client") is { } client ? $"/signals/streams?client_id={Uri.EscapeDataString(client)}" : "/signals/streams", SignalCommands.Columns),
        ["signals streams show"] = work => work.ShowAsync($"/signals/streams/{work.Part("stream")}"),
        ["signals streams delete"] = work => work.DoAsync(
            Delete, $"/signals/streams/{work.Part("stream")}", $"Stream {work.Text("stream")} is ended.", new() { ["stream_id"] = work.Text("stream"), ["deleted"] = true }),
        ["search"] = SearchAsync,
    };

    internal static JsonArray Names(RemoteWork work, string option) => [.. (work.Parsed.GetValue<string[]>(option) ?? []).Select(name => JsonValue.Create(name))];

    // What is named by its one argument, which its member is called too.
    private static Task<int> DeleteAsync(RemoteWork work, string path, string name) =>
        work.DoAsync(Delete, $"{path}/{work.Part(name)}", $"Deleted {work.Text(name)}.", new() { [name] = work.Text(name), ["deleted"] = true });

    private static async Task<int> GroupRoleAsync(RemoteWork work, HttpMethod method)
    {
        await work.Api.SendAsync(method, $"/groups/{work.Part("group")}/roles/{work.Part("role")}", null, null, work.Cancellation);
        return await work.ShowAsync($"/groups/{work.Part("group")}");
    }

    private static async Task<int> EndSessionsAsync(RemoteWork work)
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

    private static Task<int> MessageAsync(RemoteWork work, HttpMethod method, string action, string became, string member)
    {
        var id = work.Parsed.GetValue<long>("id");
        return work.DoAsync(method, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/outbox/{id}{action}"), $"Message {id} {became}.", new() { ["id"] = id, [member] = true });
    }

    private static async Task<int> SearchAsync(RemoteWork work)
    {
        var kind = work.Text("--kind") is { } only ? $"&kind={Uri.EscapeDataString(only)}" : "";
        var found = await work.Api.GetAsync(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/search?q={work.Part("text")}{kind}&limit={work.Parsed.GetValue<int>("--limit")}"), work.Cancellation);
        return SearchCommand.Show(work.Output, found);
    }
}
