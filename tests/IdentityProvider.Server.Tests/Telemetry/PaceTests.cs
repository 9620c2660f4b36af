using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Tests.Telemetry;

public sealed class PaceTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public void Says_what_half_and_what_99_of_100_took_to_a_fifth()
    {
        var pace = new Pace(_clock);
        for (var i = 0; i < 100; i++)
            Answer(pace, TimeSpan.FromMilliseconds(i < 98 ? 2 : 80));
        var hour = pace.OfHour("/token");
        Assert.Equal(100, hour.Count);
        Assert.InRange(hour.Median.TotalMilliseconds, 2, 2.4);
        Assert.InRange(hour.Slow.TotalMilliseconds, 80, 96);
        Assert.Equal(PaceOfMinute.None, pace.OfHour("/authorize"));
    }

    [Fact]
    public void Knows_the_last_hour_minute_by_minute_and_forgets_what_was_before()
    {
        var pace = new Pace(_clock);
        Answer(pace, TimeSpan.FromMilliseconds(1));
        _clock.Advance(TimeSpan.FromMinutes(59));
        Answer(pace, TimeSpan.FromMilliseconds(1));
        Assert.Equal([1L, 1L], pace.Of("/token").Where(minute => minute.Count > 0).Select(minute => minute.Count));
        Assert.Equal(1, pace.Of("/token")[^1].Count);
        Assert.Equal(1, pace.Of("/token")[0].Count);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Answer(pace, TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, pace.OfHour("/token").Count);
        _clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(PaceOfMinute.None, pace.OfHour("/token"));
    }

    [Fact]
    public async Task Counts_each_answer_once_however_many_come_at_once()
    {
        var pace = new Pace(_clock);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++)
                pace.Note("/token", pace.Start());
        })));
        Assert.Equal(8000, pace.OfHour("/token").Count);
    }

    [Fact]
    public void Counts_no_path_that_somebody_makes_up()
    {
        var pace = new Pace(_clock);
        pace.Note("/made-up", pace.Start());
        pace.Note(null, pace.Start());
        Assert.All(Pace.Endpoints, path => Assert.Equal(0, pace.OfHour(path).Count));
    }

    private void Answer(Pace pace, TimeSpan took)
    {
        var started = pace.Start();
        _clock.Advance(took);
        pace.Note("/token", started);
    }
}
