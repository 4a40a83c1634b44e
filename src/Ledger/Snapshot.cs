namespace Pujiang.Ledger;

/// <summary>The state at a place in the journal, so that recovery need not read all that stands before it.</summary>
static class Snapshot
{
    const long Magic = 0x32504E534C4A5550;
    const string Prefix = "snapshot-";

    /// <summary>Paths of the finished snapshots, newest first.</summary>
    public static IEnumerable<string> In(IDisk disk, string directory) => disk.List(directory)
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && !name.EndsWith(".new", StringComparison.Ordinal))
        .OrderDescending(StringComparer.Ordinal).Select(name => Path.Combine(directory, name));

    /// <summary>Writes the snapshot beside the running writer, and removes all but the newest two.</summary>
    public static void Write(IDisk disk, string directory, SnapshotSource source)
    {
        var path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{source.Point.NextBatch - 1:D12}"));
        JournalFiles.WriteWhole(disk, path, file =>
        {
            var output = new SealedWriter(file);
            output.Put(Magic);
            output.Put(Unsafe.SizeOf<AccountSlot>());
            WritePoint(output, source);
            source.WriteAccounts(output);
            WriteHolds(output, source.Holds);
            source.WriteIds(output);
            source.WriteReferences(output);
            source.WriteMarks(output);
            output.Finish();
        });
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

    /// <summary>Where the journal goes on behind the snapshot; null when it is not whole, or a running ledger has just replaced it.</summary>
    public static JournalPoint? PointOf(IDisk disk, string path)
    {
        using var file = OpenIfThere(disk, path);
        return file is null ? null : Begin(file, out _);
    }

    static IDiskFile? OpenIfThere(IDisk disk, string path)
    {
        try
        {
            return disk.Open(path, FileUse.Read);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    static JournalPoint? Begin(IDiskFile file, out SealedReader input)
    {
        input = new SealedReader(file);
        if (!SealedReader.IsSound(file) || input.Int64() != Magic || input.Int32() != Unsafe.SizeOf<AccountSlot>()) return null;
        return new JournalPoint(new Position(input.Int64()), input.Int64(), input.Int64(), input.Bytes(32).ToArray());
    }

    /// <summary>Fills an empty machine; null, and nothing touched, when the snapshot is not whole, or a running ledger has just replaced it.</summary>
    public static JournalPoint? TryLoad(IDisk disk, string path, Machine machine, SequenceMarks marks)
    {
        using var file = OpenIfThere(disk, path);
        if (file is null || Begin(file, out var input) is not { } point) return null;
        machine.Restore(point.NextSequence - 1, now: input.Int64(), closedThrough: DateOnly.FromDayNumber(input.Int32()));
        for (var accounts = input.Int32(); accounts > 0; accounts--) ReadAccount(input, machine.Accounts);
        for (var holds = input.Int32(); holds > 0; holds--) machine.Holds.Add(ReadHold(input));
        for (var shard = 0; shard < IdIndex.Shards; shard++)
            for (var ids = input.Int32(); ids > 0; ids--) machine.Ids.Add(unchecked((ulong)input.Int64()), new Position(input.Int64()));
        machine.References.Restore(input.Int64(), () => new Position(input.Int64()));
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
        for (long ordinal = LegMark.Every; ordinal < slot.Legs; ordinal += LegMark.Every)
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
/// What a snapshot is made of, read piece by piece while the writer goes on. Balances are those of one moment; ids, references and
/// marks only ever grow, so what is newer than the snapshot is left out.
/// </summary>
sealed class SnapshotSource
{
    // So many accounts at a time keep the writer waiting for about a millisecond.
    const int AccountsAtATime = 4096;
    readonly Machine _machine;
    readonly SequenceMarks _marks;
    readonly Lock _gate;
    readonly AccountTable.SlotPicture _slots;

    /// <summary>To be made by the writer, between two batches.</summary>
    public SnapshotSource(Machine machine, SequenceMarks marks, Lock gate, JournalPoint point)
    {
        (_machine, _marks, _gate, Point, Now, ClosedThrough) = (machine, marks, gate, point, machine.Now, machine.ClosedThrough);
        References = machine.References.Count;
        lock (gate) _slots = machine.Accounts.TakePicture();
        Holds = [.. machine.Holds.All.OrderBy(hold => hold.Sequence).Select(hold => hold.Copy())];
    }

    public JournalPoint Point { get; }
    public long Now { get; }
    public DateOnly ClosedThrough { get; }
    public IReadOnlyList<OpenHold> Holds { get; }
    long References { get; }

    /// <summary>Lets the writer go on without keeping anything.</summary>
    public void Close()
    {
        lock (_gate) _slots.Close();
    }

    public void WriteAccounts(SealedWriter output)
    {
        output.Put(_slots.Count);
        var slots = new AccountSlot[AccountsAtATime];
        var accounts = new (Account Account, LegMark[] Marks)[AccountsAtATime];
        for (var first = 0; first < _slots.Count; first += AccountsAtATime)
        {
            int count;
            lock (_gate)
            {
                count = _slots.Read(first, slots);
                for (var i = 0; i < count; i++) accounts[i] = (_machine.Accounts.Describe(first + i), _machine.Accounts.MarksOf(first + i));
            }
            for (var i = 0; i < count; i++) Write(output, slots[i], accounts[i].Account, accounts[i].Marks);
        }
    }

    static void Write(SealedWriter output, in AccountSlot slot, Account account, LegMark[] marks)
    {
        output.Put(MemoryMarshal.AsBytes(new ReadOnlySpan<AccountSlot>(in slot)));
        output.Put(account.Asset.Code);
        output.Put(account.Asset.Scale);
        output.Put((int)account.Kind);
        output.Put(account.ChartCode);
        output.Put(account.Reference);
        for (var mark = 1; mark * (long)LegMark.Every < slot.Legs; mark++)
        {
            output.Put(marks[mark].At.Packed);
            output.Put(marks[mark].PostedAt);
        }
    }

    public void WriteIds(SealedWriter output)
    {
        for (var shard = 0; shard < IdIndex.Shards; shard++)
        {
            (ulong Print, Position At)[] older;
            lock (_gate) older = _machine.Ids.Before(shard, Point.End);
            output.Put(older.Length);
            foreach (var (print, at) in older)
            {
                output.Put(unchecked((long)print));
                output.Put(at.Packed);
            }
        }
    }

    public void WriteReferences(SealedWriter output)
    {
        output.Put(References);
        var heads = new List<Position>();
        var written = 0L;
        do
        {
            heads.Clear();
            // What is newer than the snapshot leads back to what was there.
            lock (_gate) heads.AddRange(_machine.References.HeadsBefore(Point.End, References, written, AccountsAtATime, _machine.ReferenceBefore));
            foreach (var head in heads) output.Put(head.Packed);
            written += heads.Count;
        }
        while (heads.Count == AccountsAtATime);
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
