using static Pujiang.Ledger.Layout;

namespace Pujiang.Ledger;

sealed partial class Machine
{
    readonly List<Action> _undo = [];
    bool _undoing;
    (int Length, int Records) _undoMark;

    /// <summary>Writes the planned legs and lets them move. All checks are done.</summary>
    void Post(Command command)
    {
        var at = Batch.End;
        var record = Append(command);
        SetSequence(Sequence + 1);
        Put(record, Layout.Sequence, Sequence);
        Put(record, PostedAt, Now);
        var entry = command.Entry;
        if (!entry.Reference.IsEmpty) Put(record, ReferencePrevious, Refer(entry.Reference, at).Packed);
        MoveHold(command.Action, entry.Id, entry.Hold, entry.ExpiresAt, at);
        for (var i = 0; i < _planned; i++)
            Move(ref _plan[i], command.Action, new LegPosition(at, i), record.Slice(EntryHeader + i * LegBytes, LegBytes));
        Index(command.Print, at);
    }

    /// <summary>The command as it was sent, with room for the planned legs: a capture or release may have been sent without them.</summary>
    Span<byte> Append(Command command)
    {
        if (_planned == command.LegCount) return Batch.Append(command.Bytes);
        var texts = command.Bytes[(EntryHeader + command.LegCount * LegBytes)..];
        var record = Batch.Append(EntryHeader + _planned * LegBytes + texts.Length);
        var size = record.Length;
        command.Bytes[..EntryHeader].CopyTo(record);
        Put(record, Size, size);
        PutUInt16(record, LegCount, _planned);
        texts.CopyTo(record[(EntryHeader + _planned * LegBytes)..]);
        return record;
    }

    /// <summary>Moves one leg, and writes it with the balance after it and the way to the account's leg before.</summary>
    void Move(ref PlannedLeg leg, EntryAction action, LegPosition at, Span<byte> record)
    {
        ref var slot = ref Accounts[leg.Account];
        Accounts.BeforeChange(leg.Account);
        if (_undoing) RememberSlot(leg.Account, slot);
        Put(record, LegAccount, leg.Account);
        record[LegSide] = (byte)leg.Side;
        Put(record, LegAmount, leg.Amount);
        Put(record, LegPrevious, slot.LastLeg.Packed);
        Put(record, LegOrdinal, slot.Legs);

        MoveBalance(ref slot, action, leg.Side, leg.Amount);
        if (action is EntryAction.Post or EntryAction.Capture) MoveLine(slot.Line, leg.Side, leg.Amount);
        leg.After = slot.Balance;
        Put(record, LegBalance, leg.After.PostedDebits);
        Put(record, LegBalance + 8, leg.After.PostedCredits);
        Put(record, LegBalance + 16, leg.After.PendingDebits);
        Put(record, LegBalance + 24, leg.After.PendingCredits);

        Accounts.Mark(ref slot, leg.Account, at, Now);
        slot.LastLeg = at;
        slot.Legs++;
    }

    static void MoveBalance(ref AccountSlot slot, EntryAction action, Side side, long amount)
    {
        var (posted, pending) = action switch
        {
            EntryAction.Post => (amount, 0L),
            EntryAction.Hold => (0L, amount),
            EntryAction.Capture => (amount, -amount),
            _ => (0L, -amount),
        };
        if (side == Side.Debit)
        {
            slot.PostedDebits += posted;
            slot.PendingDebits += pending;
        }
        else
        {
            slot.PostedCredits += posted;
            slot.PendingCredits += pending;
        }
        Invariant.Holds(slot.PendingDebits >= 0 && slot.PendingCredits >= 0);
    }

    void MoveLine(int number, Side side, Int128 amount)
    {
        var line = Accounts.Lines[number];
        if (side == Side.Debit) line.Debits += amount;
        else line.Credits += amount;
    }

    void MoveHold(EntryAction action, EntryId id, EntryId holdId, long expiresAt, Position at)
    {
        if (action == EntryAction.Post) return;
        if (action == EntryAction.Hold)
        {
            var legs = new HeldLeg[_planned];
            for (var i = 0; i < legs.Length; i++)
                legs[i] = new HeldLeg { Account = _plan[i].Account, Side = _plan[i].Side, Remaining = _plan[i].Amount };
            Holds.Add(new OpenHold(id, at, Sequence, expiresAt, legs));
            if (_undoing) RememberNoHold(id);
            return;
        }
        var hold = Holds.Find(holdId);
        Invariant.Holds(hold is not null);
        if (_undoing) RememberHold(hold!.Copy());
        for (var i = 0; i < _planned; i++) hold!.Take(_plan[i].Account, _plan[i].Side, _plan[i].Amount);
        Invariant.Holds(action == EntryAction.Capture || hold!.IsSpent);
        if (hold!.IsSpent) Holds.Remove(holdId);
    }

    /// <returns>The entry before in the reference's bucket.</returns>
    Position Refer(ReadOnlySpan<byte> reference, Position at)
    {
        var hash = ReferenceIndex.HashOf(reference);
        var previous = References.Add(hash, at);
        if (_undoing) RememberReference(hash, previous);
        return previous;
    }

    void RememberReference(uint hash, Position previous) => _undo.Add(() => References.TakeBack(hash, previous));
    void RememberNoHold(EntryId id) => _undo.Add(() => Holds.Remove(id));
    void RememberHold(OpenHold before) => _undo.Add(() => Holds.Restore(before));

    void Index(ulong print, Position at)
    {
        Ids.Add(print, at);
        if (_undoing) RememberIndex(print, at);
    }

    // Apart, so that nothing is allocated for entries that are not linked.
    void RememberIndex(ulong print, Position at) => _undo.Add(() => Ids.TakeBack(print, at));

    void SetSequence(long sequence)
    {
        if (_undoing) RememberSequence(Sequence);
        Sequence = sequence;
    }

    void RememberSequence(long before) => _undo.Add(() => Sequence = before);

    // Only linked groups are tried before it is known that they succeed; all else is checked first and moved after.
    void BeginUndo()
    {
        Invariant.Holds(!_undoing && _undo.Count == 0);
        _undoing = true;
        _undoMark = Batch.Mark;
    }

    void EndUndo()
    {
        _undoing = false;
        _undo.Clear();
    }

    /// <summary>Takes back a group that could not be decided to its end.</summary>
    public void TakeBack()
    {
        if (_undoing) Undo();
    }

    void Undo()
    {
        _undoing = false;
        for (var i = _undo.Count - 1; i >= 0; i--) _undo[i]();
        _undo.Clear();
        Batch.CutTo(_undoMark);
    }

    void RememberSlot(int account, AccountSlot before) => _undo.Add(() =>
    {
        ref var slot = ref Accounts[account];
        MoveLine(slot.Line, Side.Debit, (Int128)before.PostedDebits - slot.PostedDebits);
        MoveLine(slot.Line, Side.Credit, (Int128)before.PostedCredits - slot.PostedCredits);
        Accounts.Restore(account, before);
    });
}
