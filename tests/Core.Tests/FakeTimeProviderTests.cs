namespace Mlops;

public sealed class FakeTimeProviderTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<TimeSpan> _fired = [];

    [Fact]
    public void Time_moves_only_when_told_to()
    {
        var start = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromDays(30));

        Assert.Equal(start.AddDays(30), _time.GetUtcNow());
        Assert.Equal(TimeSpan.FromDays(30), _time.GetElapsedTime(start.Ticks));
    }

    [Fact]
    public void Timers_fire_in_the_order_they_are_due_and_see_the_time_they_are_due_at()
    {
        using var later = Record(TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        using var sooner = Record(TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        using var never = Record(TimeSpan.FromSeconds(11), Timeout.InfiniteTimeSpan);

        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal([TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)], _fired);
        Assert.Equal(1, _time.WaitingTimers);
    }

    [Fact]
    public void A_periodic_timer_fires_each_period_until_it_is_disposed()
    {
        var timer = Record(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
        _time.Advance(TimeSpan.FromSeconds(8));
        timer.Dispose();
        _time.Advance(TimeSpan.FromSeconds(8));

        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(7)], _fired);
    }

    [Fact]
    public async Task A_delay_ends_when_its_time_has_come_and_not_before()
    {
        var delay = Task.Delay(TimeSpan.FromHours(1), _time);
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.False(delay.IsCompleted);

        _time.Advance(TimeSpan.FromMinutes(1));
        await delay;
    }

    private ITimer Record(TimeSpan due, TimeSpan period)
    {
        var start = _time.GetUtcNow();
        return _time.CreateTimer(_ => _fired.Add(_time.GetUtcNow() - start), null, due, period);
    }
}
