using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Keys;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin</c>: what the server does and how it is, in pictures.</summary>
internal static class HomeConsole
{
    public static IEnumerable<ConsoleRoute> Routes => [ConsoleRoute.Page("", null, ShowAsync)];

    private static async Task ShowAsync(ConsoleRequest request)
    {
        var figures = await request.Get<HomeFigures>().ReadAsync(request.Cancellation);
        var keys = await request.Get<KeyOperations>().ListAsync(request.Cancellation);
        var pace = request.Get<Pace>();
        await request.ShowAsync<HomePage>(new HomePage.HomeModel(
            figures,
            KeyTimeline.Of(keys, request.Get<KeySchedule>().AnnounceLead, request.Now),
            new Chart("Answers with tokens", [Series(figures, "tokens", "a", AuditAction.TokensIssued)], LabelsOf(figures), "in the last 24 hours"),
            new Chart(
                "Sign-ins and failures",
                [Series(figures, "signed in", "a", AuditAction.SessionBegan), Series(figures, "failed", "b", HomeFigures.Failures)],
                LabelsOf(figures),
                "in the last 24 hours"),
            [.. Pace.Endpoints.Select(path => PaceOf(pace, path, request.Now))]));
    }

    private static ChartSeries Series(Figures figures, string name, string style, params AuditAction[] actions) =>
        new(name, style, [.. figures.Hours.Select(hour => (double)actions.Sum(action => figures.Count(action, hour)))]);

    private static IReadOnlyList<string> LabelsOf(Figures figures) => [.. figures.Hours.Select(hour => $"{hour.UtcDateTime:HH}:00 UTC")];

    private static PaceOf PaceOf(Pace pace, string path, DateTimeOffset now)
    {
        var hour = pace.OfHour(path);
        return new PaceOf(path, hour.Count, hour.Median, hour.Slow, SlowOf(pace, path, now));
    }

    private static Chart SlowOf(Pace pace, string path, DateTimeOffset now)
    {
        var minutes = pace.Of(path);
        return new Chart(
            $"Slowest 1 % of {path}, in milliseconds",
            [new ChartSeries("99 of 100 took at most (ms)", "a", [.. minutes.Select(minute => Math.Round(minute.Slow.TotalMilliseconds, 1))])],
            [.. minutes.Select((_, i) => $"{now.AddMinutes(i - Pace.Minutes + 1).UtcDateTime:HH:mm} UTC")],
            "in the last hour, on this node");
    }
}

/// <summary>How fast an endpoint was in the last hour.</summary>
public sealed record PaceOf(string Path, long Count, TimeSpan Median, TimeSpan Slow, Chart Chart);

/// <summary>A picture of bars.</summary>
/// <param name="Title">What is counted.</param>
/// <param name="Series">What stands on what, from below.</param>
/// <param name="Labels">What each place is.</param>
/// <param name="Span">Of which time.</param>
public sealed record Chart(string Title, IReadOnlyList<ChartSeries> Series, IReadOnlyList<string> Labels, string Span)
{
    /// <summary>The height of the highest place.</summary>
    public double Most { get; } = Enumerable.Range(0, Labels.Count).Max(i => Series.Sum(series => series.Values[i]));
}

/// <summary>What is counted in a picture.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Style">How it is drawn: <c>a</c>, or <c>b</c> for what is to be noticed.</param>
/// <param name="Values">At each place.</param>
public sealed record ChartSeries(string Name, string Style, IReadOnlyList<double> Values);
