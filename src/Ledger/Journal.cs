namespace Pujiang.Ledger;

/// <summary>The end of the journal, to which the writer appends.</summary>
/// <param name="lastSequence">Of the last entry before <paramref name="from"/>.</param>
sealed class Journal(JournalFiles files, long segmentBytes, JournalPoint from, SequenceMarks marks, long lastSequence)
{
    /// <summary>A batch is closed when it has grown to this; only a larger linked group makes it longer.</summary>
    public const int BatchBytes = 2 << 20;

    readonly byte[] _chain = [.. from.Chain];
    readonly Lock _gate = new();
    readonly byte[] _durableChain = [.. from.Chain];
    (long Sequence, long Batch) _durable = (lastSequence, from.NextBatch - 1);
    IDiskFile? _file = from.End.Exists ? files[from.End.Segment] : null;

    /// <summary>Where the next frame goes.</summary>
    public Position End { get; private set; } = from.End;

    public long NextBatch { get; private set; } = from.NextBatch;
    public ReadOnlySpan<byte> Chain => _chain;

    /// <summary>Whether a full batch fits into the segment behind this place.</summary>
    public bool HasRoom(Position end) => end.Exists && end.Offset + long.Min(BatchBytes, segmentBytes / 4) <= segmentBytes;

    /// <summary>What is durable now; may be asked from any thread.</summary>
    public LedgerEnd LedgerEnd
    {
        get
        {
            lock (_gate) return new LedgerEnd(_durable.Sequence, _durable.Batch, Convert.ToHexStringLower(_durableChain));
        }
    }

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
        lock (_gate)
        {
            _chain.CopyTo(_durableChain, 0);
            _durable = (batch.LastSequence, NextBatch);
        }
        marks.Note(batch.FirstSequence, End);
        End = End.Plus(frame.Length);
        NextBatch++;
    }
}

/// <summary>How far a ledger has come.</summary>
/// <param name="Sequence">The last durable entry; 0 for none.</param>
/// <param name="Batch">The last durable batch of the journal, from 1; 0 for none. A batch may hold no entry, but openings of accounts or limits.</param>
/// <param name="Chain">The journal's hash chain over all batches up to this one: SHA-256 in hexadecimal; zeros for none.</param>
public sealed record LedgerEnd(long Sequence, long Batch, string Chain);
