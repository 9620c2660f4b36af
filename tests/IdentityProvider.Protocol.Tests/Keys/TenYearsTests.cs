using IdentityProvider.Protocol.Keys;
using Xunit;
using static IdentityProvider.Protocol.Tests.SigningKeys.GivenKeys;

namespace IdentityProvider.Protocol.Tests.SigningKeys;

/// <summary>Ten years on five nodes whose clocks are up to 30 seconds wrong, with verifiers that keep the JWKS as long as they may.</summary>
public sealed class TenYearsTests
{
    private static readonly TimeSpan TenYears = TimeSpan.FromDays(3653);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Each_period_has_exactly_one_new_key_and_no_token_is_refused(ulong seed)
    {
        var simulation = new RotationSimulation(Monthly, seed);
        simulation.Run(TenYears, tickEvery: TimeSpan.FromMinutes(61), tokenEvery: 12 * Hour);

        TestContext.Current.TestOutputHelper?.WriteLine($"{simulation.Keys.Count} keys, {simulation.Tokens} tokens, {simulation.Verifications} verifications, {simulation.LostRaces} lost races");
        Assert.Empty(simulation.Failures);
        Assert.True(simulation.LostRaces > 50, "the nodes didn't race");
        Assert.True(simulation.Tokens > 30_000 && simulation.Verifications > 100_000, $"{simulation.Tokens} tokens, {simulation.Verifications} verifications");
        Assert.Equal(122, simulation.Keys.Count);
        foreach (var (key, successor) in simulation.Keys.Zip(simulation.Keys.Skip(1)))
        {
            Assert.Equal(key.Generation + 1, successor.Generation);
            Assert.Equal(key.RetiredAt, successor.ActiveAt);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Outages_partitions_and_operators_cost_no_token(ulong seed)
    {
        var simulation = new RotationSimulation(Monthly, seed);
        var dice = new Dice(~seed);
        for (var moment = Start + Day; moment < Start + TenYears; moment += dice.Between(Hour, 20 * Day))
        {
            var node = (int)(dice.Next() * 5);
            var length = dice.Between(TimeSpan.FromMinutes(1), dice.Next() < 0.1 ? 20 * Day : 2 * Day);
            if (dice.Next() < 0.5)
                simulation.Outage(node, moment, length);
            else
                simulation.Partition(node, moment, length);
            if (dice.Next() < 0.05)
                simulation.Rotate(node, moment + Day);
        }

        // Twice everything is down for longer than a key has left to sign.
        for (var node = 0; node < 5; node++)
        {
            simulation.Outage(node, Start + (400 * Day) + (node * Hour), 50 * Day);
            simulation.Outage(node, Start + (2000 * Day), 3 * Day);
        }

        simulation.Run(TenYears, tickEvery: TimeSpan.FromMinutes(61), tokenEvery: Day);

        TestContext.Current.TestOutputHelper?.WriteLine($"{simulation.Keys.Count} keys, {simulation.Tokens} tokens, {simulation.Verifications} verifications, {simulation.LostRaces} lost races");
        Assert.Empty(simulation.Failures);
        Assert.True(simulation.LostRaces > 0, "the nodes didn't race");
        Assert.InRange(simulation.Keys.Count, 100, 150);
        Assert.Equal(Enumerable.Range(1, simulation.Keys.Count), simulation.Keys.Select(key => key.Generation));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_schedule_of_minutes_holds_as_well(ulong seed)
    {
        var simulation = new RotationSimulation(EachMinute, seed);
        simulation.Run(TimeSpan.FromHours(2), tickEvery: EachMinute.MaxSilence / 4, tokenEvery: TimeSpan.FromSeconds(10));

        Assert.Empty(simulation.Failures);
        Assert.Equal(121, simulation.Keys.Count);
    }

    [Fact]
    public void Forgetting_old_keys_changes_nothing_that_is_asked_afterwards()
    {
        var simulation = new RotationSimulation(Monthly, seed: 5);
        simulation.Run(TimeSpan.FromDays(800), tickEvery: 6 * Hour, tokenEvery: 30 * Day);
        var keys = simulation.Keys.Select((key, i) => i % 7 == 3 ? key with { RevokedAt = key.ActiveAt + (3 * Day) } : key).ToArray();
        var ring = Ring(keys);

        for (var moment = Start; moment < Start + (800 * Day); moment += 10 * Day)
        {
            var forgotten = ring.Forgettable(Monthly, moment).ToHashSet();
            var left = Ring([.. keys.Where(key => !forgotten.Contains(key))]);
            Assert.True(left.Keys.Count >= 1 && left.NextGeneration == ring.NextGeneration);
            for (var later = moment; later < Start + (900 * Day); later += 35 * Hour)
            {
                Assert.Same(ring.Signer(later), left.Signer(later));
                Assert.Equal(ring.Published(later), left.Published(later));
            }
        }

        Assert.Equal(keys.Length - 2, ring.Forgettable(Monthly, keys[^1].ActiveAt + (10 * Day)).Count());
    }

    [Fact]
    public void A_lead_shorter_than_the_cache_life_would_be_caught_here()
    {
        // The same verifiers under a schedule whose JWKS they keep for longer than it says.
        var hasty = new KeySchedule(30 * Day, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(15), TimeSpan.Zero);
        var simulation = new RotationSimulation(hasty, seed: 1) { CachesLast = Hour };
        simulation.Run(TimeSpan.FromDays(365), tickEvery: TimeSpan.FromMinutes(10), tokenEvery: 12 * Hour);

        Assert.NotEmpty(simulation.Failures);
    }

    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 8).Select(seed => (ulong)seed * 7919)];
}
