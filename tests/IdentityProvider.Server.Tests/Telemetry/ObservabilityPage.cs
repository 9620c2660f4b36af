using IdentityProvider.Server.Tests.Architecture;

namespace IdentityProvider.Server.Tests.Telemetry;

/// <summary>docs/observability.md, read for the names that it tells of.</summary>
internal static class ObservabilityPage
{
    /// <summary>The instruments of this server that the page lists.</summary>
    public static IReadOnlyList<string> Own { get; } = [.. Names("## Metrics of this server")];

    /// <summary>Instruments of the framework and the driver that alerts and the dashboard use.</summary>
    public static IReadOnlyList<string> OfOthers { get; } = [.. Names("## Metrics of the framework and the driver")];

    /// <summary>What a short and lucky run has nothing to tell of.</summary>
    public static IReadOnlyList<string> Rare { get; } = ["idp.reuses", "idp.queue.turned_away"];

    public static string Text { get; } = Tree.Read("docs/observability.md");

    private static IEnumerable<string> Names(string heading) =>
        Tree.Read("docs/observability.md").Split('\n').SkipWhile(line => line != heading).Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1]);
}
