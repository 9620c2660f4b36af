namespace IdentityProvider.Jose;

/// <summary>
/// A small lock-free store of idle objects: as many as ran in parallel so far, at most 32. Each slot is taken and filled by one
/// interlocked exchange; what finds no slot is simply not kept.
/// </summary>
internal sealed class SlotPool<T> where T : class
{
    private readonly T?[] _slots = new T?[32];

    public T? TakeOrNull()
    {
        for (var i = 0; i < _slots.Length; i++)
            if (Volatile.Read(ref _slots[i]) is not null && Interlocked.Exchange(ref _slots[i], null) is { } taken)
                return taken;
        return null;
    }

    /// <summary>Keeps the object, or returns false when there is no room.</summary>
    public bool Keep(T idle)
    {
        for (var i = 0; i < _slots.Length; i++)
            if (Volatile.Read(ref _slots[i]) is null && Interlocked.CompareExchange(ref _slots[i], idle, null) is null)
                return true;
        return false;
    }
}
