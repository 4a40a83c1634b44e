namespace Pujiang.Ledger;

/// <summary>Takes a snapshot in the background every so many entries, one at a time; the larger the ledger, the more.</summary>
sealed class Snapshots(BookOptions options, Machine machine, SequenceMarks marks, Journal journal)
{
    long _last = machine.Sequence;
    Task _running = Task.CompletedTask;

    /// <summary>Why the last snapshot could not be written, or null. The ledger goes on: a snapshot only shortens recovery.</summary>
    public IOException? Failure { get; private set; }

    /// <remarks>A larger ledger waits for more entries, so that snapshots cost each entry the same, however many there are.</remarks>
    public bool IsDue => options.SnapshotEvery > 0 && _running.IsCompleted
        && machine.Sequence - _last >= long.Max(options.SnapshotEvery, _last / 4);

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
        finally
        {
            source.Close();
        }
    }

    public Task WhenFinished() => _running;
}
