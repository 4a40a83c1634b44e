namespace Pujiang.Ledger;

/// <summary>The state as the journal leaves it, and where to go on.</summary>
sealed class Recovery
{
    public required Machine Machine { get; init; }
    public required SequenceMarks Marks { get; init; }
    public required JournalScan Scan { get; init; }
    public string? Snapshot { get; init; }

    /// <summary>Reads the journal. Changes nothing.</summary>
    public static Recovery Load(IDisk disk, string directory, JournalFiles files, IRecords records)
    {
        var machine = new Machine(records);
        var marks = new SequenceMarks();
        var from = JournalPoint.Beginning;
        string? used = null;
        foreach (var snapshot in Pujiang.Ledger.Snapshot.In(disk, directory))
        {
            if (Pujiang.Ledger.Snapshot.TryLoad(disk, snapshot, machine, marks) is not { } point) continue;
            (from, used) = (point, Path.GetFileName(snapshot));
            break;
        }
        var scan = new JournalScan(files, JournalFiles.Segments(disk, directory), from);
        scan.Run((frame, at) =>
        {
            marks.Note(Frame.FirstSequenceOf(frame), at);
            machine.Replay(frame, at);
        });
        if (machine.Accounts.FindContradiction() is { } contradiction) throw new InvariantException(contradiction);
        return new Recovery { Machine = machine, Marks = marks, Scan = scan, Snapshot = used };
    }

    /// <summary>Makes what was read durable, and wipes the torn last write, so that its rest is never read as something else.</summary>
    /// <remarks>
    /// A killed process may have left its last frame where only the operating system sees it; after a failed flush the system may
    /// even take it for written. From now on it is shown to callers and followers, so it must not get lost any more. All frames
    /// before were flushed before it was written, and a segment is begun only when the one before is durable.
    /// </remarks>
    public static void CutTail(JournalFiles files, JournalScan scan)
    {
        var (last, end, torn) = (scan.LastFrame, scan.Reached.End, scan.TornTail);
        // The directory first: the segment itself may not be durable under its name.
        if (end.Exists) files.FlushDirectory();
        if (torn.Exists && torn.Offset == 0) files.Delete(torn.Segment);
        else if (torn.Exists) Wipe(files[torn.Segment], torn.Offset);
        if (last.Segment == end.Segment && last.Exists) WriteAgain(files[last.Segment], last.Offset, end.Offset);
        if (torn.Exists && torn.Offset > 0) files[torn.Segment].Flush();
    }

    static void WriteAgain(IDiskFile file, long from, long until)
    {
        var frame = new byte[until - from];
        file.Read(frame, from);
        file.Write(frame, from);
        file.Flush();
    }

    static void Wipe(IDiskFile file, long from)
    {
        var zeros = new byte[1 << 16];
        for (var at = from; at < file.Length; at += zeros.Length)
            file.Write(zeros.AsSpan(0, (int)long.Min(zeros.Length, file.Length - at)), at);
    }
}

/// <summary>Where in the journal a sequence is found: the frame of about every thousandth entry.</summary>
sealed class SequenceMarks
{
    const int Every = 1024;
    readonly List<(long FirstSequence, Position Frame)> _marks = [];

    public void Note(long firstSequence, Position frame)
    {
        lock (_marks)
        {
            if (_marks.Count == 0 || firstSequence >= _marks[^1].FirstSequence + Every) _marks.Add((firstSequence, frame));
        }
    }

    /// <summary>The marks that stand before this place in the journal.</summary>
    public (long FirstSequence, Position Frame)[] Before(Position end)
    {
        lock (_marks) return [.. _marks.TakeWhile(mark => mark.Frame < end)];
    }

    /// <summary>A frame at or before the one that holds the sequence.</summary>
    public Position Before(long sequence)
    {
        lock (_marks)
        {
            var (low, high) = (0, _marks.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (_marks[middle].FirstSequence <= sequence) low = middle + 1;
                else high = middle;
            }
            return low == 0 ? new Position(1, SegmentHeader.Bytes) : _marks[low - 1].Frame;
        }
    }
}
