using System.Collections.Concurrent;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Server.Http;

/// <summary>
/// The keys that clients sign with: as registered, or as published at their <c>jwks_uri</c>, held per node. A set is fetched when it is needed
/// and old, or lacks the <c>kid</c> that is asked for, and at most once in <see cref="FetchInterval"/> however many requests make one up.
/// </summary>
public sealed class ClientKeys(ClientKeyFetch fetch, TimeProvider clock)
{
    /// <summary>How long a fetched set is used without asking again: the longest that a key lives which its client took down.</summary>
    public static TimeSpan FreshFor { get; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the last good set stands in while the client's server fails.</summary>
    public static TimeSpan LastGoodFor { get; } = TimeSpan.FromHours(1);

    /// <summary>The shortest time from one fetch of an address to the next: a new <c>kid</c> works after it at the latest.</summary>
    public static TimeSpan FetchInterval { get; } = TimeSpan.FromSeconds(10);

    private const int MostAddresses = 2000;

    private static readonly HoldingTimes Times = new(FreshFor, LastGoodFor, FetchInterval);

    private readonly ConcurrentDictionary<string, HeldDocument<ClientKeySet>> _held = new(StringComparer.Ordinal);

    /// <summary>The verification keys of a client; empty where it has none or they can't be had.</summary>
    /// <param name="client">Whose.</param>
    /// <param name="kid">The key that a token names, or null: a set without it is worth a fetch.</param>
    /// <param name="cancellation">Stops waiting; a fetch under way goes on for others.</param>
    public async ValueTask<JsonWebKeySet> FindAsync(Client client, string? kid, CancellationToken cancellation) =>
        (await FindSetAsync(client, set => set.Has(kid), cancellation)).Verification;

    /// <summary>The whole set of a client; empty where it has none or it can't be had.</summary>
    /// <param name="client">Whose.</param>
    /// <param name="isEnough">Whether a set that is held has what is looked for; if not, it is worth a fetch.</param>
    /// <param name="cancellation">Stops waiting; a fetch under way goes on for others.</param>
    public async ValueTask<ClientKeySet> FindSetAsync(Client client, Func<ClientKeySet, bool> isEnough, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(isEnough);
        return client.JwksUri is { } uri ? await FindPublishedAsync(client.ClientId, uri, isEnough, cancellation) : client.Jwks ?? ClientKeySet.Empty;
    }

    /// <summary>The set at an address that an operator registered, a client's or a trusted issuer's; empty where it can't be had.</summary>
    /// <param name="owner">Whose, for the log.</param>
    /// <param name="uri">The address.</param>
    /// <param name="isEnough">Whether a set that is held has what is looked for; if not, it is worth a fetch.</param>
    /// <param name="cancellation">Stops waiting; a fetch under way goes on for others.</param>
    public async ValueTask<ClientKeySet> FindPublishedAsync(string owner, string uri, Func<ClientKeySet, bool> isEnough, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var held = _held.GetOrAdd(uri, _ => new HeldDocument<ClientKeySet>(() => fetch.GetAsync(owner, uri), Times));
        held.UsedAt = now;
        if (_held.Count > MostAddresses)
            ForgetOldest();
        return await held.FindAsync(isEnough, clock, cancellation) ?? ClientKeySet.Empty;
    }

    private void ForgetOldest()
    {
        if (_held.MinBy(entry => entry.Value.UsedAt) is { Key: { } uri } && _held.Count > MostAddresses)
            _held.TryRemove(uri, out _);
    }
}
