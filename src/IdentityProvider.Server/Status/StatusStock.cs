using System.Runtime.InteropServices;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Status;

/// <summary>One owner's indexes on this node: the block in use, and the next one on its way.</summary>
internal sealed class StatusStock(StatusLists lists, Entropy entropy, TimeProvider clock, StatusBlockOwner owner, string kid)
{
    /// <summary>No block is smaller.</summary>
    public const int Smallest = 64;

    /// <summary>A block that is used up before its time is followed by one so much larger.</summary>
    private const int Growth = 4;

    /// <summary>Some seconds of all that a core can sign.</summary>
    private const int Largest = 16 * 1024;

    private readonly Lock _lock = new();
    private Shuffled? _current;
    private readonly List<StatusRange> _setMeanwhile = [];
    private Task<Shuffled>? _coming;

    /// <summary>Takes one of the block in use; false where it is used up or too old.</summary>
    public bool TryTake(DateTimeOffset now, out StatusReference reference)
    {
        reference = default;
        var block = Volatile.Read(ref _current);
        if (block is null || now >= block.Block.UsableUntil || !block.TryTake(out reference, out var isRunningOut))
            return false;
        if (isRunningOut)
            Coming(Math.Min(block.Block.Count * Growth, Largest));
        return true;
    }

    /// <summary>Takes one of the next block.</summary>
    public async Task<StatusReference> TakeAsync(CancellationToken cancellation)
    {
        StatusReference reference;
        while (!TryTake(clock.GetUtcNow(), out reference))
        {
            var coming = Coming(FirstCount(owner));
            Use(await coming.WaitAsync(cancellation), coming);
        }

        return reference;
    }

    /// <summary>The block in use goes where it lies within what was set; the next one too, also where only the database knows yet which it is.</summary>
    public void Forget(StatusRange range)
    {
        lock (_lock)
        {
            if (_current?.IsWithin(range) == true)
                Volatile.Write(ref _current, null);
            if (_coming is { IsCompletedSuccessfully: true } && _coming.Result.IsWithin(range))
                _coming = null;
            else if (_coming is { IsCompleted: false })
                _setMeanwhile.Add(range);
        }
    }

    public bool IsIdle(DateTimeOffset now) => Volatile.Read(ref _current) is not { } block || now >= block.Block.UsableUntil;

    // Whatever ends as a whole begins small: most clients ask for a token now and then.
    private static int FirstCount(StatusBlockOwner owner) => owner switch
    {
        { FamilyId: not null } => Smallest,
        { ClientId: not null } => 256,
        _ => 4096,
    };

    // One lease at a time, whoever wants it; it goes on when who asked first has left. A failed one is tried anew by the next who needs it.
    private Task<Shuffled> Coming(int count)
    {
        lock (_lock)
            return _coming is null or { IsFaulted: true } ? _coming = LeaseAsync(count) : _coming;
    }

    private void Use(Shuffled block, Task<Shuffled> coming)
    {
        lock (_lock)
        {
            if (_coming != coming)
                return;
            _coming = null;
            if (!_setMeanwhile.Any(block.IsWithin))
                Volatile.Write(ref _current, block);
            _setMeanwhile.Clear();
        }
    }

    private async Task<Shuffled> LeaseAsync(int count)
    {
        var block = await lists.LeaseAsync(owner, kid, count, clock.GetUtcNow(), CancellationToken.None);
        return new Shuffled(block, Shuffle(count));
    }

    // Fisher and Yates; 32 random bits for each place make no order noticeably likelier.
    private ushort[] Shuffle(int count)
    {
        var random = new uint[count];
        entropy.Fill(MemoryMarshal.AsBytes(random.AsSpan()));
        var order = new ushort[count];
        for (var i = 0; i < count; i++)
        {
            var j = (int)(((ulong)random[i] * (uint)(i + 1)) >> 32);
            order[i] = order[j];
            order[j] = (ushort)i;
        }

        return order;
    }

    private sealed class Shuffled(StatusBlock block, ushort[] order)
    {
        private int _taken;

        public StatusBlock Block => block;

        public bool TryTake(out StatusReference reference, out bool isRunningOut)
        {
            var place = Interlocked.Increment(ref _taken) - 1;
            isRunningOut = place == order.Length * 3 / 4;
            reference = place < order.Length ? new StatusReference(block.List, block.First + order[place]) : default;
            return place < order.Length;
        }

        public bool IsWithin(StatusRange range) =>
            range.List == block.List && range.First <= block.First && range.First + range.Count >= block.First + block.Count;
    }
}
