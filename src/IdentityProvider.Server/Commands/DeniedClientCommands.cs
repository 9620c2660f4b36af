using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary>
/// <c>idp clients denied</c> and <c>idp clients allow</c>: a client whose identifier is the address of its metadata would come back by itself, so that
/// removing one leaves a denial, until an operator lifts it.
/// </summary>
internal static class DeniedClientCommands
{
    /// <summary>Removes the client of an address, if it is one, and denies the address.</summary>
    public static async Task<int> DenyAsync(Work work, string clientId)
    {
        var wasThere = await work.Get<Clients>().DenyAsync(clientId, work.Installation.Now, work.Cancellation);
        return work.Output.Say(
            $"{(wasThere ? "Deleted" : "Denied")} {clientId}. It is no client here until `idp clients allow` says so.",
            new() { ["client_id"] = clientId, ["deleted"] = wasThere, ["denied"] = true });
    }

    public static Command List()
    {
        var paging = new Paging();
        var command = new Command("denied", "The addresses of client metadata that were deleted and are to stay away.");
        paging.AddTo(command);
        return command.Does(work => paging.ShowAsync(work, work.Get<Registrations>().ListDeniedAsync, Document, "client_id", "denied_at"));
    }

    public static Command Allow()
    {
        var id = new Argument<string>("client_id") { Description = "The address." };
        return new Command("allow", "Let the address of client metadata be a client again, the next time it asks.") { id }.Does(async work =>
        {
            var clientId = work.Parsed.GetRequiredValue(id);
            return await work.Get<Registrations>().AllowAsync(clientId, work.Cancellation)
                ? work.Output.Say($"Allowed {clientId}.", new() { ["client_id"] = clientId, ["allowed"] = true })
                : work.Output.Refuse($"client_id: '{clientId}' is not denied here");
        });
    }

    private static JsonObject Document(DeniedClient denied) => new() { ["client_id"] = denied.ClientId, ["denied_at"] = denied.DeniedAt.ToUnixTimeSeconds() };
}
