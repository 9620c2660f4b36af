using IdentityProvider.Protocol.Keys;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Background;

/// <summary>
/// Makes the next signing key when it is due and reads the rows again often enough that this node's JWKS may be served. What is due is by
/// the protocol's clock; the ticks are the machine's, for a node must notice that it was cut off.
/// </summary>
public sealed class KeyRotation(KeyRing ring, KeySchedule schedule, ILogger<KeyRotation> logger) : BackgroundService
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = schedule.MaxSilence / 4;
        using var timer = new PeriodicTimer(interval < Longest ? interval : Longest);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await TryRenewAsync(stoppingToken);
    }

    private async Task TryRenewAsync(CancellationToken cancellation)
    {
        try
        {
            await ring.RenewAsync(cancellation);
        }
        catch (KeyException e)
        {
            Log.SigningKeysUnreadable(logger, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.BackgroundFailed(logger, nameof(KeyRotation), e);
        }
    }
}
