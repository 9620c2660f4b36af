namespace IdentityProvider.Protocol.Tests.SigningKeys;

/// <summary>Chance that comes again with its seed (SplitMix64).</summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>From 0 up to 1.</summary>
    public double Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) / (double)(1UL << 53);
    }

    public TimeSpan Between(TimeSpan least, TimeSpan most) => least + ((most - least) * Next());

    public T Pick<T>(IReadOnlyList<T> list) => list[(int)(Next() * list.Count)];
}
