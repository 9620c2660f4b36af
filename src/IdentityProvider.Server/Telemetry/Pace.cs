using System.Collections.Frozen;

namespace IdentityProvider.Server.Telemetry;

/// <summary>
/// How long this node takes to answer, by endpoint and minute, for the last hour: counted in memory in buckets a fifth apart, without a lock, and gone with
/// the process. Whoever keeps figures has OTLP; this is for a look.
/// </summary>
internal sealed class Pace(TimeProvider clock)
{
    /// <summary>Minutes that are kept.</summary>
    public const int Minutes = 60;

    /// <summary>Of each doubling: two neighbours are 19 % apart.</summary>
    private const int Steps = 4;

    /// <summary>From a microsecond to a quarter of an hour.</summary>
    private const int Buckets = 30 * Steps;

    private readonly FrozenDictionary<string, Minute[]> _rings =
        Endpoints.ToFrozenDictionary(path => path, _ => Enumerable.Range(0, Minutes).Select(_ => new Minute(long.MinValue)).ToArray(), StringComparer.Ordinal);

    /// <summary>Those whose answers people and apps wait for.</summary>
    public static IReadOnlyList<string> Endpoints { get; } = ["/token", "/authorize"];

    public long Start() => clock.GetTimestamp();

    /// <summary>Counts an answer.</summary>
    /// <param name="path">Of the request.</param>
    /// <param name="started">When it came (<see cref="Start"/>).</param>
    public void Note(string? path, long started)
    {
        if (path is null || !_rings.TryGetValue(path, out var ring))
            return;
        var (number, took) = (NumberOf(clock.GetUtcNow()), clock.GetElapsedTime(started));
        ref var place = ref ring[number % Minutes];
        var minute = Volatile.Read(ref place);
        if (minute.Number != number)
        {
            // The first of a minute puts the hour-old one away; who comes at once counts in what that one made.
            var made = new Minute(number);
            var before = Interlocked.CompareExchange(ref place, made, minute);
            minute = before == minute ? made : before;
        }

        Interlocked.Increment(ref minute.Counts[BucketOf(took)]);
    }

    /// <summary>The last hour of an endpoint, the oldest minute first; a minute in which nothing was answered has a count of 0.</summary>
    public IReadOnlyList<PaceOfMinute> Of(string path)
    {
        var now = NumberOf(clock.GetUtcNow());
        return [.. Enumerable.Range(0, Minutes).Select(ago => Read(_rings[path], now - (Minutes - 1) + ago))];
    }

    /// <summary>The hour as one.</summary>
    public PaceOfMinute OfHour(string path)
    {
        var oldest = NumberOf(clock.GetUtcNow()) - (Minutes - 1);
        var sum = new long[Buckets];
        foreach (var minute in _rings[path].Where(minute => minute.Number >= oldest))
        {
            for (var i = 0; i < Buckets; i++)
                sum[i] += minute.Counts[i];
        }

        return Of(sum);
    }

    private static PaceOfMinute Read(Minute[] ring, long number)
    {
        var minute = Volatile.Read(ref ring[number % Minutes]);
        return minute.Number == number ? Of([.. minute.Counts.Select(count => (long)count)]) : PaceOfMinute.None;
    }

    private static PaceOfMinute Of(long[] counts)
    {
        var total = counts.Sum();
        return total == 0 ? PaceOfMinute.None : new PaceOfMinute(total, Quantile(counts, total, 0.5), Quantile(counts, total, 0.99));
    }

    // The upper end of the bucket in which it lies: never less than it was.
    private static TimeSpan Quantile(long[] counts, long total, double part)
    {
        var rank = (long)Math.Ceiling(total * part);
        var bucket = 0;
        for (var seen = counts[0]; seen < rank; seen += counts[bucket])
            bucket++;
        return TimeSpan.FromMicroseconds(Math.Pow(2, (bucket + 1) / (double)Steps));
    }

    private static int BucketOf(TimeSpan took) => Math.Clamp((int)(Math.Log2(Math.Max(1, took.TotalMicroseconds)) * Steps), 0, Buckets - 1);

    private static long NumberOf(DateTimeOffset at) => at.UtcTicks / TimeSpan.TicksPerMinute;

    private sealed class Minute(long number)
    {
        public long Number => number;

        public int[] Counts { get; } = new int[Buckets];
    }
}

/// <summary>How long answers took.</summary>
/// <param name="Count">How many there were.</param>
/// <param name="Median">Half took no longer.</param>
/// <param name="Slow">99 of 100 took no longer.</param>
internal sealed record PaceOfMinute(long Count, TimeSpan Median, TimeSpan Slow)
{
    public static PaceOfMinute None { get; } = new(0, TimeSpan.Zero, TimeSpan.Zero);
}
