namespace Pujiang.Ledger;

/// <summary>What was known of an account's legs at one moment, all of them durable.</summary>
readonly record struct Chain(long Legs, LegPosition Last, LegMark[] Marks);

/// <summary>
/// Walks an account's legs in the journal. The chain leads only backwards; the marks, every 64th leg, lead into its middle,
/// so a page or a point in time costs at most one block of 64 reads more than it shows.
/// </summary>
sealed class HistoryReader(JournalFiles files, Func<int, AccountId> accountIds, Chain chain)
{
    byte[] _buffer = [];

    public HistoryPage Page(HistoryQuery query)
    {
        var from = query.From is { } start ? CountBefore(start.Ticks) : 0;
        var until = query.Until is { } end ? CountBefore(end.Ticks) : chain.Legs;
        if (query.Cursor is { } cursor)
        {
            var at = long.Parse(cursor, NumberStyles.None, CultureInfo.InvariantCulture);
            if (query.Backward) until = long.Min(until, at + 1);
            else from = long.Max(from, at);
        }
        var lines = new List<HistoryLine>(int.Min(query.Take, 128));
        foreach (var (ordinal, leg) in query.Backward ? Backward(from, until) : Forward(from, until))
        {
            var record = files.Read(leg.Record, ref _buffer);
            var view = new EntryView(record);
            if (!query.IncludePending && view.Action is not (EntryAction.Post or EntryAction.Capture)) continue;
            if (lines.Count == query.Take) return new HistoryPage(lines, ordinal.ToString(CultureInfo.InvariantCulture));
            lines.Add(new HistoryLine(view.ToPosted(accountIds), leg.Leg, view.Leg(leg.Leg).After));
        }
        return new HistoryPage(lines, null);
    }

    /// <summary>The balance after the last leg posted at or before this time.</summary>
    public Balance AsOf(long utcTicks)
    {
        var legs = CountBefore(utcTicks == long.MaxValue ? utcTicks : utcTicks + 1);
        if (legs == 0) return default;
        var leg = Backward(legs - 1, legs).First().Leg;
        return new EntryView(files.Read(leg.Record, ref _buffer)).Leg(leg.Leg).After;
    }

    /// <summary>How many legs were posted before this time.</summary>
    long CountBefore(long utcTicks)
    {
        var (low, high) = (0, chain.Marks.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (chain.Marks[middle].PostedAt < utcTicks) low = middle + 1;
            else high = middle;
        }
        if (low == 0) return 0;
        var first = (low - 1) * (long)LegMark.Every;
        var end = long.Min(first + LegMark.Every, chain.Legs);
        foreach (var (ordinal, leg) in Backward(first, end))
            if (new EntryView(files.Read(leg.Record, ref _buffer)).PostedAt < utcTicks) return ordinal + 1;
        return first;
    }

    /// <summary>The legs with ordinals from <paramref name="from"/> to before <paramref name="until"/>, newest first.</summary>
    IEnumerable<(long Ordinal, LegPosition Leg)> Backward(long from, long until)
    {
        if (until <= from) yield break;
        var mark = (until + LegMark.Every - 1) / LegMark.Every;
        // The mark at or after the last leg wanted, or the newest leg.
        var (ordinal, at) = until < chain.Legs && mark < chain.Marks.Length
            ? (mark * LegMark.Every, chain.Marks[mark].At) : (chain.Legs - 1, chain.Last);
        for (; ordinal >= from; ordinal--)
        {
            var previous = Previous(at, ordinal);
            if (ordinal < until) yield return (ordinal, at);
            at = previous;
        }
    }

    IEnumerable<(long Ordinal, LegPosition Leg)> Forward(long from, long until)
    {
        while (from < until)
        {
            var blockEnd = long.Min(until, (from / LegMark.Every + 1) * LegMark.Every);
            foreach (var leg in Backward(from, blockEnd).Reverse()) yield return leg;
            from = blockEnd;
        }
    }

    LegPosition Previous(LegPosition at, long ordinal)
    {
        var leg = new EntryView(files.Read(at.Record, ref _buffer)).Leg(at.Leg);
        Invariant.Holds(leg.Ordinal == ordinal);
        return leg.Previous;
    }
}
