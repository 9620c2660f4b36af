using IdentityProvider.Server.Background;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Telemetry;

/// <summary>Counts the outbox now and then, where its figures are sent to a collector: nothing else in this process knows them.</summary>
internal sealed class OutboxWatch(Outbox outbox, TimeProvider clock, ILogger<OutboxWatch> logger) : RepeatedWork(TimeSpan.FromSeconds(15), logger)
{
    private OutboxFigures _last = OutboxFigures.None;

    public OutboxFigures Last => Volatile.Read(ref _last);

    /// <summary>Counts now.</summary>
    internal async Task LookAsync(CancellationToken cancellation) => Volatile.Write(ref _last, await outbox.CountAsync(clock.GetUtcNow(), cancellation));

    protected override Task DoAsync(CancellationToken cancellation) => LookAsync(cancellation);
}
