namespace Pujiang.Ledger;

/// <summary>Reads entries in order, as far as the journal is durable.</summary>
sealed class Follower(JournalFiles files, Func<int, AccountId> accountIds, Position frame, long afterSequence)
{
    byte[] _bytes = new byte[1 << 16];
    Position _next = frame;
    long _last = afterSequence;

    public IEnumerable<PostedEntry> ReadUntil(Position end)
    {
        while (_next < end)
        {
            var length = ReadFrame();
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
    int ReadFrame()
    {
        var file = files[_next.Segment];
        var read = file.Read(_bytes, _next.Offset);
        if (read < Frame.HeaderBytes || !Frame.HasMagic(_bytes)) return 0;
        var length = (int)Frame.LengthOf(_bytes);
        if (length > read)
        {
            if (length > _bytes.Length) Array.Resize(ref _bytes, length);
            read += file.Read(_bytes.AsSpan(read, length - read), _next.Offset + read);
        }
        if (length > read || !Frame.IsSound(_bytes.AsSpan(0, length)))
            throw new JournalDamagedException(files.PathOf(_next.Segment), _next.Offset, "a frame can't be read");
        return length;
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
