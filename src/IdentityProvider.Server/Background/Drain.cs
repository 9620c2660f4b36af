using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Background;

/// <summary>
/// How a node leaves without anybody noticing. When it is told to stop it first only says so (<see cref="Readiness"/>) and serves on, until whoever sends it
/// requests has had time to see that; then streams end, what is under way is finished, and nothing new is taken.
/// </summary>
internal sealed class Drain(ShutdownSettings settings, IHostApplicationLifetime host, TimeProvider clock, ILogger<Drain> logger) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _over = new();

    /// <summary>Whether it was told to stop.</summary>
    public bool IsUnderWay => host.ApplicationStopping.IsCancellationRequested;

    /// <summary>When it is time for streams, which would never end by themselves.</summary>
    public CancellationToken Over => _over.Token;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Comes before anything is stopped.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        host.StopApplication();
        if (_over.IsCancellationRequested)
            return;
        if (settings.Notice is { } notice && notice > TimeSpan.Zero)
        {
            Log.Draining(logger, notice);
            await Task.Delay(notice, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _over.CancelAsync();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _over.Dispose();
}

/// <summary>Registers it.</summary>
internal static class DrainSetup
{
    public static IServiceCollection AddDrain(this IServiceCollection services, ShutdownSettings settings) => services
        .AddSingleton(settings)
        .AddSingleton<Drain>()
        .AddSingleton<Readiness>()
        .AddHostedService(provider => provider.GetRequiredService<Drain>())
        .Configure<HostOptions>(host => host.ShutdownTimeout = (settings.Notice ?? TimeSpan.Zero) + settings.Grace);
}
