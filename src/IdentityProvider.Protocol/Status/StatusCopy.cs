namespace IdentityProvider.Protocol.Status;

/// <summary>
/// A list's bits as a node builds them from the changes, in their order. What is invalid stays so: a token that was taken back is never
/// merely stale again. Not for several threads at once.
/// </summary>
/// <param name="list">The list's number.</param>
public sealed class StatusCopy(int list)
{
    private readonly StatusBits _bits = new(StatusList.Size, StatusList.Bits);

    public int List => list;

    /// <summary>The last transaction that changed it; 0 where none has.</summary>
    public long Version { get; private set; }

    public StatusValue this[int index] => (StatusValue)_bits[index];

    /// <summary>Applies what one transaction set; says what really changed, for those who hold a copy.</summary>
    public StatusChange Apply(long version, IEnumerable<StatusRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(version, Version);
        var changed = new List<StatusRange>();
        foreach (var range in ranges)
        {
            for (var index = range.First; index < range.First + range.Count; index++)
            {
                if (_bits[index] == (byte)range.Value || this[index] == StatusValue.Invalid)
                    continue;
                _bits[index] = (byte)range.Value;
                Note(changed, index, range.Value);
            }
        }

        var previous = Version;
        Version = version;
        return new StatusChange(list, previous, version, changed);
    }

    /// <summary>The <c>lst</c> member as it is now.</summary>
    public string Compress() => _bits.Compress();

    private void Note(List<StatusRange> changed, int index, StatusValue value)
    {
        if (changed.Count > 0 && changed[^1] is var last && last.Value == value && last.First + last.Count == index)
            changed[^1] = last with { Count = last.Count + 1 };
        else
            changed.Add(new StatusRange(list, index, 1, value));
    }
}
