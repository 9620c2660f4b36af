using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Registration;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/clients/-/denied</c>: addresses of client metadata that were deleted; they would come back by themselves, and are to stay away.</summary>
internal static class DeniedClientConsole
{
    private const string Path = "/clients/-/denied";

    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page(Path, AdminArea.Clients, request => ListAsync(request, fault: null)),
        ConsoleRoute.Form(Path, AdminArea.Clients, AllowAsync),
        ConsoleRoute.Form("/clients/-/deny", AdminArea.Clients, DenyAsync),
    ];

    private static async Task ListAsync(ConsoleRequest request, Fault? fault)
    {
        var list = await request.PageAsync((after, limit) => request.Get<ClientOperations>().ListDeniedAsync(after, limit, request.Cancellation), denied => denied.ClientId);
        await request.ShowAsync<DeniedClientsPage>(new DeniedClientsPage.DeniedClientsModel(list), fault);
    }

    // One that is a client here has a page of its own, which says what hangs on it.
    private static async Task DenyAsync(ConsoleRequest request)
    {
        var (operations, address) = (request.Get<ClientOperations>(), request["client_id"] ?? "");
        if (!ClientDocumentRules.IsAddress(address))
            await ListAsync(request, Fault.Refused("client_id", "must be the https address of a client's metadata"));
        else if ((await operations.FindAsync(address, request.Cancellation)).Try(out _, out _))
            await ListAsync(request, Fault.Conflict("client_id", $"'{address}' is a client here: its page deletes it, and then it stays away"));
        else if ((await operations.DeleteAsync(request.Actor, address, request.Cancellation)).Try(out _, out var fault))
            await request.DoneAsync(Path, $"{address} stays away.");
        else
            await ListAsync(request, fault);
    }

    private static async Task AllowAsync(ConsoleRequest request)
    {
        if ((await request.Get<ClientOperations>().AllowAsync(request.Actor, request["client_id"] ?? "", request.Cancellation)).Try(out var clientId, out var fault))
            await request.DoneAsync(Path, $"{clientId} may be a client again, the next time it asks.");
        else
            await ListAsync(request, fault);
    }
}
