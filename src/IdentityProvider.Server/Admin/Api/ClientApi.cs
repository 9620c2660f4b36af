using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Integration;

namespace IdentityProvider.Server.Admin.Api;

/// <summary><c>/clients</c> and their secrets.</summary>
internal static class ClientApi
{
    private const int LongestKept = 365 * 24 * 3600;

    public static IEnumerable<AdminRoute> Routes =>
    [
        AdminRoute.List("/clients", "listClients", AdminArea.Clients, "The clients, by identifier.", ListAsync, typeof(Page<ClientMetadata>), ("q", "How the identifier begins.")),
        AdminRoute.Make("/clients", "createClient", AdminArea.Clients, "Registers a client. Its secret is told here and never again.", CreateAsync, typeof(ClientMetadata), typeof(RegisteredClient)),
        AdminRoute.Get("/clients/{client_id}", "getClient", AdminArea.Clients, "A client's metadata.", GetAsync, typeof(ClientMetadata)),
        AdminRoute.Put("/clients/{client_id}", "replaceClient", AdminArea.Clients, "Replaces a client's metadata. A secret that it comes to need is told here.", ReplaceAsync, typeof(ClientMetadata), typeof(RegisteredClient)),
        AdminRoute.Delete("/clients/{client_id}", "deleteClient", AdminArea.Clients, "Removes a client, people's consents to it, and every sign-in through it.", DeleteAsync),
        AdminRoute.Get("/clients/{client_id}/secrets", "listClientSecrets", AdminArea.Clients, "A client's secrets, without themselves.", ListSecretsAsync, typeof(Page<SecretDocument>)),
        AdminRoute.Make("/clients/{client_id}/secrets", "rotateClientSecret", AdminArea.Clients, "Gives a client another secret, told here and never again.", RotateAsync, typeof(SecretBody), typeof(SecretAnswer)),
        AdminRoute.Delete("/clients/{client_id}/secrets/{secret_id}", "removeClientSecret", AdminArea.Clients, "Ends one secret now.", RemoveSecretAsync),
        AdminRoute.Get("/clients/{client_id}/snippets/{platform}", "getSnippet", AdminArea.Clients, "What the client's partner copies, by what they build with.", SnippetAsync, typeof(SnippetDocument)) with { Query = [("resource", "The API that it is for; the first that the client may call or ask about where none is named.")] },
        AdminRoute.Act("/clients/{client_id}/revoke-tokens", "revokeClientTokens", AdminArea.Clients, "Takes back every token of a client: its own and those of people who use it.", RevokeTokensAsync),
        AdminRoute.List("/denied-clients", "listDeniedClients", AdminArea.Clients, "The addresses of client metadata that were deleted and are to stay away.", ListDeniedAsync, typeof(Page<DeniedDocument>)),
        AdminRoute.Delete("/denied-clients/{client_id}", "allowClient", AdminArea.Clients, "Lets such an address be a client again.", AllowAsync),
    ];

    private static Task<AdminAnswer> ListAsync(AdminRequest request) => request.PageAsync(
        (after, limit) => request.Get<ClientOperations>().ListAsync(request["q"] ?? "", after, limit, request.Cancellation), ClientOperations.Document, client => client.ClientId);

    private static async Task<AdminAnswer> CreateAsync(AdminRequest request)
    {
        if (!request.Read(ClientMetadataJson.Default.ClientMetadata).Try(out var metadata, out var fault))
            return fault;
        var operated = await request.Get<ClientOperations>().CreateAsync(request.Actor, metadata, request.Cancellation);
        if (!operated.Try(out var made, out fault))
            return fault;
        var document = Document(made);
        document["client_id_issued_at"] = made.At.ToUnixTimeSeconds();
        return AdminAnswer.Made(document, $"/clients/{Uri.EscapeDataString(made.Client.ClientId)}", TagOf(made.Client)) with { Warnings = operated.Warnings };
    }

    private static Task<AdminAnswer> GetAsync(AdminRequest request) =>
        AdminAnswer.OfAsync(FindAsync(request), client => AdminAnswer.Of(ClientOperations.Document(client), TagOf(client)));

