using System.Diagnostics;
using IdentityProvider.Verifier;

namespace IdentityProvider.Benchmarks.Revocation;

/// <summary>From a revocation's answer until verifiers that listen refuse the token.</summary>
internal static class Pushed
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    internal sealed record Input(string Issuer, string Audience, int Verifiers, Revocable[] Revocations);

    /// <summary>In milliseconds: over each verifier of each revocation, and over the last verifier of each.</summary>
    internal sealed record Found(double P50, double P99, double LastP50, double LastP99, double Longest, int Requests);

    public static async Task<Found> MeasureAsync(Input input)
    {
        var counters = Enumerable.Range(0, input.Verifiers).Select(_ => new CountingHandler()).ToList();
        var options = new VerifierOptions { Issuer = input.Issuer, Audience = input.Audience, RequireStatus = true };
        var verifiers = counters.Select(counter => new AccessTokenVerifier(options, new HttpClient(counter))).ToList();
        using var http = new HttpClient();

        // 1. Each holds the keys and the lists, and listens.
        foreach (var verifier in verifiers)
        {
            foreach (var sample in input.Revocations.Chunk(50))
                await AcceptAsync(verifier, sample[0].AccessToken);
            await Waiting.UntilAsync(() => verifier.IsConnected, "each verifier listens");
        }

        // 2. One revocation after the other; all verifiers are asked in turn until each has refused.
        using var looks = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        var before = counters.Sum(counter => counter.Requests);
        var each = new List<double>();
        var last = new List<double>();
        foreach (var revocation in input.Revocations)
        {
            await AcceptAsync(verifiers[0], revocation.AccessToken);
            await http.RevokeAsync(input.Issuer, revocation);
            var answered = Stopwatch.GetTimestamp();
            var waiting = verifiers.ToList();
            while (waiting.Count > 0)
            {
                for (var i = waiting.Count - 1; i >= 0; i--)
                {
                    if (!await RefusesAsync(waiting[i], revocation.AccessToken))
                        continue;
                    each.Add(Stopwatch.GetElapsedTime(answered).TotalMilliseconds);
                    waiting.RemoveAt(i);
                }

                if (Stopwatch.GetElapsedTime(answered) > Patience)
                    throw new TimeoutException($"{waiting.Count} verifiers never heard of it");
                await looks.WaitForNextTickAsync();
            }

            last.Add(each[^1]);
        }

        var requests = counters.Sum(counter => counter.Requests) - before;
        foreach (var verifier in verifiers)
            await verifier.DisposeAsync();
        return new Found(each.Median(), each.Percentile(99), last.Median(), last.Percentile(99), last.Max(), requests);
    }

    private static async Task AcceptAsync(AccessTokenVerifier verifier, string token)
    {
        if (await verifier.VerifyAsync(token) is TokenVerification.Refused refused)
            throw new InvalidOperationException($"A token that lives was refused: {refused}");
    }

    private static async ValueTask<bool> RefusesAsync(AccessTokenVerifier verifier, string token) => await verifier.VerifyAsync(token) switch
    {
        TokenVerification.Refused { Reason: VerifierRefusal.TokenRevoked } => true,
        TokenVerification.Refused other => throw new InvalidOperationException(other.ToString()),
        _ => false,
    };
}
