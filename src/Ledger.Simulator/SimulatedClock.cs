namespace Pujiang.Ledger.Simulator;

/// <summary>A clock that stands until it is set, and whose timer rings only when it is told to.</summary>
sealed class SimulatedClock(DateTime start) : TimeProvider
{
    long _now = start.Ticks;
    Func<DateTime, bool>? _ring;

    public DateTime Now
    {
        get => new(Volatile.Read(ref _now), DateTimeKind.Utc);
        set => Volatile.Write(ref _now, value.Ticks);
    }

    /// <summary>Forgets the timer of a writer that has ended.</summary>
    public void ForgetTimer() => _ring = null;

    /// <summary>Rings if the time that the writer has asked for has come.</summary>
    /// <returns>Whether it has rung.</returns>
    public bool Ring() => _ring?.Invoke(Now) ?? false;

    public override DateTimeOffset GetUtcNow() => new(Now);

    // Durations are not simulated.
    public override long GetTimestamp() => 0;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, callback, state);
        _ring = timer.Ring;
        return timer;
    }

    sealed class SimulatedTimer(SimulatedClock clock, TimerCallback callback, object? state) : ITimer
    {
        long _due = long.MaxValue;

        public bool Ring(DateTime now)
        {
            if (Volatile.Read(ref _due) > now.Ticks) return false;
            Volatile.Write(ref _due, long.MaxValue);
            callback(state);
            return true;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Volatile.Write(ref _due, dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : clock.Now.Ticks + dueTime.Ticks);
            return true;
        }

        public void Dispose() { }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
