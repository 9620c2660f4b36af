using System.Diagnostics.Metrics;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Server.Telemetry;

/// <summary>
/// What is counted, whether anybody listens or not: an addition in memory each. Names are OpenTelemetry's way, every attribute has few values, and none is
/// a person, a client or anything that a stranger may choose. docs/observability.md lists all; a test compares.
/// </summary>
public sealed class Measures : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "IdentityProvider";

    /// <summary>The queue of those who want a token signed.</summary>
    internal const string Signing = "signing";

    /// <summary>The queue of those who want a password hashed.</summary>
    internal const string Hashing = "hashing";

    private readonly Counter<long> _events;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _reuses;
    private readonly Counter<long> _turnedAway;
    private readonly Histogram<double> _roundTrip;

    public Measures()
    {
        Meter = new Meter(Name);
        _events = Meter.CreateCounter<long>("idp.events", "{event}", "What the audit tells of, by its action");
        _refusals = Meter.CreateCounter<long>("idp.refusals", "{refusal}", "Requests that were refused, by endpoint and error code");
        _reuses = Meter.CreateCounter<long>("idp.reuses", "{reuse}", "Token families that ended because a refresh token or a code came twice");
        _turnedAway = Meter.CreateCounter<long>("idp.queue.turned_away", "{request}", "Requests that found a queue full and got 503");
        _roundTrip = Meter.CreateHistogram<double>("idp.database.roundtrip", "s", "A connection from the pool, the smallest query, and its answer", advice: new()
        {
            HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
        });
    }

    internal Meter Meter { get; }

    public void Dispose() => Meter.Dispose();

    internal void Happen(AuditAction action) => _events.Add(1, new KeyValuePair<string, object?>("action", AuditActions.NameOf(action)));

    /// <param name="route">The endpoint's; empty where none was found.</param>
    /// <param name="error">The error code on the wire; empty where the answer has none.</param>
    internal void Refuse(string route, string error) => _refusals.Add(1, new("http.route", route), new("error", error));

    internal void Reuse(FamilyEnd reason) => _reuses.Add(1, new KeyValuePair<string, object?>("of", reason == FamilyEnd.CodeReused ? "code" : "refresh_token"));

    internal void TurnAway(string queue) => _turnedAway.Add(1, new KeyValuePair<string, object?>("queue", queue));

    internal void RoundTrip(TimeSpan took) => _roundTrip.Record(took.TotalSeconds);
}
