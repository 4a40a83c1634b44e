namespace Pujiang.Ledger;

/// <summary>Takes a snapshot in the background every so many entries, one at a time.</summary>
sealed class Snapshots(BookOptions options, Machine machine, SequenceMarks marks, Journal journal)
{
    long _last = machine.Sequence;
    Task _running = Task.CompletedTask;

    /// <summary>Why the last snapshot could not be written, or null. The ledger goes on: a snapshot only shortens recovery.</summary>
    public IOException? Failure { get; private set; }

    public bool IsDue => options.SnapshotEvery > 0 && machine.Sequence - _last >= options.SnapshotEvery && _running.IsCompleted;

    /// <summary>Called by the writer between two batches, when all that is decided is durable.</summary>
    public void Consider(Lock gate)
    {
        if (!IsDue) return;
        _last = machine.Sequence;
        var point = new JournalPoint(journal.End, journal.NextBatch, machine.Sequence + 1, journal.Chain.ToArray());
        var source = new SnapshotSource(machine, marks, gate, point);
        _running = Task.Run(() => Write(source));
    }

    void Write(SnapshotSource source)
    {
        try
        {
            Snapshot.Write(options.Disk, options.Directory, source);
            Failure = null;
        }
        catch (IOException failure)
        {
            Failure = failure;
        }
    }

    public Task WhenFinished() => _running;
}
