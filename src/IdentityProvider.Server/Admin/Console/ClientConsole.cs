using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Diagnosis;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/clients</c>: the clients, and one of them with its secrets, its weaknesses and what its partner copies.</summary>
internal static class ClientConsole
{
    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page("/clients", AdminArea.Clients, ListAsync),
        ConsoleRoute.Page("/clients/{client_id}", AdminArea.Clients, ShowAsync),
        ConsoleRoute.Form("/clients/{client_id}/secrets", AdminArea.Clients, MakeSecretAsync),
        ConsoleRoute.Form("/clients/{client_id}/secrets/{secret_id}/end", AdminArea.Clients, EndSecretAsync),
        ConsoleRoute.Form("/clients/{client_id}/revoke-tokens", AdminArea.Clients, RevokeTokensAsync),
        ConsoleRoute.Ask("/clients/{client_id}/delete", AdminArea.Clients, request => OfDeletionAsync(request, confirmation => confirmation.AskAsync(request))),
        ConsoleRoute.Form("/clients/{client_id}/delete", AdminArea.Clients, DeleteAsync),
    ];

    /// <summary>Where one client stands, below <c>/admin</c>.</summary>
    public static string PathOf(string clientId) => ConsolePaths.Of("clients", clientId);

    private static async Task ListAsync(ConsoleRequest request)
    {
        var beginning = request["q"] ?? "";
        var list = await request.PageAsync(
            (after, limit) => request.Get<ClientOperations>().ListAsync(beginning, after, limit, request.Cancellation), client => client.ClientId);
        await request.ShowAsync<ClientsPage>(new ClientsPage.ClientsModel(list, beginning));
    }

    private static Task ShowAsync(ConsoleRequest request) => OfClientAsync(request, client => ShowAsync(request, client, null));

    private static async Task ShowAsync(ConsoleRequest request, Client client, Fault? fault)
    {
        var isBuiltIn = BuiltInClients.IsIdentifier(client.ClientId);
        var snippets = await request.Get<SnippetOperations>().WriteAllAsync(client, request.Cancellation);
        var untestable = isBuiltIn ? "it is built in" : ClientTestRules.Refuse(client)?.Message;
        await request.ShowAsync<ClientPage>(
            new ClientPage.ClientModel(client, ClientOperations.Document(client), await WeaknessesAsync(request, client), snippets, isBuiltIn, untestable, request.Now), fault);
    }

    // What is weak about a client, in words.
    private static async Task<IReadOnlyList<string>> WeaknessesAsync(ConsoleRequest request, Client client)
    {
        var known = await request.Get<ResourceOperations>().FindKnownAsync(client.Resources, request.Cancellation);
        return [.. DiagnosisRules.Client(client, known, request.Now).Select(finding => finding.What)];
    }

    private static Task MakeSecretAsync(ConsoleRequest request) => OfClientAsync(request, async client =>
    {
        TimeSpan? kept = request["keep_old"] switch
        {
            "0" => TimeSpan.Zero,
            "3600" => TimeSpan.FromHours(1),
            "86400" => TimeSpan.FromDays(1),
            "604800" => TimeSpan.FromDays(7),
            _ => null,
        };
        if (kept is not { } keepOld)
            await ShowAsync(request, client, Fault.Refused("keep_old", "is none of those that can be chosen"));
        else if ((await request.Get<ClientOperations>().RotateSecretAsync(request.Actor, client.ClientId, keepOld, request.Cancellation)).Try(out var made, out var fault))
            await request.ShowAsync<SecretPage>(new SecretPage.SecretModel(made.ClientId, made.Secret, made.OthersExpireAt));
        else
            await ShowAsync(request, client, fault);
    });

    private static Task EndSecretAsync(ConsoleRequest request)
    {
        var (clientId, secretId) = (request.Named("client_id"), request.Named("secret_id"));
        return request.WithAsync(
            request.Get<ClientOperations>().RemoveSecretAsync(request.Actor, clientId, secretId, request.Cancellation),
            _ => request.DoneAsync(PathOf(clientId), $"The secret {secretId} has ended."));
    }

    private static Task RevokeTokensAsync(ConsoleRequest request)
    {
        var clientId = request.Named("client_id");
        return request.WithAsync(
            request.Get<ClientOperations>().RevokeTokensAsync(request.Actor, clientId, request.Cancellation),
            _ => request.DoneAsync(PathOf(clientId), "Every token of this client was taken back."));
    }

    private static Task DeleteAsync(ConsoleRequest request) => OfDeletionAsync(request, confirmation => confirmation.AnswerAsync(
        request, () => request.Get<ClientOperations>().DeleteAsync(request.Actor, confirmation.Typed!, request.Cancellation), "/clients", _ => $"{confirmation.Typed} is deleted."));

    private static Task OfDeletionAsync(ConsoleRequest request, Func<Confirmation, Task> work) => OfClientAsync(request, async client =>
        await work(new Confirmation(
            $"Delete {client.ClientName}",
            "The client, people's consents to it and every sign-in through it go for good.",
            await request.Get<Dependents>().OfClientAsync(client.ClientId, request.Now, request.Cancellation),
            PathOf(client.ClientId) + "/delete",
            "Delete",
            PathOf(client.ClientId))
        {
            Typed = client.ClientId,
        }));

    private static Task OfClientAsync(ConsoleRequest request, Func<Client, Task> work) =>
        request.WithAsync(request.Get<ClientOperations>().FindAsync(request.Named("client_id"), request.Cancellation), work);
}
