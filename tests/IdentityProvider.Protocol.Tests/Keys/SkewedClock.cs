namespace IdentityProvider.Protocol.Tests.SigningKeys;

/// <summary>A clock that is wrong by a drifting amount, never by more than its bound.</summary>
internal sealed class SkewedClock(Dice dice, TimeSpan bound)
{
    private readonly double _phase = dice.Next() * 2 * Math.PI;
    private readonly double _days = 1 + (dice.Next() * 90);

    /// <summary>What it shows at a true moment. Most of the time it is near one of its extremes.</summary>
    public DateTimeOffset At(DateTimeOffset truth) => truth + (bound * Math.Clamp(3 * Math.Sin(_phase + ((truth - GivenKeys.Start).TotalDays / _days)), -1, 1));

    /// <summary>The true moment at which it shows this one.</summary>
    public DateTimeOffset TruthOf(DateTimeOffset shown) => shown - (At(shown) - shown);
}
