using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>Changing a client: what is common as fields; what else it has stays as it is.</summary>
internal static class EditClientConsole
{
    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Ask("/clients/{client_id}/edit", AdminArea.Clients, request => request.WithAsync(FindAsync(request), client => ShowAsync(request, client, null))),
        ConsoleRoute.Form("/clients/{client_id}/edit", AdminArea.Clients, request => request.WithAsync(FindAsync(request), standing => ChangeAsync(request, standing))),
    ];

    private static Task ShowAsync(ConsoleRequest request, Client client, Fault? fault) =>
        request.ShowAsync<EditClientPage>(new EditClientPage.EditModel(client.ClientId, ClientMetadata.Of(client), ClientOperations.VersionOf(client)), fault);

    private static async Task ChangeAsync(ConsoleRequest request, Client standing)
    {
        // What somebody else changed meanwhile would be lost with the whole of what was shown.
        if (await request.RefuseVersionAsync(ClientOperations.VersionOf(standing), "client", AuditTarget.Client(standing.ClientId)) is { } late)
        {
            await ShowAsync(request, standing, late);
            return;
        }

        var metadata = ClientForms.Read(request, ClientMetadata.Of(standing));
        var operated = await request.Get<ClientOperations>().ReplaceAsync(request.Actor, standing, metadata, request.Cancellation);
        if (!operated.Try(out var made, out var fault))
            await ShowAsync(request, standing, fault);
        else if (made.Secret is { } secret)
            await request.ShowAsync<SecretPage>(new SecretPage.SecretModel(made.Client.ClientId, secret, made.At));
        else
            await request.DoneAsync(ClientConsole.PathOf(made.Client.ClientId), string.Join(' ', ["It is changed.", .. operated.Warnings.Select(warning => $"Note {warning}.")]));
    }

    private static async Task<Operated<Client>> FindAsync(ConsoleRequest request)
    {
        var found = await request.Get<ClientOperations>().FindAsync(request.Named("client_id"), request.Cancellation);
        return found.Try(out var client, out _) && BuiltInClients.IsIdentifier(client.ClientId) ? ClientOperations.BuiltIn() : found;
    }
}
