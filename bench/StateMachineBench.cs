using Pujiang.Ledger;

namespace Pujiang.Bench;

/// <summary>The state machine without thread, queue and disk, so that its own speed can be measured.</summary>
sealed class StateMachineBench
{
    readonly Batch _batch = new();
    readonly Machine _machine;
    EntryResult[] _results = [];
    long _frames;

    public StateMachineBench() => _machine = new Machine(new BatchOnly(_batch));

    public void Open(IReadOnlyList<Account> accounts)
    {
        Begin();
        foreach (var account in accounts) Invariant.Holds(EntryChecks.OfItself(account) == OpenStatus.Opened && _machine.Open(account) == OpenStatus.Opened);
    }

    /// <summary>Decides the entries, one by one, with all checks, into records that are then thrown away.</summary>
    public void Post(ReadOnlySpan<Entry> entries)
    {
        if (_results.Length < entries.Length) _results = new EntryResult[entries.Length];
        Begin();
        for (var i = 0; i < entries.Length; i++)
        {
            var ofItself = EntryChecks.OfItself(entries[i], isLast: true);
            _machine.Decide(entries.Slice(i, 1), [ofItself], _results.AsSpan(i, 1));
            Invariant.Holds(_results[i].IsPosted);
        }
    }

    // Each batch gets a place of its own, as if the journal had grown.
    void Begin() => _batch.Begin(new Position((int)++_frames, SegmentHeader.Bytes));

    sealed class BatchOnly(Batch batch) : IRecords
    {
        public Batch Batch => batch;

        public ReadOnlySpan<byte> Read(Position at) => batch.Read(at);
    }
}
