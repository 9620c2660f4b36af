using IdentityProvider.Protocol.Keys;

namespace IdentityProvider.Protocol.Tests.SigningKeys;

/// <summary>A server among many: its own clock, and the rows as it last read them.</summary>
internal sealed class RotationNode(SkewedClock clock, KeySchedule schedule)
{
    private DateTimeOffset _readAt;

    public SkewedClock Clock { get; } = clock;

    public Ring Ring { get; private set; } = GivenKeys.Ring();

    public bool IsUp { get; set; } = true;

    /// <summary>Whether it reaches the database.</summary>
    public bool IsConnected { get; set; } = true;

    public bool Reads => IsUp && IsConnected;

    public void Read(IEnumerable<KeyLifetime> rows, DateTimeOffset now)
    {
        Ring = GivenKeys.Ring([.. rows]);
        _readAt = now;
    }

    public void Forget() => Ring = GivenKeys.Ring();

    /// <summary>The last moment at which it read is as late as can be: while it is connected it reads all the time.</summary>
    public void Disconnect(DateTimeOffset now)
    {
        if (Reads)
            _readAt = now;
        IsConnected = false;
    }

    public bool Signs(DateTimeOffset now) => IsUp && Ring.Keys.Count > 0 && (IsConnected || now - _readAt <= schedule.MaxSigningSilence);

    public bool ServesJwks(DateTimeOffset now) => IsUp && Ring.Keys.Count > 0 && (IsConnected || now - _readAt <= schedule.MaxSilence);

    public HashSet<string> Jwks(DateTimeOffset now) => [.. Ring.Published(Clock.At(now)).Select(key => key.Kid)];
}

/// <summary>An API that keeps the JWKS for its whole max-age and never asks again for a kid that it doesn't know.</summary>
internal sealed class RotationVerifier(SkewedClock clock)
{
    public SkewedClock Clock { get; } = clock;

    public HashSet<string>? Jwks { get; private set; }

    public DateTimeOffset FetchedAt { get; private set; }

    public void Fetch(RotationNode node, DateTimeOffset now)
    {
        Jwks = node.Jwks(now);
        FetchedAt = now;
    }
}

/// <summary>What matters of a token here.</summary>
internal sealed record RotationToken(string Kid, DateTimeOffset ExpiresAt);
