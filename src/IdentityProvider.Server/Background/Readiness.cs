using System.Data.Common;
using IdentityProvider.Jose;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Background;

/// <summary>
/// Whether this node can serve: nobody told it to stop, its database answers and has this version's schema, and a key signs. Anybody may ask, so the database
/// is asked once a second at most, however many do; and an answer that doesn't come soon is none.
/// </summary>
internal sealed class Readiness(Drain drain, Schema schema, KeyRing keys)
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private Task<string?>? _look;
    private long _begun;

    /// <summary>The time of the machine, for it is the machine that is asked about.</summary>
    internal TimeProvider Machine { get; init; } = TimeProvider.System;

    /// <summary>Null where it can; else what is missing, in a word that strangers may know.</summary>
    public async Task<string?> LackAsync(CancellationToken cancellation)
    {
        if (drain.IsUnderWay)
            return "draining";
        if (await Look().WaitAsync(cancellation) is { } lack)
            return lack;
        return HasKey() ? null : "keys";
    }

    private Task<string?> Look()
    {
        lock (_lock)
        {
            if (_look is null || (_look.IsCompleted && Machine.GetElapsedTime(_begun) > GoodFor))
                (_begun, _look) = (Machine.GetTimestamp(), LookAsync());
            return _look;
        }
    }

    private async Task<string?> LookAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            return await schema.IsCurrentAsync(patience.Token).WaitAsync(patience.Token) ? null : "migrations";
        }
        catch (Exception e) when (e is OperationCanceledException or DbException or TimeoutException or InvalidOperationException)
        {
            return "database";
        }
    }

    private bool HasKey()
    {
        try
        {
            return keys.Active(SignatureAlgorithm.RS256) is not null;
        }
        catch (Exception e) when (e is KeyException or InvalidOperationException)
        {
            return false;
        }
    }
}
