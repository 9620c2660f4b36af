using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Background;

/// <summary>
/// Work that is done again and again while the server runs. A try that fails, or that a slow database cancels, is logged and made again at the
/// next tick: it never stops the host. Ticks are the machine's, for this work is about the machine: a cache must not wait for a test's
/// clock, and a node must notice that it was cut off.
/// </summary>
public abstract class RepeatedWork(TimeSpan interval, ILogger logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TryAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>Does it once.</summary>
    protected abstract Task DoAsync(CancellationToken cancellation);

    private async Task TryAsync(CancellationToken stoppingToken)
    {
        try
        {
            await DoAsync(stoppingToken);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            Log.BackgroundFailed(logger, GetType().Name, e);
        }
    }
}
