using System.Collections.Concurrent;
using System.Collections.Frozen;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.RichAuthorization;
using IdentityProvider.Storage;

namespace IdentityProvider.Server;

/// <summary>
/// Clients and resources in memory, so that warm requests ask no database. Each kind is dropped whole when its topic's version moves
/// (<see cref="Background.TopicWatch"/>), which every node sees within a second; it is bounded, and what does not fit is read each time.
/// </summary>
public sealed class Registry(Clients clients, Resources resources, AuthorizationDetailsTypes detailsTypes, Settings settings)
{
    private const int MostEntries = 20_000;

    /// <summary>Those that are built in. Whose client may have tokens for them is decided where they are used (<see cref="AdminTokenRules"/>, …).</summary>
    private readonly IReadOnlyList<Resource> _builtIn = BuiltInResources.Of(settings.Issuer);

    private volatile ConcurrentDictionary<string, Client> _knownClients = new(StringComparer.Ordinal);
    private volatile ConcurrentDictionary<string, Resource> _knownResources = new(StringComparer.Ordinal);
    private volatile KnownTypes _knownTypes = new();

    public ValueTask<Client?> FindClientAsync(string clientId, CancellationToken cancellation) =>
        BuiltInClients.Find(clientId, settings.Issuer, settings.Administration.CommandLineSignIn) is { } builtIn ? new(builtIn) : FindAsync(_knownClients, clientId, FindPermittedAsync, cancellation);

    public ValueTask<Resource?> FindResourceAsync(string identifier, CancellationToken cancellation) =>
        _builtIn.FirstOrDefault(own => own.Identifier == identifier) is { } own ? new(own) : FindAsync(_knownResources, identifier, resources.FindAsync, cancellation);

    /// <summary>Resources by their indicators, in that order; those that no longer exist are left out.</summary>
    public async ValueTask<IReadOnlyList<Resource>> FindResourcesAsync(IEnumerable<string> identifiers, CancellationToken cancellation)
    {
        var found = new List<Resource>();
        foreach (var identifier in identifiers)
        {
            if (await FindResourceAsync(identifier, cancellation) is { } resource)
                found.Add(resource);
        }

        return found;
    }

    /// <summary>All types of authorization details, by name; the same object for as long as nothing changes.</summary>
    public async ValueTask<IReadOnlyDictionary<string, AuthorizationDetailsType>> FindDetailsTypesAsync(CancellationToken cancellation)
    {
        var known = _knownTypes;
        if (known.ByName is { } byName)
            return byName;
        var all = await detailsTypes.ListAsync(null, AuthorizationDetailsType.Most, cancellation);
        return Interlocked.CompareExchange(ref known.ByName, all.ToFrozenDictionary(type => type.Type, StringComparer.Ordinal), null) ?? known.ByName;
    }

    /// <summary>Forgets every client; a request under way that read an old one puts it into the dictionary that was left behind.</summary>
    public void ForgetClients() => _knownClients = new(StringComparer.Ordinal);

    public void ForgetResources() => _knownResources = new(StringComparer.Ordinal);

    public void ForgetDetailsTypes() => _knownTypes = new();

    private static ValueTask<T?> FindAsync<T>(
        ConcurrentDictionary<string, T> known, string key, Func<string, CancellationToken, Task<T?>> read, CancellationToken cancellation)
        where T : class =>
        known.TryGetValue(key, out var value) ? new(value) : new(ReadAsync(known, key, read, cancellation));

    // Whatever a row says: a client that registered itself has nothing of what is built in.
    private async Task<Client?> FindPermittedAsync(string clientId, CancellationToken cancellation)
    {
        var client = await clients.FindAsync(clientId, cancellation);
        return client?.RegisteredBy is null ? client : client with { Resources = [.. client.Resources.Where(identifier => _builtIn.All(own => own.Identifier != identifier))] };
    }

    // Only what exists is remembered: names that an attacker makes up must not fill the memory.
    private static async Task<T?> ReadAsync<T>(
        ConcurrentDictionary<string, T> known, string key, Func<string, CancellationToken, Task<T?>> read, CancellationToken cancellation)
        where T : class
    {
        var value = await read(key, cancellation);
        if (value is not null && known.Count < MostEntries)
            known[key] = value;
        return value;
    }

    /// <summary>What was read; left behind, like the dictionaries, when it is forgotten.</summary>
    private sealed class KnownTypes
    {
        public FrozenDictionary<string, AuthorizationDetailsType>? ByName;
    }
}
