using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Admin;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp clients secrets</c> and <c>idp clients end-secret</c>: a client's secrets by their names, which tell nothing of them.</summary>
internal static class ClientSecretCommands
{
    private static readonly string[] Columns = ["secret_id", "created_at", "expires_at"];

    public static Command List()
    {
        var id = Id();
        return new Command("secrets", "A client's secrets, without themselves: when each was made, and when it ends.") { id }.Does(
            async work => work.Tell(await FindAsync(work, id), client => work.Output.List([.. client.Secrets.Select(ClientOperations.Document)], Columns)),
            remote => remote.AllAsync($"/clients/{remote.Part("client_id")}/secrets", Columns));
    }

    public static Command End()
    {
        var (id, secret) = (Id(), new Argument<string>("secret_id") { Description = "As `idp clients secrets` shows it." });
        return new Command("end-secret", "End one secret of a client now; the others stay valid.") { id, secret }.Ends(
            work => work.ForecastAsync(
                FindAsync(work, id, secret),
                found => $"Would end the secret {ClientOperations.IdOf(found)} of {work.Parsed.GetRequiredValue(id)}",
                found => new JsonObject { ["client_id"] = work.Parsed.GetRequiredValue(id), ["secret_id"] = ClientOperations.IdOf(found) },
                (_, _) => Task.FromResult<IReadOnlyList<Storage.DependentCount>>([])),
            async work => work.Tell(
                await work.Get<ClientOperations>().RemoveSecretAsync(work.Actor, work.Parsed.GetRequiredValue(id), work.Parsed.GetRequiredValue(secret), work.Cancellation),
                ended => work.Output.Say($"Ended the secret {ended}.", Ended(work.Parsed.GetRequiredValue(id), ended))),
            remote => remote.DoAsync(
                HttpMethod.Delete, $"/clients/{remote.Part("client_id")}/secrets/{remote.Part("secret_id")}", $"Ended the secret {remote.Text("secret_id")}.", Ended(remote.Text("client_id")!, remote.Text("secret_id")!)));
    }

    private static JsonObject Ended(string clientId, string secretId) => new() { ["client_id"] = clientId, ["secret_id"] = secretId, ["ended"] = true };

    private static Argument<string> Id() => new("client_id") { Description = "The client." };

    private static async Task<Operated<ClientSecret>> FindAsync(Work work, Argument<string> id, Argument<string> secret)
    {
        if (!(await FindAsync(work, id)).Try(out var client, out var fault))
            return fault;
        var named = work.Parsed.GetRequiredValue(secret);
        return client.Secrets.FirstOrDefault(one => ClientOperations.IdOf(one) == named) is { } found ? found : Fault.Unknown("secret_id", named, "a secret of this client");
    }

    private static Task<Operated<Client>> FindAsync(Work work, Argument<string> id) => work.Get<ClientOperations>().FindAsync(work.Parsed.GetRequiredValue(id), work.Cancellation);
}
