using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.AsCode;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Server.Admin.AsCode;

/// <summary>The clients of a document beside those that an operator registered. One that registered itself stays its own.</summary>
internal sealed class ClientEntries(ClientOperations clients, ResourceEntries resources)
{
    private const string ItsOwn = "registered itself, and stays its own: it is no matter of documents";

    public static Declared Of(Client client) => new(DeclaredKind.Client, client.ClientId, ClientOperations.Document(client));

    public Task<Operated<List<Client>>> AllAsync(CancellationToken cancellation) => Everything.OfAsync(
        DeclaredKind.Client, (after, limit, token) => clients.ListAsync("", after, limit, token), client => client.ClientId, client => !client.IsSelfRegistered, cancellation);

    /// <summary>One that may be written into a document.</summary>
    public async Task<Operated<Client>> FindAsync(string clientId, CancellationToken cancellation)
    {
        var found = await clients.FindAsync(clientId, cancellation);
        return found.Try(out var client, out _) && client.IsSelfRegistered ? Fault.Refused("client_id", $"'{clientId}' {ItsOwn}") : found;
    }

    /// <param name="written">What the document says.</param>
    /// <param name="withResources">What was read of resources.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="isPruned">Whether those that it doesn't name are to go.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Operated<List<Entry>>> ReadAsync(
        IReadOnlyList<ClientMetadata> written, ReadResources withResources, Actor actor, bool isPruned, CancellationToken cancellation)
    {
        var entries = new List<Entry>();
        foreach (var (at, metadata) in written.Index())
        {
            if (!(await ReadAsync(metadata, withResources, actor, cancellation)).Try(out var entry, out var fault))
                return fault.At(DeclaredKind.Client, at);
            entries.Add(entry with
            {
                RefuseElsewhereAsync = async token => await entry.RefuseElsewhereAsync(token) is { } elsewhere ? elsewhere.At(DeclaredKind.Client, at) : null,
            });
        }

        var all = isPruned ? await AllAsync(cancellation) : new List<Client>();
        if (!all.Try(out var others, out var tooMany))
            return tooMany;
        var named = entries.Select(entry => entry.Key).ToHashSet();
        entries.AddRange(others.Where(client => !named.Contains(Of(client).Key)).Select(client => new Entry(Of(client), null)
        {
            DeleteAsync = async (whoever, token) => Taken.Of(await clients.DeleteAsync(whoever, client, token), alreadySo: FaultKind.Unknown),
        }));
        return entries;
    }

    private async Task<Operated<Entry>> ReadAsync(ClientMetadata metadata, ReadResources withResources, Actor actor, CancellationToken cancellation)
    {
        if (BuiltInClients.IsIdentifier(metadata.ClientId!))
            return Fault.Refused("client_id", "is built in: it can't be written, changed or deleted");
        _ = (await clients.FindAsync(metadata.ClientId!, cancellation)).Try(out var standing, out _);
        if (standing?.IsSelfRegistered == true)
            return Fault.Refused("client_id", ItsOwn);
        var known = await resources.FindKnownAsync(withResources, ClientMetadataRules.ResourcesNamed(metadata), cancellation);
        var judged = clients.Judge(actor, metadata, standing, known);
        if (!judged.Try(out var client, out var fault))
            return fault;
        return new Entry(standing is null ? null : Of(standing), Of(client))
        {
            WriteAsync = async (whoever, token) => Taken.Of(
                standing is null ? await clients.CreateAsync(whoever, metadata, token) : await clients.ReplaceAsync(whoever, standing, metadata, token), made => made.Secret),
            RefuseElsewhereAsync = token => clients.RefuseElsewhereAsync(client, token),
            Warnings = [.. judged.Warnings.Select(warning => $"{client.ClientId}: {warning}")],
        };
    }
}
