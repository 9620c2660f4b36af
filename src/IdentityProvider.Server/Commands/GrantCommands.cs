using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Admin;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp grants list|revoke</c>: what people have agreed to.</summary>
internal static class GrantCommands
{
    private static readonly string[] Columns = ["client_id", "scope", "resources", "updated_at"];

    public static Command Build() => new("grants", "People's standing consents to clients.") { List(), Revoke() };

    private static Command List()
    {
        var username = PersonOption.New("Whose consent it is.");
        return new Command("list", "What a person has agreed to, by client.") { username }.Does(
            async work => await work.TellAsync(await PersonOption.FindAsync(work, username), async user => work.Output.List(
                [.. (await work.Get<TokenOperations>().ListGrantsAsync(user, work.Cancellation)).Select(grant => JsonSerializer.SerializeToNode(grant, AdminJson.Default.GrantDocument)!.AsObject())], Columns)),
            async remote => await remote.AllAsync($"/users/{await remote.SubAsync("--user")}/grants", Columns));
    }

    private static Command Revoke()
    {
        var (id, username) = (new Argument<string>("client_id") { Description = "The client that it was given to." }, PersonOption.New("Whose consent it is."));
        return new Command("revoke", "Take a consent back, with all that the client has of the person; it asks again at the next sign-in.") { id, username }.Ends(
            async work => await work.ForecastAsync(
                await PersonOption.FindAsync(work, username),
                user => $"Would take back what {user.UserName} agreed to for {work.Parsed.GetRequiredValue(id)}",
                user => new() { ["sub"] = user.Id.ToString("D"), ["client_id"] = work.Parsed.GetRequiredValue(id) },
                (user, dependents) => dependents.OfTokensAsync(user.Id, work.Parsed.GetRequiredValue(id), work.Installation.Now, work.Cancellation)),
            async work => await work.TellAsync(await PersonOption.FindAsync(work, username), async user => work.Tell(
                await work.Get<TokenOperations>().RevokeGrantAsync(work.Actor, user, work.Parsed.GetRequiredValue(id), work.Cancellation),
                _ => work.Output.Say($"Revoked the consent of {user.UserName} to {work.Parsed.GetRequiredValue(id)}.", Revoked(user.Id.ToString("D"), work.Parsed.GetRequiredValue(id))))),
            async remote =>
            {
                var sub = await remote.SubAsync("--user");
                return await remote.DoAsync(
                    HttpMethod.Delete, $"/users/{sub}/grants/{remote.Part("client_id")}", $"Revoked the consent of {remote.Text("--user")} to {remote.Text("client_id")}.", Revoked(sub, remote.Text("client_id")!));
            });
    }

    private static JsonObject Revoked(string sub, string clientId) => new() { ["sub"] = sub, ["client_id"] = clientId, ["revoked"] = true };
}
