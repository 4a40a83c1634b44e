namespace Pujiang.Ledger;

delegate void FrameVisitor(ReadOnlySpan<byte> frame, Position at);

/// <summary>
/// Reads the journal's frames in order and tells a clean end, a torn last write and damage apart. It changes nothing.
/// </summary>
/// <remarks>
/// Only one batch is ever on its way to the disk, so an unfinished write is the last thing in the journal. What can't be read
/// is a torn tail only if no sound frame and no segment follows.
/// </remarks>
sealed class JournalScan
{
    readonly JournalFiles _files;
    readonly IReadOnlyList<int> _segments;
    readonly byte[] _chain;
    long _batch;
    long _sequence;

    public JournalScan(JournalFiles files, IReadOnlyList<int> segments, JournalPoint from)
    {
        (_files, _segments) = (files, segments);
        (End, _batch, _sequence, _chain) = (from.End, from.NextBatch, from.NextSequence, [.. from.Chain]);
    }

    Position End { get; set; }

    /// <summary>How far the journal could be read.</summary>
    public JournalPoint Reached => new(End, _batch, _sequence, [.. _chain]);

    public long Bytes { get; private set; }

    /// <summary>The last frame that was read, or none.</summary>
    public Position LastFrame { get; private set; }

    /// <summary>Where a torn last write begins, or none.</summary>
    public Position TornTail { get; private set; }

    public void Run(FrameVisitor visit)
    {
        for (var i = 0; i < _segments.Count; i++)
            if (_segments[i] != i + 1) throw Damage(new Position(i + 1, 0), "the file is missing");
        if (End.Segment > _segments.Count) throw Damage(End, "the file is missing");

        for (var segment = int.Max(1, End.Segment); segment <= _segments.Count; segment++)
        {
            var window = new Window(_files[segment]);
            var isLast = segment == _segments.Count;
            if (segment != End.Segment && !ReadHeader(window, segment, isLast)) return;
            ReadFrames(window, visit, isLast);
        }
    }

    bool ReadHeader(Window window, int segment, bool isLast)
    {
        var at = new Position(segment, 0);
        var header = window.At(0, SegmentHeader.Bytes);
        if (!SegmentHeader.IsSound(header, segment))
        {
            if (SegmentHeader.VersionOf(header) is > SegmentHeader.Version and var newer) throw new IOException(
                $"The journal {_files.PathOf(segment)} was written by a newer version (format {newer}, this one reads up to {SegmentHeader.Version}): "
                + "it needs Pujiang in the version that wrote it, or a later one. Nothing was changed.");
            if (!isLast || HasFrameAfter(window, 0)) throw Damage(at, "the segment's header can't be read");
            TornTail = at;
            return false;
        }
        var point = SegmentHeader.Point(header, segment);
        if (point.NextBatch != _batch || point.NextSequence != _sequence || !point.Chain.AsSpan().SequenceEqual(_chain))
            throw Damage(End.Exists ? End : at, "frames are missing before the next segment");
        Bytes += SegmentHeader.Bytes;
        End = point.End;
        return true;
    }

    void ReadFrames(Window window, FrameVisitor visit, bool isLast)
    {
        while (true)
        {
            var length = LengthAt(window, End.Offset);
            var frame = window.At(End.Offset, long.Max(length, 0));
            if (length < 0 || frame.Length < length || !Frame.IsSound(frame))
            {
                JudgeEnd(window, isLast);
                return;
            }
            if (Frame.NumberOf(frame) != _batch || Frame.FirstSequenceOf(frame) != _sequence)
                throw Damage(End, $"batch {Frame.NumberOf(frame)} stands where batch {_batch} belongs");
            if (!Frame.Continues(frame, _chain)) throw Damage(End, "the batch does not continue the hash chain");
            Visit(frame, visit);
            _batch++;
            LastFrame = End;
            End = End.Plus(length);
            Bytes += length;
        }
    }

    void Visit(ReadOnlySpan<byte> frame, FrameVisitor visit)
    {
        try
        {
            visit(frame, End);
            foreach (var record in new RecordEnumerator(frame, End))
                if (record.IsEntry) _sequence++;
        }
        catch (Exception broken) when (broken is InvariantException or ArgumentException or ArithmeticException or InvalidOperationException or IndexOutOfRangeException)
        {
            // Whatever a frame with a sound checksum may say that no ledger writes, it is told with its place.
            throw Damage(End, $"a record contradicts those before it ({broken.Message})");
        }
    }

    static long LengthAt(Window window, long position)
    {
        var header = window.At(position, Frame.HeaderBytes);
        return header.Length < Frame.HeaderBytes ? -1 : Frame.LengthOf(header);
    }

    void JudgeEnd(Window window, bool isLast)
    {
        if (!isLast)
        {
            // The next segment's header says whether frames are missing here.
            if (IsZeroFrom(window, End.Offset)) return;
            throw Damage(End, "a frame can't be read, and another segment follows");
        }
        if (IsZeroFrom(window, End.Offset)) return;
        if (HasFrameAfter(window, End.Offset)) throw Damage(End, "a frame can't be read, and sound ones follow");
        TornTail = End;
    }

    static bool IsZeroFrom(Window window, long position)
    {
        const int Step = 1 << 16;
        for (; position < window.FileLength; position += Step)
            if (window.At(position, Step).ContainsAnyExcept((byte)0)) return false;
        return true;
    }

    /// <summary>Frames begin at multiples of 8; the length of the unreadable one can't be trusted, so all are tried.</summary>
    bool HasFrameAfter(Window window, long position)
    {
        for (position += 8; position < window.FileLength; position += 8)
        {
            var length = LengthAt(window, position);
            if (length < 0 || position + length > window.FileLength) continue;
            var frame = window.At(position, length);
            if (Frame.IsSound(frame) && Frame.NumberOf(frame) > _batch) return true;
        }
        return false;
    }

    JournalDamagedException Damage(Position at, string reason) => new(_files.PathOf(at.Segment), at.Offset, reason);
}

/// <summary>A place between two frames, and what a frame there must continue.</summary>
sealed record JournalPoint(Position End, long NextBatch, long NextSequence, byte[] Chain)
{
    public static JournalPoint Beginning => new(Position.None, 1, 1, new byte[32]);
}

/// <summary>The records of a frame, with their places.</summary>
ref struct RecordEnumerator(ReadOnlySpan<byte> frame, Position at)
{
    readonly ReadOnlySpan<byte> _frame = frame;
    int _next = Frame.HeaderBytes;

    public readonly RecordEnumerator GetEnumerator() => this;

    public RecordAt Current { get; private set; }

    public bool MoveNext()
    {
        if (_next >= _frame.Length) return false;
        var rest = _frame[_next..];
        var size = rest.Length < Layout.RefusalBytes ? 0 : Layout.Int32(rest, Layout.Size);
        Invariant.Holds(size >= Layout.RefusalBytes && size <= rest.Length);
        Current = new RecordAt(rest[..size], at.Plus(_next));
        _next += size;
        return true;
    }
}

readonly ref struct RecordAt(ReadOnlySpan<byte> bytes, Position at)
{
    public ReadOnlySpan<byte> Bytes { get; } = bytes;
    public Position At { get; } = at;
    public bool IsEntry => (RecordType)Bytes[Layout.Type] == RecordType.Entry;
}
