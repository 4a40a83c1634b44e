using System.Text;
using static Pujiang.Ledger.Layout;

namespace Pujiang.Ledger;

sealed partial class Machine
{
    readonly List<Action> _undo = [];
    bool _undoing;
    (int Length, int Records) _undoMark;

    /// <summary>Writes the planned legs and lets them move. All checks are done.</summary>
    void Post(Entry entry)
    {
        var at = _batch.End;
        var referenceBytes = Encoding.UTF8.GetByteCount(entry.Reference);
        var metadataBytes = Encoding.UTF8.GetByteCount(entry.Metadata);
        var textAt = EntryHeader + _planned * LegBytes;
        var record = _batch.Append(Align(textAt + referenceBytes + metadataBytes));
        WriteHeader(record, entry);
        PutUInt16(record, ReferenceBytes, referenceBytes);
        PutUInt16(record, MetadataBytes, metadataBytes);
        Encoding.UTF8.GetBytes(entry.Reference, record[textAt..]);
        Encoding.UTF8.GetBytes(entry.Metadata, record[(textAt + referenceBytes)..]);

        SetSequence(Sequence + 1);
        Put(record, Layout.Sequence, Sequence);
        MoveHold(entry.Action, entry.Id, entry.Hold ?? default, entry.ExpiresAt?.Ticks ?? 0, at);
        for (var i = 0; i < _planned; i++)
        {
            ref readonly var leg = ref _plan[i];
            Move(in leg, entry.Action, new LegPosition(at, i), record.Slice(EntryHeader + i * LegBytes, LegBytes));
        }
        Index(entry.Id, at);
        Seal(record);
    }

    void WriteHeader(Span<byte> record, Entry entry)
    {
        record[Layout.Type] = (byte)RecordType.Entry;
        record[Layout.Action] = (byte)entry.Action;
        PutUInt16(record, LegCount, _planned);
        Put(record, PostedAt, Now);
        Put(record, Layout.Id, entry.Id.Value);
        Put(record, Layout.Hold, (entry.Hold ?? default).Value);
        Put(record, ExpiresAt, entry.ExpiresAt?.Ticks ?? 0);
        Put(record, ValueDate, entry.ValueDate.DayNumber);
        Put(record, Code, entry.Code);
        record[Flags] = entry.Legs.Count == 0 ? LegsOmitted : (byte)0;
    }

    /// <summary>Moves one leg, and writes it with the balance after it and the way to the account's leg before.</summary>
    void Move(in PlannedLeg leg, EntryAction action, LegPosition at, Span<byte> record)
    {
        ref var slot = ref Accounts[leg.Account];
        if (_undoing) RememberSlot(leg.Account, slot);
        Put(record, LegAccount, leg.Account);
        record[LegSide] = (byte)leg.Side;
        Put(record, LegAmount, leg.Amount);
        Put(record, LegPrevious, slot.LastLeg.Packed);
        Put(record, LegOrdinal, slot.Legs);

        MoveBalance(ref slot, action, leg.Side, leg.Amount);
        if (action is EntryAction.Post or EntryAction.Capture) MoveLine(slot.Line, leg.Side, leg.Amount);
        Put(record, LegBalance, slot.PostedDebits);
        Put(record, LegBalance + 8, slot.PostedCredits);
        Put(record, LegBalance + 16, slot.PendingDebits);
        Put(record, LegBalance + 24, slot.PendingCredits);

        Accounts.MarksOf(leg.Account).Note(slot.Legs, at, Now);
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
            if (_undoing) _undo.Add(() => Holds.Remove(id));
            return;
        }
        var hold = Holds.Find(holdId);
        Invariant.Holds(hold is not null);
        if (_undoing)
        {
            var before = hold!.Copy();
            _undo.Add(() => Holds.Restore(before));
        }
        for (var i = 0; i < _planned; i++) hold!.Take(_plan[i].Account, _plan[i].Side, _plan[i].Amount);
        Invariant.Holds(action == EntryAction.Capture || hold!.IsSpent);
        if (hold!.IsSpent) Holds.Remove(holdId);
    }

    void Index(EntryId id, Position at)
    {
        Ids.Add(id, at);
        if (_undoing) _undo.Add(() => Ids.TakeBack(id, at));
    }

    void SetSequence(long sequence)
    {
        if (_undoing)
        {
            var before = Sequence;
            _undo.Add(() => Sequence = before);
        }
        Sequence = sequence;
    }

    // Only linked groups are tried before it is known that they succeed; all else is checked first and moved after.
    void BeginUndo()
    {
        Invariant.Holds(!_undoing && _undo.Count == 0);
        _undoing = true;
        _undoMark = _batch.Mark;
    }

    void EndUndo()
    {
        _undoing = false;
        _undo.Clear();
    }

    void Undo()
    {
        _undoing = false;
        for (var i = _undo.Count - 1; i >= 0; i--) _undo[i]();
        _undo.Clear();
        _batch.CutTo(_undoMark);
    }

    void RememberSlot(int account, AccountSlot before) => _undo.Add(() =>
    {
        ref var slot = ref Accounts[account];
        MoveLine(slot.Line, Side.Debit, (Int128)before.PostedDebits - slot.PostedDebits);
        MoveLine(slot.Line, Side.Credit, (Int128)before.PostedCredits - slot.PostedCredits);
        Accounts.MarksOf(account).CutTo(before.Legs);
        slot = before;
    });
}
