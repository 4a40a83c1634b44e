namespace Pujiang.Ledger;

/// <summary>Reads entries in order, as far as the journal is durable.</summary>
sealed class Follower(JournalFiles files, Func<int, AccountId> accountIds, Position frame, long afterSequence)
{
    byte[] _bytes = new byte[1 << 16];
    Position _next = frame;
    long _last = afterSequence;

    /// <summary>The batch that comes next; 0 before the first, which the sequence marks lead to.</summary>
    long _batch;

    public IEnumerable<PostedEntry> ReadUntil(Position end)
    {
        while (_next < end)
        {
            var length = ReadFrame(end);
            if (length == 0)
            {
                _next = new Position(_next.Segment + 1, SegmentHeader.Bytes);
                continue;
            }
            foreach (var entry in EntriesOf(length))
            {
                _last = entry.Sequence;
                yield return entry;
            }
            _next = _next.Plus(length);
        }
    }

    /// <returns>The frame's length, or 0 where the segment's frames end.</returns>
    int ReadFrame(Position end)
    {
        var file = files[_next.Segment];
        var read = file.Read(_bytes, _next.Offset);
        var length = read < Frame.HeaderBytes ? -1 : Frame.LengthOf(_bytes);
        if (length > read && length <= file.Length - _next.Offset)
        {
            if (length > _bytes.Length) Array.Resize(ref _bytes, (int)length);
            read += file.Read(_bytes.AsSpan(read, (int)length - read), _next.Offset + read);
        }
        var isFrame = length >= 0 && length <= read && Frame.IsSound(_bytes.AsSpan(0, (int)length))
            && (_batch == 0 || Frame.NumberOf(_bytes) == _batch);
        if (isFrame) _batch = Frame.NumberOf(_bytes) + 1;
        else EnsureEndOfSegment(end);
        return isFrame ? (int)length : 0;
    }

    /// <summary>Only the next segment can tell: it begins with the batch that is expected here.</summary>
    void EnsureEndOfSegment(Position end)
    {
        var next = _next.Segment + 1;
        Span<byte> header = stackalloc byte[SegmentHeader.Bytes];
        if (next <= end.Segment && (files[next].Read(header, 0) < header.Length || !SegmentHeader.IsSound(header, next)))
            throw new JournalDamagedException(files.PathOf(next), 0, "the segment's header can't be read");
        if (next > end.Segment || SegmentHeader.NextBatch(header) != _batch)
            throw new JournalDamagedException(files.PathOf(_next.Segment), _next.Offset, "a frame can't be read");
    }

    List<PostedEntry> EntriesOf(int length)
    {
        var entries = new List<PostedEntry>();
        foreach (var record in new RecordEnumerator(_bytes.AsSpan(0, length), _next))
        {
            if (!record.IsEntry) continue;
            var view = new EntryView(record.Bytes);
            if (view.Sequence > _last) entries.Add(view.ToPosted(accountIds));
        }
        return entries;
    }
}
