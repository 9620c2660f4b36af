using System.Diagnostics;
using IdentityProvider.Jose;
using IdentityProvider.Verifier;

namespace IdentityProvider.Benchmarks.Revocation;

/// <summary>What a whole verification with status check costs, warm, beside the bare check of the signature by the same library.</summary>
internal static class Cost
{
    // Short, so that few blocks are interrupted on a machine that does other things too.
    private const int Block = 25;

    internal sealed record Input(string Issuer, string Audience, string Token, int Rounds);

    /// <summary>Microseconds of one verification, medians of interleaved blocks, and what went out meanwhile.</summary>
    internal sealed record Found(double Whole, double Bare, double Ratio, int Requests);

    public static async Task<Found> MeasureAsync(Input input)
    {
        using var counter = new CountingHandler();
        using var http = new HttpClient(counter);
        await using var verifier = new AccessTokenVerifier(
            new VerifierOptions { Issuer = input.Issuer, Audience = input.Audience, RequireStatus = true }, http);
        await verifier.StartAsync();
        if (await verifier.VerifyAsync(input.Token) is TokenVerification.Refused refused)
            throw new InvalidOperationException(refused.ToString());
        await Waiting.UntilAsync(() => verifier.IsConnected, "the verifier listens");
        var keys = JsonWebKeySet.Parse(await http.GetByteArrayAsync(new Uri(input.Issuer + "/.well-known/jwks.json"))).ValueOrNull!;

        bool Whole() => AtOnce(verifier, input.Token) is TokenVerification.Accepted;
        bool Bare() => Jws.Verify(input.Token, keys, "at+jwt").ValueOrNull is not null;

        // The compiler of .NET takes its time until it has seen enough.
        using var pauses = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        for (var i = 0; i < 240; i++)
        {
            Time(Whole);
            Time(Bare);
            await pauses.WaitForNextTickAsync();
        }

        var before = counter.Requests;
        var pairs = new List<(double Whole, double Bare)>();
        for (var round = 0; round < input.Rounds; round++)
        {
            // Now the one first, now the other.
            if (round % 2 == 0)
            {
                var whole = Time(Whole);
                pairs.Add((whole, Time(Bare)));
            }
            else
            {
                var bare = Time(Bare);
                pairs.Add((Time(Whole), bare));
            }
        }

        return new Found(
            pairs.Select(p => p.Whole).Median(), pairs.Select(p => p.Bare).Median(), pairs.Select(p => p.Whole / p.Bare).Median(), counter.Requests - before);
    }

    // Null where it had to wait for anything.
    private static TokenVerification? AtOnce(AccessTokenVerifier verifier, string token)
    {
        var verifying = verifier.VerifyAsync(token);
        return verifying.IsCompletedSuccessfully ? verifying.GetAwaiter().GetResult() : null;
    }

    private static double Time(Func<bool> work)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Block; i++)
        {
            if (!work())
                throw new InvalidOperationException("A verification failed, or waited.");
        }

        return Stopwatch.GetElapsedTime(started).TotalMicroseconds / Block;
    }
}
