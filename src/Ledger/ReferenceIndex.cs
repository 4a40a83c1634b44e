namespace Pujiang.Ledger;

/// <summary>
/// From a reference to the entries that carry it: buckets hold the newest entry, and each record holds the one before it in its
/// bucket. When a generation of buckets is full, a larger one begins; about three bytes of memory for an entry.
/// </summary>
sealed class ReferenceIndex
{
    const int FirstBuckets = 1 << 12;
    const int Growth = 4;

    /// <summary>Entries for each bucket, and so about as many reads for each generation.</summary>
    const int EntriesPerBucket = 4;

    readonly List<Position[]> _generations = [];
    long _left;

    /// <summary>Entries with a reference.</summary>
    public long Count { get; private set; }

    public static uint HashOf(ReadOnlySpan<byte> reference) => Crc.Of(reference);

    /// <summary>Adds an entry.</summary>
    /// <returns>The entry before it in its bucket, which its record has to name.</returns>
    public Position Add(uint hash, Position at)
    {
        if (_left == 0) BeginGeneration();
        ref var head = ref _generations[^1][hash & (_generations[^1].Length - 1)];
        var previous = head;
        head = at;
        Count++;
        _left--;
        return previous;
    }

    /// <summary>Takes back the last <see cref="Add"/>s, newest first.</summary>
    public void TakeBack(uint hash, Position previous)
    {
        Count--;
        _left++;
        _generations[^1][hash & (_generations[^1].Length - 1)] = previous;
        if (_left < (long)_generations[^1].Length * EntriesPerBucket) return;
        _generations.RemoveAt(_generations.Count - 1);
        _left = 0;
    }

    /// <summary>The newest entries of the bucket in each generation, the newest generation first.</summary>
    public Position[] HeadsOf(uint hash) =>
        [.. Enumerable.Reverse(_generations).Select(heads => heads[hash & (heads.Length - 1)]).Where(head => head.Exists)];

    void BeginGeneration()
    {
        var buckets = _generations.Count == 0 ? FirstBuckets : checked(_generations[^1].Length * Growth);
        _generations.Add(new Position[buckets]);
        _left = (long)buckets * EntriesPerBucket;
    }

    /// <summary>How many buckets a ledger with so many references has in all generations.</summary>
    static long BucketsFor(long count)
    {
        var (all, buckets) = (0L, (long)FirstBuckets);
        for (; count > 0; count -= buckets * EntriesPerBucket, buckets *= Growth)
            all += buckets;
        return all;
    }

    /// <summary>Buckets as a ledger with <paramref name="count"/> references had them, some at a time.</summary>
    /// <param name="previous">The entry before another in its bucket.</param>
    public IEnumerable<Position> HeadsBefore(Position end, long count, long from, int take, Func<Position, Position> previous)
    {
        var all = BucketsFor(count);
        var start = 0L;
        foreach (var heads in _generations)
        {
            for (var i = long.Max(0, from - start); i < heads.Length && start + i < all && start + i < from + take; i++)
            {
                var head = heads[i];
                while (head >= end) head = previous(head);
                yield return head;
            }
            start += heads.Length;
        }
    }

    /// <summary>Fills an empty index with what <see cref="HeadsBefore"/> gave.</summary>
    public void Restore(long count, Func<Position> next)
    {
        Count = count;
        for (; count > 0; count -= long.Min(count, (long)_generations[^1].Length * EntriesPerBucket))
        {
            BeginGeneration();
            _left -= long.Min(count, _left);
            for (var i = 0; i < _generations[^1].Length; i++) _generations[^1][i] = next();
        }
    }
}

/// <summary>Walks the entries with a reference, newest first.</summary>
sealed class ReferenceReader(JournalFiles files, Func<int, AccountId> accountIds)
{
    byte[] _buffer = [];

    public ReferencePage Page(Position[] heads, string reference, int take, string? cursor)
    {
        var wanted = Encoding.UTF8.GetBytes(reference);
        var found = new List<PostedEntry>();
        var last = Position.None;
        foreach (var head in cursor is null ? heads : After(cursor, heads, wanted))
            for (var at = head; at.Exists;)
            {
                var view = new EntryView(files.Read(at, ref _buffer));
                if (view.Reference.SequenceEqual(wanted))
                {
                    if (found.Count == take) return new ReferencePage(found, last.Packed.ToString(CultureInfo.InvariantCulture));
                    found.Add(view.ToPosted(accountIds));
                    last = at;
                }
                at = view.ReferencePrevious;
            }
        return new ReferencePage(found, null);
    }

    /// <summary>Where to go on: behind the last entry shown, and then in the generations that were full before it.</summary>
    Position[] After(string cursor, Position[] heads, byte[] wanted)
    {
        try
        {
            var shown = new Position(long.Parse(cursor, NumberStyles.None, CultureInfo.InvariantCulture));
            var view = new EntryView(files.Read(shown, ref _buffer));
            if (view.Reference.SequenceEqual(wanted)) return [view.ReferencePrevious, .. heads.Where(head => head < shown)];
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException or JournalDamagedException or IOException)
        {
            throw new ArgumentException($"'{cursor}' is no cursor of an earlier page.", nameof(cursor), wrong);
        }
        throw new ArgumentException($"'{cursor}' is the cursor of another reference.", nameof(cursor));
    }
}
