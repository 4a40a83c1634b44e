namespace Pujiang.Ledger;

/// <summary>What a backup or restore has written, or what pruning has put into the cold directory by now.</summary>
/// <param name="Entries">Entries in the copy.</param>
/// <param name="LastPostedAt">When the last of them was posted, UTC; null when there is none.</param>
/// <param name="Bytes">Journal bytes read.</param>
/// <param name="Chain">The last SHA-256 of the copy's hash chain, in hexadecimal.</param>
public sealed record CopyReport(long Entries, DateTime? LastPostedAt, long Bytes, string Chain);

/// <summary>
/// Copies of a ledger directory. The journal is the ledger, and it only ever grows, so it can be copied while a book is open on it:
/// what is just being written at its end counts as torn and is left out.
/// </summary>
static class Copies
{
    const int Piece = 1 << 20;

    public static CopyReport Backup(IDisk disk, string from, string to)
    {
        var segments = JournalFiles.Segments(disk, from);
        using var source = new JournalFiles(disk, from, FileUse.Read);
        var there = EarlierCopies(disk, source, from, to);
        // A segment is complete when another follows; of those there already, all but the last were complete.
        foreach (var segment in segments.Skip(int.Max(0, there.Count - 1)))
            CopySegment(disk, source, to, segment, segment == segments.Count ? EndOf(source[segment]).End : long.MaxValue);
        disk.FlushDirectory(to);
        return Check(disk, to);
    }

    /// <param name="isWanted">Told an entry's sequence and UTC ticks; the first that is not wanted, and all after it, are left out.</param>
    public static CopyReport Restore(IDisk disk, string from, string to, Func<long, long, bool> isWanted)
    {
        disk.CreateDirectory(to);
        if (disk.List(to).Count > 0) throw new IOException($"{to} is not empty. Restore into a new directory.");
        using var source = new JournalFiles(disk, from, FileUse.Read);
        var cut = FindCut(source, JournalFiles.Segments(disk, from), isWanted);
        foreach (var segment in JournalFiles.Segments(disk, from).Where(segment => segment <= cut.At.Segment))
            CopySegment(disk, source, to, segment, segment == cut.At.Segment ? cut.At.Offset : long.MaxValue);
        if (cut.Tail.Length > Frame.HeaderBytes)
        {
            using var file = disk.Open(Path.Combine(to, JournalFiles.NameOf(cut.At.Segment)), FileUse.Write);
            file.Write(cut.Tail, cut.At.Offset);
            file.Flush();
        }
        disk.FlushDirectory(to);
        return Check(disk, to);
    }

    /// <summary>Where the copy ends: the last frame that is copied as it is ends at <c>At</c>, and <c>Tail</c> is what is wanted of the next.</summary>
    static (Position At, byte[] Tail) FindCut(JournalFiles source, IReadOnlyList<int> segments, Func<long, long, bool> isWanted)
    {
        var scan = new JournalScan(source, segments, JournalPoint.Beginning);
        var (found, at, rest, chain) = (false, Position.None, Array.Empty<byte>(), new byte[32]);
        scan.Run((frame, position) =>
        {
            if (found) return;
            var wanted = Frame.HeaderBytes;
            var records = 0;
            foreach (var record in new RecordEnumerator(frame, position))
            {
                if (record.IsEntry && new EntryView(record.Bytes) is var entry && !isWanted(entry.Sequence, entry.PostedAt))
                {
                    found = true;
                    break;
                }
                wanted += record.Bytes.Length;
                records++;
            }
            at = found ? position : position.Plus(frame.Length);
            if (found)
            {
                rest = frame[..wanted].ToArray();
                Frame.Seal(rest, Frame.NumberOf(frame), Frame.TimeOf(frame), Frame.FirstSequenceOf(frame), records, chain);
            }
            else _ = Frame.Continues(frame, chain);
        });
        return (at, rest);
    }

    /// <summary>
    /// Moves the oldest segments away. What stays proves what went: the header of the first segment that stays holds the hash chain over
    /// all before it. A segment goes only when its copy has been read back and leads to that header.
    /// </summary>
    public static CopyReport Prune(IDisk disk, string directory, string to, DateTime before)
    {
        if (JournalFiles.Cold(disk, directory) is { } known && known != to) throw new IOException($"The cold files of {directory} are in {known}. Prune into the same directory.");
        using var source = new JournalFiles(disk, directory, FileUse.Read);
        _ = EarlierCopies(disk, source, directory, to);
        var hot = JournalFiles.Hot(disk, directory);
        // Recovery begins at a snapshot, and must not need what went.
        var oldest = Snapshot.In(disk, directory).Select(path => Snapshot.PointOf(disk, path)).LastOrDefault(point => point is not null)?.End.Segment ?? 0;
        var old = hot.TakeWhile(segment => segment < oldest && hot.Contains(segment + 1) && BeginOf(source, segment + 1).Time <= before.Ticks).ToArray();
        foreach (var segment in old) CopySegment(disk, source, to, segment, EndOf(source[segment]).End);
        disk.FlushDirectory(to);
        var report = Check(disk, to);
        if (old.Length == 0) return report;
        var next = BeginOf(source, old[^1] + 1).Point;
        if (next.NextSequence != report.Entries + 1 || Convert.ToHexStringLower(next.Chain) != report.Chain)
            throw new IOException($"{to} does not hold all that is older than {directory}. Nothing was moved.");
        JournalFiles.SetCold(disk, directory, to);
        foreach (var segment in old) disk.Delete(Path.Combine(directory, JournalFiles.NameOf(segment)));
        disk.FlushDirectory(directory);
        return report;
    }