    private static async Task<AdminAnswer> ReplaceAsync(AdminRequest request)
    {
        if (!(await FindAsync(request)).Try(out var standing, out var fault))
            return fault;
        if (request.RefuseVersion(TagOf(standing), "client") is { } old)
            return old;
        if (!request.Read(ClientMetadataJson.Default.ClientMetadata).Try(out var metadata, out fault))
            return fault;
        var operated = await request.Get<ClientOperations>().ReplaceAsync(request.Actor, standing, metadata, request.Cancellation);
        return operated.Try(out var made, out fault) ? AdminAnswer.Of(Document(made), TagOf(made.Client)) with { Warnings = operated.Warnings } : fault;
    }

    private static Task<AdminAnswer> DeleteAsync(AdminRequest request) =>
        AdminAnswer.DoneAsync(request.Get<ClientOperations>().DeleteAsync(request.Actor, request.Named("client_id"), request.Cancellation));

    private static async Task<AdminAnswer> ListSecretsAsync(AdminRequest request)
    {
        if (!(await FindAsync(request)).Try(out var client, out var fault))
            return fault;
        return AdminAnswer.Of(new JsonObject { ["items"] = new JsonArray([.. client.Secrets.Select(ClientOperations.Document)]) });
    }

    private static async Task<AdminAnswer> RotateAsync(AdminRequest request)
    {
        if (!request.Read(AdminApiJson.Default.SecretBody).Try(out var asked, out var fault))
            return fault;
        if (asked.KeepOld is < 0 or > LongestKept)
            return Fault.Refused("keep_old", $"must be 0 to {LongestKept} seconds");
        var kept = asked.KeepOld is { } seconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.FromDays(1);
        if (!(await request.Get<ClientOperations>().RotateSecretAsync(request.Actor, request.Named("client_id"), kept, request.Cancellation)).Try(out var made, out fault))
            return fault;
        var answer = new SecretAnswer(made.ClientId, made.SecretId, made.Secret, 0, made.OthersExpireAt.ToUnixTimeSeconds());
        return AdminAnswer.Made(
            JsonSerializer.SerializeToNode(answer, AdminApiJson.Default.SecretAnswer)!, $"/clients/{Uri.EscapeDataString(made.ClientId)}/secrets/{made.SecretId}");
    }

    private static async Task<AdminAnswer> RemoveSecretAsync(AdminRequest request)
    {
        var removed = await request.Get<ClientOperations>().RemoveSecretAsync(request.Actor, request.Named("client_id"), request.Named("secret_id"), request.Cancellation);
        return removed.Try(out _, out var fault) ? AdminAnswer.Nothing : fault;
    }

    private static async Task<AdminAnswer> SnippetAsync(AdminRequest request)
    {
        if (Platforms.Read(request.Named("platform")) is not { } platform)
            return new Fault(FaultKind.Unknown, "platform", $"is one of {string.Join(", ", Platforms.Words)}");
        var written = await request.Get<SnippetOperations>().WriteAsync(request.Named("client_id"), platform, request["resource"], request.Cancellation);
        return written.Try(out var snippet, out var fault) ? AdminAnswer.Of(SnippetOperations.Document(snippet)) : fault;
    }

    private static Task<AdminAnswer> RevokeTokensAsync(AdminRequest request) =>
        AdminAnswer.DoneAsync(request.Get<ClientOperations>().RevokeTokensAsync(request.Actor, request.Named("client_id"), request.Cancellation));

    private static Task<AdminAnswer> ListDeniedAsync(AdminRequest request) => request.PageAsync(
        (after, limit) => request.Get<ClientOperations>().ListDeniedAsync(after, limit, request.Cancellation),
        ClientOperations.Document,
        denied => denied.ClientId);

    private static Task<AdminAnswer> AllowAsync(AdminRequest request) =>
        AdminAnswer.DoneAsync(request.Get<ClientOperations>().AllowAsync(request.Actor, request.Named("client_id"), request.Cancellation));

    private static Task<Operated<Client>> FindAsync(AdminRequest request) => request.Get<ClientOperations>().FindAsync(request.Named("client_id"), request.Cancellation);

    private static string TagOf(Client client) => ClientOperations.VersionOf(client);

    private static JsonObject Document(MadeClient made)
    {
        var document = ClientOperations.Document(made.Client);
        if (made.Secret is not null)
        {
            document["client_secret"] = made.Secret;
            document["client_secret_expires_at"] = 0; // RFC 7591 §3.2.1: never
        }

        return document;
    }
}
