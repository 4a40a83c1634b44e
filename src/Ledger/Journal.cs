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

    /// <summary>Begins a new segment when a full batch would not fit into this one.</summary>
    public void MakeRoom(long nextSequence)
    {
        var full = long.Min(BatchBytes, segmentBytes / 4);
        if (End.Exists && End.Offset + full <= segmentBytes) return;
        var segment = End.Segment + 1;
        Span<byte> header = stackalloc byte[SegmentHeader.Bytes];
        SegmentHeader.Write(header, segment, NextBatch, nextSequence, _chain);
        files.Create(segment, header, segmentBytes);
        _file = files[segment];
        End = new Position(segment, SegmentHeader.Bytes);
    }

    /// <summary>Writes the batch as one frame and returns when it is durable.</summary>
    public void Append(Batch batch, long time, long firstSequence)
    {
        var frame = batch.Bytes.Span;
        Frame.Seal(frame, NextBatch, time, firstSequence, batch.Records, _chain);
        _file!.Write(frame, End.Offset);
        _file.Flush();
        marks.Note(firstSequence, End);
        End = End.Plus(frame.Length);
        NextBatch++;
    }
}
