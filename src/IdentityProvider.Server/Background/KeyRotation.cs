using IdentityProvider.Protocol.Keys;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Background;

/// <summary>
/// Makes the next signing key when it is due by the protocol's clock, and reads the rows again often enough that this node's JWKS may be
/// served.
/// </summary>
public sealed class KeyRotation(KeyRing ring, KeySchedule schedule, ILogger<KeyRotation> logger) : RepeatedWork(Interval(schedule), logger)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    protected override async Task DoAsync(CancellationToken cancellation)
    {
        try
        {
            await ring.RenewAsync(cancellation);
        }
        catch (KeyException e)
        {
            Log.SigningKeysUnreadable(logger, e.Message);
        }
    }

    private static TimeSpan Interval(KeySchedule schedule) => schedule.MaxSilence / 4 < Longest ? schedule.MaxSilence / 4 : Longest;
}
