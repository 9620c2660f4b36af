using System.CommandLine;
using IdentityProvider.Server.Admin;

namespace IdentityProvider.Server.Commands;

/// <summary>
/// <c>idp clients denied</c> and <c>idp clients allow</c>: a client whose identifier is the address of its metadata would come back by itself, so that
/// removing one leaves a denial, until an operator lifts it.
/// </summary>
internal static class DeniedClientCommands
{
    /// <summary>Says that the address stays away.</summary>
    public static int ShowDenied(Output output, string clientId, bool wasThere) => output.Say(
        $"{(wasThere ? "Deleted" : "Denied")} {clientId}. It is no client here until `idp clients allow` says so.",
        new() { ["client_id"] = clientId, ["deleted"] = wasThere, ["denied"] = true });

    public static Command List()
    {
        var paging = new Paging();
        var command = new Command("denied", "The addresses of client metadata that were deleted and are to stay away.");
        paging.AddTo(command);
        return command.Does(
            work => paging.ShowAsync(work, work.Get<ClientOperations>().ListDeniedAsync, ClientOperations.Document, "client_id", "denied_at"),
            work => work.ListAsync("/denied-clients", "client_id", "denied_at"));
    }

    public static Command Allow()
    {
        var id = new Argument<string>("client_id") { Description = "The address." };
        return new Command("allow", "Let the address of client metadata be a client again, the next time it asks.") { id }.Does(async work =>
            work.Tell(
                await work.Get<ClientOperations>().AllowAsync(work.Actor, work.Parsed.GetRequiredValue(id), work.Cancellation),
                clientId => work.Output.Say($"Allowed {clientId}.", new() { ["client_id"] = clientId, ["allowed"] = true })),
            work => work.DoAsync(HttpMethod.Delete, $"/denied-clients/{work.Part("client_id")}", $"Allowed {work.Text("client_id")}.", new() { ["client_id"] = work.Text("client_id"), ["allowed"] = true }));
    }
}
