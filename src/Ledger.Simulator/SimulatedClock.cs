namespace Pujiang.Ledger.Simulator;

/// <summary>
/// A clock that stands until it is set. Its timer rings only when it is told to, and it tells when the writer rests: the writer
/// asks for the time when it begins a batch, and sets its timer when it is done with one.
/// </summary>
sealed class SimulatedClock(DateTime start) : TimeProvider
{
    long _now = start.Ticks;
    volatile bool _isBusy;
    Func<DateTime, bool>? _ring;

    public DateTime Now
    {
        get => new(Volatile.Read(ref _now), DateTimeKind.Utc);
        set => Volatile.Write(ref _now, value.Ticks);
    }

    /// <summary>The writer has done all that it was given, and waits.</summary>
    public bool IsWriterResting => !_isBusy;

    /// <summary>Forgets a writer that has ended.</summary>
    public void ForgetWriter() => (_ring, _isBusy) = (null, false);

    /// <summary>Rings if the time that the writer has asked for has come.</summary>
    /// <returns>Whether it has rung.</returns>
    public bool Ring() => _ring?.Invoke(Now) ?? false;

    public override DateTimeOffset GetUtcNow()
    {
        if (Thread.CurrentThread.Name == "Ledger writer") _isBusy = true;
        return new DateTimeOffset(Now);
    }

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
            clock._isBusy = false;
            return true;
        }

        public void Dispose() { }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
