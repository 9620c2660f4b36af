using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Integration;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Server.Admin;

/// <summary>What the partner of a client copies, by what they build with.</summary>
internal sealed class SnippetOperations(ClientOperations clients, ResourceOperations resources, Settings settings)
{
    /// <summary>One snippet; why not, where the platform can't be this client.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="platform">What its partner builds with.</param>
    /// <param name="resource">The API that it is for; null for the first that the client may call, or ask about.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Operated<Snippet>> WriteAsync(string clientId, Platform platform, string? resource, CancellationToken cancellation)
    {
        if (!(await clients.FindAsync(clientId, cancellation)).Try(out var client, out var fault))
            return fault;
        if (!(await FindAsync(client, resource, cancellation)).Try(out var api, out fault))
            return fault;
        return Decide(platform, client, api.Resource);
    }

    /// <summary>One for each platform that the client can be built with, and why not for the others.</summary>
    public async Task<IReadOnlyList<SnippetDecision>> WriteAllAsync(Client client, CancellationToken cancellation)
    {
        var api = (await FindAsync(client, null, cancellation)).Try(out var named, out _) ? named.Resource : null;
        return [.. Enum.GetValues<Platform>().Select(platform => SnippetRules.Decide(platform, settings.Issuer, client, api))];
    }

    /// <summary>As every face shows it.</summary>
    public static JsonObject Document(Snippet snippet) => new()
    {
        ["for"] = Platforms.WordOf(snippet.Platform),
        ["environment"] = new JsonObject(snippet.Environment.Select(variable => KeyValuePair.Create(variable.Name, (JsonNode?)variable.Meaning))),
        ["files"] = new JsonArray([.. snippet.Files.Select(file => (JsonNode)new JsonObject { ["name"] = file.Name, ["language"] = file.Language, ["text"] = file.Text })]),
        ["notes"] = new JsonArray([.. snippet.Notes.Select(note => (JsonNode)note)]),
    };

    private Operated<Snippet> Decide(Platform platform, Client client, Resource? api) => SnippetRules.Decide(platform, settings.Issuer, client, api) switch
    {
        SnippetDecision.Made { Snippet: var snippet } => snippet,
        var unfit => Fault.Refused(((SnippetDecision.Unfit)unfit).Reason),
    };

    private async Task<Operated<Called>> FindAsync(Client client, string? named, CancellationToken cancellation)
    {
        if (named is not null && !client.Resources.Contains(named) && !client.Introspects.Contains(named))
            return Fault.Refused("resource", "is none that this client may call or ask about");
        if ((named ?? SnippetRules.ResourceOf(client)) is not { } identifier)
            return new Called(null);
        return (await resources.FindAsync(identifier, cancellation)).Try(out var api, out var fault) ? new Called(api) : fault;
    }

    private sealed record Called(Resource? Resource);
}
