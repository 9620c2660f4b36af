using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Audit;

/// <summary>
/// What happens so often, or by anybody, that a row each time would cost too much: counted in memory and written as one line for each kind, actor,
/// target, address and minute. Lines of a minute are bounded too: what doesn't fit is one more line, which says how much it was. A crash loses the
/// minute that wasn't written.
/// </summary>
internal sealed class AuditTally(AuditEvents events, AuditTrail trail, TimeProvider clock, Measures measures) : IDisposable
{
    /// <summary>How long a line counts.</summary>
    public static TimeSpan Window { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Lines of one action, minute and node that strangers can cause: their floods write no more than that.</summary>
    public const int MostOfStrangers = 100;

    /// <summary>The same of tokens, which need a client that is registered.</summary>
    public const int MostOfTokens = 5000;

    private const int Batch = 500;

    private readonly ConcurrentDictionary<Line, Cell> _open = new();
    private readonly int[] _lines = new int[Enum.GetValues<AuditAction>().Length];
    private readonly Queue<AuditEvent> _unwritten = new();
    private readonly SemaphoreSlim _oneWriter = new(1);

    /// <summary>Counts one. Costs a look-up in memory.</summary>
    /// <param name="action">What.</param>
    /// <param name="actor">Who, from where.</param>
    /// <param name="target">To whom or what.</param>
    /// <param name="detail">A name and what it is; null for nothing more to say.</param>
    public void Count(AuditAction action, Actor actor, AuditTarget target, (string Name, string Value)? detail = null)
    {
        measures.Happen(action);
        var line = new Line(action, actor.Who, target, actor.Address, detail);
        while (!CellOf(line).TryCount())
        {
            // Its minute was written just now: it counts in the next.
        }
    }

    /// <summary>Writes the lines whose minute is over.</summary>
    /// <param name="alsoOpen">Whether those too that still count.</param>
    /// <param name="cancellation">Gives up; what isn't written is written the next time.</param>
    public async Task WriteAsync(bool alsoOpen, CancellationToken cancellation)
    {
        await _oneWriter.WaitAsync(cancellation);
        try
        {
            // What can't be written goes on counting, so that a database that is away fills no memory.
            if (_unwritten.Count < MostOfTokens)
                Close(alsoOpen);
            while (_unwritten.Count > 0)
            {
                var batch = _unwritten.Take(Batch).ToList();
                await events.AddAsync(batch, cancellation);
                foreach (var _ in batch)
                    _unwritten.Dequeue();
            }
        }
        finally
        {
            _oneWriter.Release();
        }
    }

    public void Dispose() => _oneWriter.Dispose();

    private Cell CellOf(Line line)
    {
        if (_open.TryGetValue(line, out var cell))
            return cell;
        var most = line.Action == AuditAction.TokensIssued ? MostOfTokens : MostOfStrangers;
        return _open.GetOrAdd(Interlocked.Increment(ref _lines[(int)line.Action]) <= most ? line : line.OfTheRest, static (_, now) => new Cell(now), clock.GetUtcNow());
    }

    private void Close(bool alsoOpen)
    {
        var over = clock.GetUtcNow() - Window;
        foreach (var (line, cell) in _open)
        {
            // Out of the dictionary first: who comes now opens the next, and who has this one already still counts until it is closed.
            if ((!alsoOpen && cell.Since > over) || !_open.TryRemove(KeyValuePair.Create(line, cell)))
                continue;
            var (actor, target) = (line.Actor, line.Target);
            var detail = line.Detail is var (name, value) ? new JsonObject { [name] = value } : null;
            _unwritten.Enqueue(trail.Line(line.Action, Actor.Of(actor, line.Address), target, detail: detail) with { At = cell.Since, Count = cell.Close() });
        }

        foreach (var action in Enum.GetValues<AuditAction>())
            Volatile.Write(ref _lines[(int)action], 0);
        foreach (var line in _open.Keys)
            Interlocked.Increment(ref _lines[(int)line.Action]);
    }

    private readonly record struct Line(AuditAction Action, AuditActor Actor, AuditTarget Target, string? Address, (string Name, string Value)? Detail)
    {
        /// <summary>The line of all those that have none of their own.</summary>
        public Line OfTheRest => new(Action, new AuditActor(AuditActorKind.Anonymous, null), AuditTarget.Read(Target.Kind, null), null, ("lines", "rest"));
    }

    private sealed class Cell(DateTimeOffset since)
    {
        private readonly Lock _gate = new();
        private int _count;
        private bool _isClosed;

        public DateTimeOffset Since => since;

        public bool TryCount()
        {
            lock (_gate)
            {
                if (!_isClosed && _count < int.MaxValue)
                    _count++;
                return !_isClosed;
            }
        }

        public int Close()
        {
            lock (_gate)
            {
                _isClosed = true;
                return _count;
            }
        }
    }
}
