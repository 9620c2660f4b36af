namespace IdentityProvider.Verifier.Shell;

/// <summary>The fetches of one document: one at a time, whoever else needs it joins; after a failure the next is tried a little later.</summary>
internal sealed class Flight(TimeProvider clock, Func<Task<TokenVerification.Refused?>> fetch)
{
    /// <summary>How long a failed fetch is not tried again.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>How long after a failure nobody waits for the next try who has something older to use: a hanging issuer slows no request down.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private Task<TokenVerification.Refused?>? _running;
    private long _failedAt;

    /// <summary>Why the last fetch failed; null when it succeeded, or there was none.</summary>
    public TokenVerification.Refused? Fault { get; private set; }

    /// <summary>Whether one runs now.</summary>
    public bool IsUnderWay => _running is { IsCompleted: false };

    /// <summary>Whether the last one failed, a short while ago.</summary>
    public bool IsFailing => Fault is not null && clock.GetElapsedTime(_failedAt) < Patience;

    /// <summary>Whether a fetch that is worth a try may start, or is under way.</summary>
    public bool MayRun => Fault is null || IsUnderWay || clock.GetElapsedTime(_failedAt) >= Retry;

    /// <summary>
    /// Joins the fetch under way or starts one; its outcome is null or the reason why it failed. Never throws. Nothing is started for whom
    /// <paramref name="isNeeded"/> says that another's fetch brought it just now.
    /// </summary>
    public Task<TokenVerification.Refused?> RunAsync(Func<bool>? isNeeded = null)
    {
        lock (_gate)
        {
            if (_running is { IsCompleted: false }) return _running;
            if (isNeeded?.Invoke() == false) return Task.FromResult<TokenVerification.Refused?>(null);
            return _running = Task.Run(FetchAsync);
        }
    }

    /// <summary>Starts one, if none is under way or failed just before, and waits for nothing.</summary>
    public void RunInBackground()
    {
        if (MayRun) _ = RunAsync();
    }

    private async Task<TokenVerification.Refused?> FetchAsync()
    {
        var fault = await fetch().ConfigureAwait(false);
        _failedAt = clock.GetTimestamp();
        Fault = fault;
        return fault;
    }
}
