using System.Collections.Concurrent;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Status;

/// <summary>
/// The indexes that this node may give to tokens: for each owner and signing key a leased block, in an order that nobody can guess. The next
/// block is leased before the last index is given, so a warm token endpoint asks no database.
/// </summary>
public sealed class StatusIndexes(StatusLists lists, Entropy entropy, TimeProvider clock)
{
    /// <summary>Owners with a block in memory; an index costs two bytes, so this is some tens of MB at the very most.</summary>
    private const int MostStocks = 20_000;

    private readonly ConcurrentDictionary<(StatusBlockOwner Owner, string Kid), StatusStock> _stocks = new();

    /// <summary>An index for a token that this key signs. Completes at once but for a block's first.</summary>
    public ValueTask<StatusReference> TakeAsync(StatusBlockOwner owner, string kid, CancellationToken cancellation)
    {
        var stock = _stocks.TryGetValue((owner, kid), out var known) ? known : Add(owner, kid);
        return stock.TryTake(clock.GetUtcNow(), out var reference) ? new(reference) : new(stock.TakeAsync(cancellation));
    }

    /// <summary>Forgets blocks that were set as a whole (a client's tokens were revoked): a token from them would be dead when it is born.</summary>
    public void Forget(StatusRange range)
    {
        // Nearly always it is one token, and no block.
        if (range.Count < StatusStock.Smallest)
            return;
        foreach (var stock in _stocks.Values)
            stock.Forget(range);
    }

    private StatusStock Add(StatusBlockOwner owner, string kid)
    {
        if (_stocks.Count >= MostStocks)
            MakeRoom();
        return _stocks.GetOrAdd(
            (owner, kid), static (key, of) => new StatusStock(of.lists, of.entropy, of.clock, key.Owner, key.Kid), (lists, entropy, clock));
    }

    // Whoever has been idle for as long as a block lasts; all, where nobody has: a block lost is no harm.
    private void MakeRoom()
    {
        var now = clock.GetUtcNow();
        foreach (var (key, stock) in _stocks)
        {
            if (stock.IsIdle(now))
                _stocks.TryRemove(key, out _);
        }

        if (_stocks.Count >= MostStocks)
            _stocks.Clear();
    }
}
