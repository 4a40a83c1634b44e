namespace Pujiang.Ledger;

/// <summary>The end of the journal, to which the writer appends.</summary>
sealed class Journal(JournalFiles files, long segmentBytes, JournalPoint from, SequenceMarks marks)
{
    /// <summary>A batch is closed when it has grown to this; only a larger linked group makes it longer.</summary>
    public const int BatchBytes = 2 << 20;

    readonly byte[] _chain = [.. from.Chain];
    IDiskFile? _file = from.End.Exists ? files[from.End.Segment] : null;

    /// <summary>Where the next frame goes.</summary>
    public Position End { get; private set; } = from.End;

    public long NextBatch { get; private set; } = from.NextBatch;
    public ReadOnlySpan<byte> Chain => _chain;

    /// <summary>Whether a full batch fits into the segment behind this place.</summary>
    public bool HasRoom(Position end) => end.Exists && end.Offset + long.Min(BatchBytes, segmentBytes / 4) <= segmentBytes;

    public void BeginSegment(long nextSequence)
    {
        var segment = End.Segment + 1;
        Span<byte> header = stackalloc byte[SegmentHeader.Bytes];
        SegmentHeader.Write(header, segment, NextBatch, nextSequence, _chain);
        files.Create(segment, header, segmentBytes);
        _file = files[segment];
        End = new Position(segment, SegmentHeader.Bytes);
    }

    /// <summary>Writes the batch as one frame and returns when it is durable.</summary>
    public void Append(Batch batch)
    {
        var frame = batch.Bytes.Span;
        Frame.Seal(frame, NextBatch, batch.Time, batch.FirstSequence, batch.Records, _chain);
        _file!.Write(frame, End.Offset);
        _file.Flush();
        marks.Note(batch.FirstSequence, End);
        End = End.Plus(frame.Length);
        NextBatch++;
    }
}
