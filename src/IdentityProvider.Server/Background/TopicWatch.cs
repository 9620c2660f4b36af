using System.Diagnostics;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Background;

/// <summary>
/// Brings what another node or a command changed to this node's memory: reads the tiny table of topic versions twice a second, and at once
/// when the database says that one moved (<see cref="TopicListening"/>), and tells whoever keeps a copy.
/// </summary>
public sealed class TopicWatch(Topics topics, IEnumerable<TopicListener> listeners, Measures measures, ILogger<TopicWatch> logger)
    : RepeatedWork(TimeSpan.FromMilliseconds(500), logger)
{
    private readonly SemaphoreSlim _oneLook = new(1);
    private readonly Dictionary<string, long> _seen = new(StringComparer.Ordinal);
    private long _known = Stopwatch.GetTimestamp();

    /// <summary>How long ago this node last knew all that others changed: of revocations too. It is the machine's time.</summary>
    public TimeSpan Lag => Stopwatch.GetElapsedTime(Volatile.Read(ref _known));

    protected override Task DoAsync(CancellationToken cancellation) => LookAsync(cancellation);

    /// <summary>Reads the versions once and tells the listeners of each topic that moved. A listener that fails is told again next time.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        await _oneLook.WaitAsync(cancellation);
        try
        {
            var asked = Stopwatch.GetTimestamp();
            var versions = await topics.ReadAsync(cancellation);
            measures.RoundTrip(Stopwatch.GetElapsedTime(asked));
            foreach (var listener in listeners)
            {
                var version = versions.GetValueOrDefault(listener.Topic);
                if (_seen.TryGetValue(listener.Key, out var last) && last == version)
                    continue;
                await listener.ChangedAsync(cancellation);
                _seen[listener.Key] = version;
            }

            Volatile.Write(ref _known, asked);
        }
        finally
        {
            _oneLook.Release();
        }
    }

    public override void Dispose()
    {
        _oneLook.Dispose();
        base.Dispose();
    }
}

/// <summary>Someone who keeps a copy of what a topic is about.</summary>
/// <param name="Topic">The topic's name in the table of versions.</param>
/// <param name="Key">Which listener this is.</param>
/// <param name="ChangedAsync">Drops or reloads the copy.</param>
public sealed record TopicListener(string Topic, string Key, Func<CancellationToken, Task> ChangedAsync);
