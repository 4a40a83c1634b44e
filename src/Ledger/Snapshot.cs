using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pujiang.Ledger;

/// <summary>The state at a place in the journal, so that recovery need not read all that stands before it.</summary>
static class Snapshot
{
    const long Magic = 0x32504E534C4A5550;
    const string Prefix = "snapshot-";
    const string Unfinished = ".new";

    /// <summary>Paths of the finished snapshots, newest first.</summary>
    public static IEnumerable<string> In(IDisk disk, string directory) => disk.List(directory)
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && !name.EndsWith(Unfinished, StringComparison.Ordinal))
        .OrderDescending(StringComparer.Ordinal).Select(name => Path.Combine(directory, name));

    /// <summary>Writes the snapshot beside the running writer, and removes all but the newest two.</summary>
    public static void Write(IDisk disk, string directory, SnapshotSource source)
    {
        var path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{source.Point.NextBatch - 1:D12}"));
        using (var file = disk.Open(path + Unfinished, FileUse.Create))
        {
            var output = new SealedWriter(file);
            output.Put(Magic);
            output.Put(Unsafe.SizeOf<AccountSlot>());
            WritePoint(output, source);
            source.WriteAccounts(output);
            WriteHolds(output, source.Holds);
            source.WriteIds(output);
            source.WriteMarks(output);
            output.Finish();
            file.Flush();
        }
        disk.Rename(path + Unfinished, path);
        disk.FlushDirectory(directory);
        foreach (var old in In(disk, directory).Skip(2).ToArray()) disk.Delete(old);
    }

    static void WritePoint(SealedWriter output, SnapshotSource source)
    {
        output.Put(source.Point.End.Packed);
        output.Put(source.Point.NextBatch);
        output.Put(source.Point.NextSequence);
        output.Put(source.Point.Chain);
        output.Put(source.Now);
        output.Put(source.ClosedThrough.DayNumber);
    }

    static void WriteHolds(SealedWriter output, IReadOnlyList<OpenHold> holds)
    {
        output.Put(holds.Count);
        foreach (var hold in holds)
        {
            output.Put(hold.Id.Value);
            output.Put(hold.At.Packed);
            output.Put(hold.Sequence);
            output.Put(hold.ExpiresAt);
            output.Put(hold.Legs.Length);
            output.Put(MemoryMarshal.AsBytes(hold.Legs.AsSpan()));
        }
    }

    /// <summary>Fills an empty machine; null, and nothing touched, when the snapshot is not whole.</summary>
    public static JournalPoint? TryLoad(IDisk disk, string path, Machine machine, SequenceMarks marks)
    {
        using var file = disk.Open(path, FileUse.Read);
        if (!SealedReader.IsSound(file)) return null;
        var input = new SealedReader(file);
        if (input.Int64() != Magic || input.Int32() != Unsafe.SizeOf<AccountSlot>()) return null;
        var point = new JournalPoint(new Position(input.Int64()), input.Int64(), input.Int64(), input.Bytes(32).ToArray());
        machine.Restore(point.NextSequence - 1, now: input.Int64(), closedThrough: DateOnly.FromDayNumber(input.Int32()));
        for (var accounts = input.Int32(); accounts > 0; accounts--) ReadAccount(input, machine.Accounts);
        for (var holds = input.Int32(); holds > 0; holds--) machine.Holds.Add(ReadHold(input));
        for (var ids = input.Int64(); ids > 0; ids--) machine.Ids.Add(unchecked((ulong)input.Int64()), new Position(input.Int64()));
        for (var count = input.Int32(); count > 0; count--) marks.Note(input.Int64(), new Position(input.Int64()));
        return point;
    }

    static void ReadAccount(SealedReader input, AccountTable accounts)
    {
        var slot = MemoryMarshal.Read<AccountSlot>(input.Bytes(Unsafe.SizeOf<AccountSlot>()));
        var number = accounts.Add(new Account
        {
            Id = slot.Id,
            Asset = new Asset(input.Text(), input.Int32()),
            Kind = (AccountKind)input.Int32(),
            ChartCode = input.Text(),
            Reference = input.Text(),
        });
        accounts[number] = slot;
        var line = accounts.LineOf(number);
        line.Debits += slot.PostedDebits;
        line.Credits += slot.PostedCredits;
        for (long ordinal = LegMarks.Every; ordinal < slot.Legs; ordinal += LegMarks.Every)
            accounts.AddMark(number, new LegPosition(input.Int64()), input.Int64());
    }

    static OpenHold ReadHold(SealedReader input)
    {
        var (id, at, sequence, expiresAt) = (new EntryId(input.Guid()), new Position(input.Int64()), input.Int64(), input.Int64());
        var legs = new HeldLeg[input.Int32()];
        input.Bytes(legs.Length * Unsafe.SizeOf<HeldLeg>()).CopyTo(MemoryMarshal.AsBytes(legs.AsSpan()));
        return new OpenHold(id, at, sequence, expiresAt, legs);
    }
}

