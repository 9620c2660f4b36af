using IdentityProvider.Jose;
using IdentityProvider.Protocol.Keys;

namespace IdentityProvider.Protocol.Tests.SigningKeys;

/// <summary>Schedules and rings that a test edits.</summary>
internal static class GivenKeys
{
    public static DateTimeOffset Start { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What a production server has.</summary>
    public static KeySchedule Monthly { get; } = new(
        TimeSpan.FromDays(30), TimeSpan.FromDays(2), TimeSpan.FromHours(1), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(15), TimeSpan.FromDays(7));

    /// <summary>What a test in real time has.</summary>
    public static KeySchedule EachMinute { get; } = new(
        TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2.5), TimeSpan.FromMinutes(15), TimeSpan.FromDays(7));

    public static Ring Ring(params KeyLifetime[] keys) => Protocol.Keys.Ring.Of(SignatureAlgorithm.RS256, keys);

    /// <summary>The row of a key that was decided on; its kid says its generation.</summary>
    public static KeyLifetime Key(NextKey plan) => new()
    {
        Kid = $"k{plan.Generation}",
        Algorithm = SignatureAlgorithm.RS256,
        Generation = plan.Generation,
        AnnouncedAt = plan.AnnouncedAt,
        ActiveAt = plan.ActiveAt,
        RetiredAt = plan.RetiredAt,
        GoneAt = plan.GoneAt,
    };

    /// <summary>The first key of a ring, made at <see cref="Start"/>.</summary>
    public static KeyLifetime First() => Key(NextKey.Decide(Ring(), Monthly, Start)!);

    /// <summary>Its successor, made in time.</summary>
    public static KeyLifetime Second() => Key(NextKey.Decide(Ring(First()), Monthly, First().RetiredAt - Monthly.AnnounceLead)!);
}
