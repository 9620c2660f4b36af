using System.Diagnostics;

namespace IdentityProvider.Server.Tests.Status;

/// <summary>
/// Counts what a database driver does for requests that are made meanwhile, by the trace that they carry: what the server does in the
/// background, or for other tests, has another.
/// </summary>
internal sealed class StatementsOfTrace : IDisposable
{
    private readonly Activity _trace = new("test");
    private readonly ActivityListener _listener;
    private int _count;

    /// <param name="source">The driver's source of activities.</param>
    public StatementsOfTrace(string source)
    {
        _trace.SetIdFormat(ActivityIdFormat.W3C).Start();
        _listener = new ActivityListener
        {
            ShouldListenTo = its => its.Name == source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == _trace.TraceId)
                    Interlocked.Increment(ref _count);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public int Count => Volatile.Read(ref _count);

    public void Dispose()
    {
        _listener.Dispose();
        _trace.Dispose();
    }
}
