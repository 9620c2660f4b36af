namespace IdentityProvider.Benchmarks.Revocation;

/// <summary>Awaits what another process brings about: looks again at each tick, as the tests do.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static async Task UntilAsync(Func<bool> isSo, string what)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        using var end = new CancellationTokenSource(Limit);
        try
        {
            while (!isSo())
                await ticks.WaitForNextTickAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"not within {Limit.TotalSeconds} s: {what}");
        }
    }
}
