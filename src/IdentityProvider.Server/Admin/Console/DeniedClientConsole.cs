using IdentityProvider.Protocol.Admin;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/clients/-/denied</c>: addresses of client metadata that were deleted; they would come back by themselves, and are to stay away.</summary>
internal static class DeniedClientConsole
{
    private const string Path = "/clients/-/denied";

    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page(Path, AdminArea.Clients, request => ListAsync(request, fault: null)),
        ConsoleRoute.Form(Path, AdminArea.Clients, AllowAsync),
    ];

    private static async Task ListAsync(ConsoleRequest request, Fault? fault)
    {
        var list = await request.PageAsync((after, limit) => request.Get<ClientOperations>().ListDeniedAsync(after, limit, request.Cancellation), denied => denied.ClientId);
        await request.ShowAsync<DeniedClientsPage>(new DeniedClientsPage.DeniedClientsModel(list), fault);
    }

    private static async Task AllowAsync(ConsoleRequest request)
    {
        if ((await request.Get<ClientOperations>().AllowAsync(request.Actor, request["client_id"] ?? "", request.Cancellation)).Try(out var clientId, out var fault))
            await request.DoneAsync(Path, $"{clientId} may be a client again, the next time it asks.");
        else
            await ListAsync(request, fault);
    }
}
