using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using static System.Net.Http.HttpMethod;

namespace IdentityProvider.Server.Commands.Remote;

/// <summary>What commands on accounts read here before a server is asked: passwords and files.</summary>
internal static class RemoteUsers
{
    public static async Task<int> CreateAsync(RemoteWork work)
    {
        var body = await PasswordAsync(work);
        body["username"] = work.Text("--username");
        if (work.Text("--claims") is { } path)
            body["claims"] = await ClaimsAsync(work, path);
        body["roles"] = RemoteCalls.Names(work, "--role");
        return await work.MakeAsync("/users", body);
    }

    public static async Task<int> UpdateAsync(RemoteWork work)
    {
        var claims = await ClaimsAsync(work, work.Text("--claims")!);
        return await work.ReplaceAsync(Patch, $"/users/{await work.SubAsync("username")}", _ => new() { ["claims"] = claims });
    }

    public static async Task<int> SetPasswordAsync(RemoteWork work)
    {
        var body = await PasswordAsync(work);
        if (work.Parsed.GetValue<bool>("--keep-sessions"))
            body["keep_sessions"] = true;
        var sub = await work.SubAsync("username");
        return await work.DoAsync(Post, $"/users/{sub}/password", $"{work.Text("username")} has a new password.", new() { ["sub"] = sub, ["username"] = work.Text("username") }, body);
    }

    private static async Task<JsonObject> PasswordAsync(RemoteWork work)
    {
        if (work.Text("--password-hash") is { } hash)
            return new() { ["password_hash"] = hash == Input.Standard ? Encoding.UTF8.GetString(await Input.ReadAsync(hash, work.Cancellation)).Trim() : hash };
        return new() { ["password"] = await Input.ReadPasswordAsync(work.Text("--password")!, work.Cancellation) };
    }

    private static async Task<JsonObject> ClaimsAsync(RemoteWork work, string path)
    {
        try
        {
            return JsonNode.Parse(await Input.ReadAsync(path, work.Cancellation)) as JsonObject ?? throw new RemoteException("claims: must be one JSON object");
        }
        catch (JsonException)
        {
            throw new RemoteException("claims: is not JSON");
        }
    }
}
