namespace Pujiang.Ledger.Formats;

/// <summary>
/// A clock that stands at a given posting time, so that a ledger that is built from an export gets the posting times (and the
/// expiries of holds) of the original; without a given time it is the real clock.
/// </summary>
public sealed class ReplayClock(TimeProvider real) : TimeProvider
{
    long _ticks = -1;

    /// <summary>Stands at this time (UTC) from now on; null for the real time.</summary>
    public void StandAt(DateTime? utc) => Interlocked.Exchange(ref _ticks, utc?.Ticks ?? -1);

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow()
    {
        var ticks = Interlocked.Read(ref _ticks);
        return ticks < 0 ? real.GetUtcNow() : new DateTimeOffset(ticks, TimeSpan.Zero);
    }
}