    /// <summary>What a segment continues, and the UTC ticks of its first frame; past all times when it has none yet.</summary>
    public static (JournalPoint Point, long Time) BeginOf(JournalFiles files, int segment)
    {
        var window = new Window(files[segment]);
        var header = window.At(0, SegmentHeader.Bytes);
        if (!SegmentHeader.IsSound(header, segment)) throw new JournalDamagedException(files.PathOf(segment), 0, "the segment's header can't be read");
        var point = SegmentHeader.Point(header, segment);
        var first = window.At(SegmentHeader.Bytes, Frame.HeaderBytes);
        return (point, first.Length == Frame.HeaderBytes && Frame.LengthOf(first) > 0 ? Frame.TimeOf(first) : long.MaxValue);
    }

    /// <summary>Where the frames that are whole by now end, and where the last of them begins. What is written behind them meanwhile is not read.</summary>
    static (long End, long LastFrame) EndOf(IDiskFile segment)
    {
        var window = new Window(segment);
        var (end, last) = ((long)SegmentHeader.Bytes, 0L);
        while (window.At(end, Frame.HeaderBytes) is { Length: Frame.HeaderBytes } header && Frame.LengthOf(header) is > 0 and var length
            && window.At(end, length) is var frame && frame.Length == length && Frame.IsSound(frame))
            (end, last) = (end + length, end);
        return (end, last);
    }

    /// <summary>The segments that are there already: none, or those of an earlier copy of the same journal.</summary>
    /// <remarks>The header of the last frame in the copy holds the hash chain over all before it: when ours is the same, so is the past.</remarks>
    static IReadOnlyList<int> EarlierCopies(IDisk disk, JournalFiles source, string from, string to)
    {
        disk.CreateDirectory(to);
        // A ledger that was ever opened has a lock: it is in use, or went a way of its own.
        if (disk.List(to).Any(name => !name.StartsWith(JournalFiles.Prefix, StringComparison.Ordinal)))
            throw new IOException($"{to} holds something else than copies of a journal. Name a directory of its own.");
        var there = JournalFiles.Hot(disk, to);
        if (there.Count == 0) return there;
        if (there.Count > JournalFiles.Segments(disk, from).Count) throw new IOException($"{to} holds more than {from}: it is no copy of it.");
        using var theirs = disk.Open(Path.Combine(to, JournalFiles.NameOf(there[^1])), FileUse.Read);
        var (left, right) = (new byte[Frame.HeaderBytes], new byte[Frame.HeaderBytes]);
        var at = EndOf(theirs).LastFrame;
        if (source[there[^1]].Read(left, at) != theirs.Read(right, at) || !left.AsSpan().SequenceEqual(right))
            throw new IOException($"{to} holds the journal of another ledger. Name a directory of its own.");
        return there;
    }

    static void CopySegment(IDisk disk, JournalFiles source, string to, int segment, long until)
    {
        var length = long.Min(until, source[segment].Length);
        var piece = new byte[Piece];
        JournalFiles.WriteWhole(disk, Path.Combine(to, JournalFiles.NameOf(segment)), file =>
        {
            for (long at = 0; at < length; at += piece.Length)
            {
                var read = source[segment].Read(piece.AsSpan(0, (int)long.Min(piece.Length, length - at)), at);
                file.Write(piece.AsSpan(0, read), at);
            }
        });
    }

    /// <summary>Reads the whole copy, as the recovery will, and cuts what was only half written.</summary>
    static CopyReport Check(IDisk disk, string directory)
    {
        using var files = new JournalFiles(disk, directory, FileUse.Write);
        var last = 0L;
        var scan = new JournalScan(files, JournalFiles.Segments(disk, directory), JournalPoint.Beginning);
        scan.Run((frame, _) => last = Frame.TimeOf(frame));
        Recovery.CutTail(files, scan);
        var entries = scan.Reached.NextSequence - 1;
        return new CopyReport(
            entries, entries == 0 ? null : new DateTime(last, DateTimeKind.Utc), scan.Bytes, Convert.ToHexStringLower(scan.Reached.Chain));
    }
}
