using Pujiang.Ledger;

namespace Pujiang.Bench;

/// <summary>The state machine without thread, queue and disk, so that its own speed can be measured.</summary>
sealed class StateMachineBench
{
    readonly Batch _batch = new();
    readonly Machine _machine;
    long _frames;

    public StateMachineBench() => _machine = new Machine(new BatchOnly(_batch));

    public void Open(IEnumerable<Account> accounts)
    {
        Begin();
        foreach (var account in accounts) Invariant.Holds(EntryChecks.OfItself(account, chart: null) == OpenStatus.Opened && _machine.Open(account) == OpenStatus.Opened);
    }

    /// <summary>Decides the entries, one by one, with all checks, into records that are then thrown away.</summary>
    public void Post(Commands commands)
    {
        var answers = new Answers(commands.Count, commands.Legs);
        for (var next = 0; next < commands.Count;)
        {
            Begin();
            next = _machine.Decide(commands, next, answers);
        }
        for (var i = 0; i < commands.Count; i++) Invariant.Holds(answers[i].IsPosted);
    }

    // Each batch gets a place of its own, as if the journal had grown.
    void Begin() => _batch.Begin(new Position((int)++_frames, SegmentHeader.Bytes), 1);

    sealed class BatchOnly(Batch batch) : IRecords
    {
        public Batch Batch => batch;

        public ReadOnlySpan<byte> Read(Position at) => batch.Read(at);
    }
}
