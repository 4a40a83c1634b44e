namespace Pujiang.Ledger;

sealed partial class Machine
{
    /// <summary>Goes on from a snapshot's place; accounts, holds and ids are filled in beside.</summary>
    public void Restore(long sequence, long now, DateOnly closedThrough) => (Sequence, Now, ClosedThrough) = (sequence, now, closedThrough);

    public void Replay(ReadOnlySpan<byte> frame, Position at)
    {
        foreach (var record in new RecordEnumerator(frame, at)) ReplayRecord(record.Bytes, record.At);
    }

    /// <summary>
    /// Applies a record of the journal, and checks that it says exactly what this machine would have written.
    /// Throws <see cref="InvariantException"/> when it does not.
    /// </summary>
    void ReplayRecord(ReadOnlySpan<byte> record, Position at)
    {
        Invariant.Holds(Layout.IsSound(record));
        switch ((RecordType)record[Layout.Type])
        {
            case RecordType.Entry:
                ReplayEntry(record, at);
                break;
            case RecordType.AccountOpened:
                var account = AccountRecord.Account(record);
                Invariant.Holds(Accounts.NumberOf(account.Id) < 0);
                Invariant.Holds(AccountRecord.Number(record) == Accounts.Add(account));
                AdvanceTo(AccountRecord.Time(record));
                break;
            case RecordType.LimitsChanged:
                Accounts[AccountRecord.Number(record)].Set(AccountRecord.Limits(record));
                AdvanceTo(AccountRecord.Time(record));
                break;
            case RecordType.PeriodClosed:
                ClosedThrough = PeriodRecord.Through(record);
                AdvanceTo(PeriodRecord.Time(record));
                break;
            case RecordType.Refusal:
                var refused = new EntryId(Layout.Guid(record, Layout.Id));
                Invariant.Holds(!FindRecord(refused).Exists);
                Index(IdIndex.Fingerprint(refused), at);
                AdvanceTo(Layout.Int64(record, Layout.RefusedAt));
                break;
            default:
                throw new InvariantException($"the record type {record[Layout.Type]} is known");
        }
    }

    void ReplayEntry(ReadOnlySpan<byte> record, Position at)
    {
        var view = new EntryView(record);
        Invariant.Holds(view.Sequence == Sequence + 1);
        Invariant.Holds(!FindRecord(view.Id).Exists);
        AdvanceTo(view.PostedAt);
        ClearPlan(view.LegCount);
        for (var i = 0; i < view.LegCount; i++) Add(view.Leg(i).Account, view.Leg(i).Side, view.Leg(i).Amount);
        Invariant.Holds(IsBalanced());

        SetSequence(view.Sequence);
        if (!view.Reference.IsEmpty) Invariant.Holds(Refer(view.Reference, at) == view.ReferencePrevious);
        MoveHold(view.Action, view.Id, view.Hold, view.ExpiresAt, at);
        Span<byte> expected = stackalloc byte[Layout.LegBytes];
        for (var i = 0; i < _planned; i++)
        {
            expected.Clear();
            Move(ref _plan[i], view.Action, new LegPosition(at, i), expected);
            var stored = record.Slice(Layout.EntryHeader + i * Layout.LegBytes, Layout.LegBytes);
            Invariant.Holds(stored.SequenceEqual(expected));
        }
        Index(IdIndex.Fingerprint(view.Id), at);
    }

    void AdvanceTo(long time)
    {
        Invariant.Holds(time >= Now);
        Now = time;
    }
}
