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
        var scan = new JournalScan(files, JournalFiles.Segments(disk, directory), from, durableUntil: from.End);
        scan.Run((frame, at) =>
        {
            marks.Note(Frame.FirstSequenceOf(frame), at);
            machine.Replay(frame, at);
        });
        if (machine.Accounts.FindContradiction() is { } contradiction) throw new InvariantException(contradiction);
        return new Recovery { Machine = machine, Marks = marks, Scan = scan, Snapshot = used };
    }

    /// <summary>Wipes the torn last write, so that its rest is never read as something else.</summary>
    public static void CutTail(JournalFiles files, JournalScan scan)
    {
        if (!scan.TornTail.Exists) return;
        var torn = scan.TornTail;
        if (torn.Offset == 0)
        {
            files.Delete(torn.Segment);
            return;
        }
        var file = files[torn.Segment];
        var zeros = new byte[1 << 16];
        for (var at = torn.Offset; at < file.Length; at += zeros.Length)
            file.Write(zeros.AsSpan(0, (int)long.Min(zeros.Length, file.Length - at)), at);
        file.Flush();
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
