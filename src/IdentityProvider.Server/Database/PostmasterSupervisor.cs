using System.Diagnostics;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Database;

/// <summary>Watches PostgreSQL for as long as the server lives and starts it again when it dies: at once, then after pauses that double up to ten seconds. It never gives up.</summary>
internal sealed class PostmasterSupervisor : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    /// <summary>One that lived this long was well; one that died sooner is in a crash loop, and its pauses go on growing.</summary>
    private static readonly TimeSpan WellAfter = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<CancellationToken, Task<Postmaster>> _start;
    private readonly ILogger _logger;
    private readonly Task _watch;

    public PostmasterSupervisor(Postmaster first, Func<CancellationToken, Task<Postmaster>> start, ILogger logger)
    {
        _start = start;
        _logger = logger;
        _watch = WatchAsync(first);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        try
        {
            await _watch;
        }
        catch (OperationCanceledException)
        {
            // That is how the watch ends.
        }
        _stopping.Dispose();
    }

    private async Task WatchAsync(Postmaster postmaster)
    {
        var attempt = 0;
        while (true)
        {
            var lived = Stopwatch.StartNew();
            await postmaster.WaitForEndAsync(Interval, TimeSpan.MaxValue, _stopping.Token);
            Log.PostgresDied(_logger, postmaster.DataDirectory, postmaster.ProcessId);
            attempt = lived.Elapsed > WellAfter ? 0 : attempt + 1;
            if (attempt > 1)
                await PauseAsync(attempt);
            postmaster = await StartAgainAsync(attempt);
        }
    }

    private async Task<Postmaster> StartAgainAsync(int attempt)
    {
        while (true)
        {
            try
            {
                return await _start(_stopping.Token);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                attempt++;
                Log.PostgresRestartFailed(_logger, attempt, Pause(attempt), error.Message);
                await PauseAsync(attempt);
            }
        }
    }

    private Task PauseAsync(int attempt) => Task.Delay(Pause(attempt), _stopping.Token);

    private static TimeSpan Pause(int attempt) =>
        TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, ShortestPause.Ticks << Math.Min(attempt - 1, 10)));
}
