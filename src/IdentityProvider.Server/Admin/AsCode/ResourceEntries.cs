using IdentityProvider.Protocol.AsCode;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Server.Admin.AsCode;

/// <summary>The resources of a document beside those that are registered.</summary>
internal sealed class ResourceEntries(ResourceOperations resources)
{
    public static Declared Of(Resource resource) => new(DeclaredKind.Resource, resource.Identifier, ResourceOperations.Document(resource));

    public Task<Operated<List<Resource>>> AllAsync(CancellationToken cancellation) =>
        Everything.OfAsync(DeclaredKind.Resource, resources.ListAsync, resource => resource.Identifier, _ => true, cancellation);

    /// <param name="written">What the document says.</param>
    /// <param name="isPruned">Whether those that it doesn't name are to go.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Operated<ReadResources>> ReadAsync(IReadOnlyList<ResourceMetadata> written, bool isPruned, CancellationToken cancellation)
    {
        var entries = new List<Entry>();
        var wanted = new Dictionary<string, Resource>(StringComparer.Ordinal);
        foreach (var (at, metadata) in written.Index())
        {
            if (!resources.Judge(metadata).Try(out var resource, out var fault))
                return fault.At(DeclaredKind.Resource, at);
            _ = (await resources.FindAsync(resource.Identifier, cancellation)).Try(out var standing, out _);
            wanted[resource.Identifier] = resource;
            entries.Add(new(standing is null ? null : Of(standing), Of(resource))
            {
                WriteAsync = async (actor, token) => Taken.Of(
                    standing is null ? await resources.CreateAsync(actor, metadata, token) : await resources.ReplaceAsync(actor, standing, metadata, token), _ => null),
            });
        }

        var all = isPruned ? await AllAsync(cancellation) : new List<Resource>();
        if (!all.Try(out var others, out var tooMany))
            return tooMany;
        var going = others.Where(resource => !wanted.ContainsKey(resource.Identifier)).ToList();
        entries.AddRange(going.Select(resource => new Entry(Of(resource), null)
        {
            DeleteAsync = async (actor, token) => Taken.Of(await resources.DeleteAsync(actor, resource, token), alreadySo: FaultKind.Unknown),
        }));
        return new ReadResources(entries, wanted, going.Select(resource => resource.Identifier).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>The resources of those identifiers as they are when the document is applied.</summary>
    public async Task<IReadOnlyList<Resource>> FindKnownAsync(ReadResources read, IReadOnlyList<string> identifiers, CancellationToken cancellation)
    {
        var others = identifiers.Where(identifier => !read.Wanted.ContainsKey(identifier) && !read.Going.Contains(identifier));
        return [.. identifiers.Select(identifier => read.Wanted.GetValueOrDefault(identifier)).OfType<Resource>(), .. await resources.FindKnownAsync(others, cancellation)];
    }
}

/// <summary>What was read of resources.</summary>
/// <param name="Entries">Each.</param>
/// <param name="Wanted">Those of the document, by identifier.</param>
/// <param name="Going">The identifiers of those that are to go.</param>
internal sealed record ReadResources(IReadOnlyList<Entry> Entries, IReadOnlyDictionary<string, Resource> Wanted, IReadOnlySet<string> Going);
