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
        ConsoleRoute.Page("/clients/{client_id}/delete", AdminArea.Clients, AskAsync),
        ConsoleRoute.Form("/clients/{client_id}/delete", AdminArea.Clients, DeleteAsync),
    ];

    /// <summary>Where one client stands, below <c>/admin</c>.</summary>
    public static string PathOf(string clientId) => $"/clients/{Uri.EscapeDataString(clientId)}";

    /// <summary>What is weak about a client, in words.</summary>
    public static async Task<IReadOnlyList<string>> WeaknessesAsync(ConsoleRequest request, Client client)
    {
        var known = await request.Get<ResourceOperations>().FindKnownAsync(client.Resources, request.Cancellation);
        return [.. DiagnosisRules.Client(client, known, request.Now).Select(finding => finding.What)];
    }

    private static async Task ListAsync(ConsoleRequest request)
    {
        var beginning = request["q"] ?? "";
        var list = await request.PageAsync(
            (after, limit) => request.Get<ClientOperations>().ListAsync(beginning, after, limit, request.Cancellation), client => client.ClientId);
        await request.ShowAsync<ClientsPage>(new ClientsPage.ClientsModel(list, beginning));
    }

    private static async Task ShowAsync(ConsoleRequest request)
    {
        if ((await FindAsync(request)).Try(out var client, out var fault))
            await ShowAsync(request, client, null);
        else
            await request.RefuseAsync(fault);
    }

    private static async Task ShowAsync(ConsoleRequest request, Client client, Fault? fault)
    {
        var isBuiltIn = BuiltInClients.IsIdentifier(client.ClientId);
        var snippets = await request.Get<SnippetOperations>().WriteAllAsync(client, request.Cancellation);
        var untestable = isBuiltIn ? "it is built in" : ClientTestRules.Refuse(client)?.Message;
        await request.ShowAsync<ClientPage>(
            new ClientPage.ClientModel(client, ClientOperations.Document(client), await WeaknessesAsync(request, client), snippets, isBuiltIn, untestable, request.Now), fault);
    }

    private static async Task MakeSecretAsync(ConsoleRequest request)
    {
        if (!(await FindAsync(request)).Try(out var client, out var fault))
        {
            await request.RefuseAsync(fault);
            return;
        }

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
        else if ((await request.Get<ClientOperations>().RotateSecretAsync(request.Actor, client.ClientId, keepOld, request.Cancellation)).Try(out var made, out fault))
            await request.ShowAsync<SecretPage>(new SecretPage.SecretModel(made.ClientId, made.Secret, made.OthersExpireAt));
        else
            await ShowAsync(request, client, fault);
    }

    private static async Task EndSecretAsync(ConsoleRequest request)
    {
        var (clientId, secretId) = (request.Named("client_id"), request.Named("secret_id"));
        if ((await request.Get<ClientOperations>().RemoveSecretAsync(request.Actor, clientId, secretId, request.Cancellation)).Try(out _, out var fault))
            await request.DoneAsync(PathOf(clientId), $"The secret {secretId} has ended.");
        else
            await request.RefuseAsync(fault);
    }

    private static async Task RevokeTokensAsync(ConsoleRequest request)
    {
        var clientId = request.Named("client_id");
        if ((await request.Get<ClientOperations>().RevokeTokensAsync(request.Actor, clientId, request.Cancellation)).Try(out _, out var fault))
            await request.DoneAsync(PathOf(clientId), "Every token of this client was taken back.");
        else
            await request.RefuseAsync(fault);
    }

    private static Task AskAsync(ConsoleRequest request) => AskAsync(request, null);

    private static async Task AskAsync(ConsoleRequest request, Fault? wrong)
    {
        if (!(await FindAsync(request)).Try(out var client, out var fault))
        {
            await request.RefuseAsync(fault);
            return;
        }

        var with = await request.Get<Dependents>().OfClientAsync(client.ClientId, request.Now, request.Cancellation);
        await request.ShowAsync<DeletePage>(new DeletePage.DeleteModel(
            $"Delete {client.ClientName}", "client_id", client.ClientId, ("Client", PathOf(client.ClientId)), PathOf(client.ClientId) + "/delete", DependentWords.Sentence(with)), wrong);
    }

    private static async Task DeleteAsync(ConsoleRequest request)
    {
        var clientId = request.Named("client_id");
        if (request["confirm"] != clientId)
            await AskAsync(request, Fault.Refused("confirm", "is not what is to be deleted, letter by letter"));
        else if ((await request.Get<ClientOperations>().DeleteAsync(request.Actor, clientId, request.Cancellation)).Try(out _, out var fault))
            await request.DoneAsync("/clients", $"{clientId} is deleted.");
        else
            await AskAsync(request, fault);
    }

    private static Task<Operated<Client>> FindAsync(ConsoleRequest request) => request.Get<ClientOperations>().FindAsync(request.Named("client_id"), request.Cancellation);
}
