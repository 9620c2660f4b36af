using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;

namespace IdentityProvider.Server.Tests.Endpoints.Cost;

/// <summary>
/// What goes to one database meanwhile, by the driver's own trace: one for each round trip, however many statements are in it and whoever else's come along.
/// A test has a database of its own; what the node does there by itself is counted too.
/// </summary>
internal sealed class StatementsOfDatabase : IDisposable
{
    private readonly ConcurrentQueue<string> _texts = new();
    private readonly ActivityListener _listener;

    public StatementsOfDatabase(string connectionString)
    {
        var name = new NpgsqlConnectionStringBuilder(connectionString).Database;
        _listener = new ActivityListener
        {
            ShouldListenTo = its => its.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (Tag(activity, "db.namespace", "db.name") == name && Tag(activity, "db.query.text", "db.statement") is { } text)
                    _texts.Enqueue(text);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public int Count => _texts.Count;

    /// <summary>Those that change something.</summary>
    public int Writes => _texts.Count(text => new[] { "INSERT INTO", "UPDATE \"", "DELETE FROM" }.Any(verb => text.Contains(verb, StringComparison.Ordinal)));

    /// <summary>For the message of a test that fails.</summary>
    public string Texts => string.Join("\n", _texts);

    public void Dispose() => _listener.Dispose();

    private static string? Tag(Activity activity, string name, string formerly) => (activity.GetTagItem(name) ?? activity.GetTagItem(formerly)) as string;
}
