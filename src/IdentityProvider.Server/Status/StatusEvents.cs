using System.Runtime.CompilerServices;
using System.Text;

namespace IdentityProvider.Server.Status;

/// <summary>
/// What is pushed to verifiers: one chain of events, each signed and written once, however many read it. A reader holds its place in the
/// chain and awaits the next link; the last events are kept for those who come back (Server-Sent Events, <c>Last-Event-ID</c>).
/// </summary>
public sealed class StatusEvents
{
    /// <summary>Events that are kept. Who missed more sees by the heartbeat's versions which lists to read again.</summary>
    private const int MostKept = 2048;

    /// <summary>Who is further behind than this is not reading.</summary>
    private const long FurthestBehind = 4096;

    private readonly Lock _lock = new();
    private readonly Queue<Link> _kept = new();
    private Link _last = new("", 0);
    private Link? _heartbeat;

    /// <summary>Adds an event of a list's change.</summary>
    /// <param name="sequence">The transaction's number.</param>
    /// <param name="isLast">Whether it is the last of the transaction's events: only then may a reader say that it had the transaction.</param>
    /// <param name="token">The signed event.</param>
    public void AppendChange(long sequence, bool isLast, string token) =>
        Append(new Link($"event: status\n{(isLast ? $"id: {sequence}\n" : "")}data: {token}\n\n", sequence));

    /// <summary>Adds a heartbeat.</summary>
    /// <param name="sequence">The number of the last transaction that it knows.</param>
    /// <param name="token">The signed heartbeat.</param>
    public void AppendHeartbeat(long sequence, string token)
    {
        var link = new Link($"event: heartbeat\nid: {sequence}\ndata: {token}\n\n", sequence);
        lock (_lock)
        {
            _heartbeat = link;
            Append(link);
        }
    }

    /// <summary>
    /// Keeps nothing of what was: a key has come or gone, and whoever comes back must not get what a key signed that isn't published any more.
    /// They begin with the next heartbeat, whose versions say what they missed.
    /// </summary>
    public void Forget()
    {
        lock (_lock)
        {
            _kept.Clear();
            _heartbeat = null;
            _last.Previous = null;
        }
    }

    /// <summary>The events from where a reader left off, as far as they are kept, with the last heartbeat at least; then all that come.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(long? lastEventId, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var link = Before(lastEventId);
        while (Volatile.Read(ref _last).Number - link.Number < FurthestBehind)
        {
            link = await link.Next.Task.WaitAsync(cancellation);
            yield return link.Text;
        }
    }

    private void Append(Link link)
    {
        lock (_lock)
        {
            var last = _last;
            link.Previous = last;
            link.Number = last.Number + 1;
            _kept.Enqueue(link);
            if (_kept.Count > MostKept)
                _kept.Dequeue().Previous = null;
            Volatile.Write(ref _last, link);
            last.Next.SetResult(link);
        }
    }

    // The link before the first that the reader needs: the last heartbeat, or an event before it that the reader hasn't seen.
    private Link Before(long? lastEventId)
    {
        lock (_lock)
        {
            if (_heartbeat is null)
                return _last;
            var first = _heartbeat;
            if (lastEventId is { } had && _kept.FirstOrDefault(link => link.Sequence > had) is { } unseen && unseen.Number < first.Number)
                first = unseen;
            return first.Previous ?? Link.To(first);
        }
    }

    private sealed class Link(string text, long sequence)
    {
        public ReadOnlyMemory<byte> Text { get; } = Encoding.ASCII.GetBytes(text);

        public long Sequence { get; } = sequence;

        public long Number { get; set; }

        /// <summary>Kept only as long as readers may begin here, so that what was read can be collected.</summary>
        public Link? Previous { get; set; }

        public TaskCompletionSource<Link> Next { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>A place just before this link, whose own predecessor isn't kept.</summary>
        public static Link To(Link next)
        {
            var before = new Link("", 0) { Number = next.Number - 1 };
            before.Next.SetResult(next);
            return before;
        }
    }
}
