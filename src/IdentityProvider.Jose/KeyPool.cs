namespace IdentityProvider.Jose;

/// <summary>
/// Imported instances of one key. RSA and ECDsa instances are not documented as safe for parallel use, and one shared OpenSSL key
/// contends on its blinding lock; so each running operation has an instance of its own, imported when all others are busy.
/// </summary>
internal sealed class KeyPool<TKey>(Func<TKey> import) where TKey : class, IDisposable
{
    private readonly SlotPool<TKey> _idle = new();
    private volatile bool _closed;

    public TKey Take()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        return _idle.TakeOrNull() ?? import();
    }

    public void Return(TKey key)
    {
        if (_closed || !_idle.Keep(key)) key.Dispose();
        if (_closed) Drain(); // closed between the check and the keeping
    }

    /// <summary>
    /// Frees the instances that are idle now, and the others as they return. A pool that is never closed leaves that to their finalizers.
    /// </summary>
    public void Close()
    {
        _closed = true;
        Drain();
    }

    private void Drain()
    {
        while (_idle.TakeOrNull() is { } key) key.Dispose();
    }
}
