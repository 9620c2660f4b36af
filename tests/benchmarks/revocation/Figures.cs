namespace IdentityProvider.Benchmarks.Revocation;

internal static class Figures
{
    public static double Median(this IEnumerable<double> figures) => figures.Percentile(50);

    /// <summary>The smallest of them that this many percent do not exceed.</summary>
    public static double Percentile(this IEnumerable<double> figures, double percent)
    {
        var sorted = figures.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Ceiling(sorted.Length * percent / 100) - 1, 0, sorted.Length - 1)];
    }
}