/// <summary>
/// What a snapshot is made of. Balances and holds are copied at once, between two batches; ids, references and marks only ever
/// grow, so they are read piece by piece while the writer goes on, and what is newer than the snapshot is left out.
/// </summary>
sealed class SnapshotSource
{
    readonly Machine _machine;
    readonly SequenceMarks _marks;
    readonly Lock _gate;
    readonly AccountSlot[] _slots;

    /// <summary>To be made by the writer, between two batches.</summary>
    public SnapshotSource(Machine machine, SequenceMarks marks, Lock gate, JournalPoint point)
    {
        (_machine, _marks, _gate, Point, Now, ClosedThrough) = (machine, marks, gate, point, machine.Now, machine.ClosedThrough);
        _slots = machine.Accounts.CopySlots();
        Holds = [.. machine.Holds.All.OrderBy(hold => hold.Sequence).Select(hold => hold.Copy())];
    }

    public JournalPoint Point { get; }
    public long Now { get; }
    public DateOnly ClosedThrough { get; }
    public IReadOnlyList<OpenHold> Holds { get; }

    public void WriteAccounts(SealedWriter output)
    {
        output.Put(_slots.Length);
        for (var number = 0; number < _slots.Length; number++)
        {
            Account account;
            LegMark[] marks;
            lock (_gate)
            {
                account = _machine.Accounts.Describe(number);
                marks = _machine.Accounts.MarksOf(number);
            }
            output.Put(MemoryMarshal.AsBytes(_slots.AsSpan(number, 1)));
            output.Put(account.Asset.Code);
            output.Put(account.Asset.Scale);
            output.Put((int)account.Kind);
            output.Put(account.ChartCode);
            output.Put(account.Reference);
            for (var mark = 1; mark * (long)LegMarks.Every < _slots[number].Legs; mark++)
            {
                output.Put(marks[mark].At.Packed);
                output.Put(marks[mark].PostedAt);
            }
        }
    }

    public void WriteIds(SealedWriter output)
    {
        // The count comes first, so the shards are gone through twice.
        var count = 0L;
        for (var shard = 0; shard < IdIndex.Shards; shard++) count += Older(shard).Length;
        output.Put(count);
        for (var shard = 0; shard < IdIndex.Shards; shard++)
        {
            foreach (var (print, at) in Older(shard))
            {
                output.Put(unchecked((long)print));
                output.Put(at.Packed);
            }
        }
    }

    (ulong Print, Position At)[] Older(int shard)
    {
        lock (_gate) return _machine.Ids.Before(shard, Point.End);
    }

    public void WriteMarks(SealedWriter output)
    {
        var marks = _marks.Before(Point.End);
        output.Put(marks.Length);
        foreach (var (sequence, frame) in marks)
        {
            output.Put(sequence);
            output.Put(frame.Packed);
        }
    }
}
