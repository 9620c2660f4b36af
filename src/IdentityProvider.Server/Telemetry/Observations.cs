using System.Diagnostics.Metrics;
using IdentityProvider.Protocol.Keys;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.SignIn;

namespace IdentityProvider.Server.Telemetry;

/// <summary>What is looked at when a collector asks: figures that stand somewhere anyway. There is one of it while figures are sent.</summary>
internal sealed class Observations
{
    public Observations(Measures measures, KeyFigures keys, Admission signing, PasswordHashing hashing, TopicWatch topics, OutboxWatch outbox)
    {
        var meter = measures.Meter;
        meter.CreateObservableGauge("idp.queue.running", () => Queues(its => its.Running), "{request}", "Who is served");
        meter.CreateObservableGauge("idp.queue.waiting", () => Queues(its => its.Waiting), "{request}", "Who waits");
        meter.CreateObservableGauge("idp.queue.limit", () => Queues(its => its.Limit), "{request}", "How many are served at once");
        meter.CreateObservableGauge("idp.keys.overdue", keys.Overdue, "s", "How late the next signing key is, by algorithm; 0 where it isn't");
        meter.CreateObservableGauge("idp.keys.lag", () => keys.Lag.TotalSeconds, "s", "How long ago this node last read the signing keys");
        meter.CreateObservableGauge("idp.status.lag", () => topics.Lag.TotalSeconds, "s", "How long ago this node last knew every revocation and every other change");
        meter.CreateObservableGauge("idp.outbox.waiting", () => outbox.Last.Waiting, "{message}", "Messages that are not delivered yet");
        meter.CreateObservableGauge("idp.outbox.oldest", () => outbox.Last.Oldest.TotalSeconds, "s", "How old the oldest of them is");
        meter.CreateObservableGauge("idp.outbox.overdue", () => outbox.Last.Overdue.TotalSeconds, "s", "For how long the next attempt at one has been due: more than moments is a delivery that stands still");
        meter.CreateObservableGauge("idp.outbox.given_up", () => outbox.Last.GivenUp, "{message}", "Messages that were given up and wait for an operator");

        IEnumerable<Measurement<long>> Queues(Func<QueueFigures, long> read) =>
        [
            new(read(signing.Figures), new KeyValuePair<string, object?>("queue", Measures.Signing)),
            new(read(hashing.Figures), new KeyValuePair<string, object?>("queue", Measures.Hashing)),
        ];
    }
}

/// <summary>What a collector may know of the signing keys.</summary>
internal sealed class KeyFigures(KeyRing ring, KeySchedule schedule, TimeProvider clock)
{
    public TimeSpan Lag => ring.Lag;

    public IEnumerable<Measurement<double>> Overdue()
    {
        var now = clock.GetUtcNow();
        return from its in ring.Now.Rings
               where its.Keys.Count > 0
               select new Measurement<double>(NextKey.Overdue(its, schedule, now).TotalSeconds, new KeyValuePair<string, object?>("alg", its.Algorithm.Name));
    }
}
