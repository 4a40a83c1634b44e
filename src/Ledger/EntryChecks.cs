namespace Pujiang.Ledger;

/// <summary>The checks on what an entry, account or limit says of itself. They need no state, so callers' threads make them.</summary>
static class EntryChecks
{
    const long LargestAmount = 1_000_000_000_000_000_000;
    public const int LongestReference = 128;
    public const int LongestMetadata = 2048;

    public static (EntryStatus Status, int Leg) OfItself(Entry entry, bool isLast)
    {
        var action = entry.Action;
        if (action is < EntryAction.Post or > EntryAction.Release) return (EntryStatus.ActionNotAllowed, -1);
        if (entry.Id == default) return (EntryStatus.IdIsZero, -1);

        var (fewest, most) = action switch
        {
            EntryAction.Capture when entry.Legs.Count == 0 => (0, 0),
            EntryAction.Release => (0, 0),
            _ => (2, Layout.MaxLegs),
        };
        if (entry.Legs.Count < fewest) return (EntryStatus.TooFewLegs, -1);
        if (entry.Legs.Count > most) return (EntryStatus.TooManyLegs, -1);
        if (FirstLeg(entry.Legs, leg => leg.Amount <= 0) is >= 0 and var poor) return (EntryStatus.AmountNotPositive, poor);
        if (FirstLeg(entry.Legs, leg => leg.Amount > LargestAmount) is >= 0 and var huge) return (EntryStatus.AmountTooLarge, huge);

        if (IsLonger(entry.Reference, LongestReference)) return (EntryStatus.ReferenceTooLong, -1);
        if (IsLonger(entry.Metadata, LongestMetadata)) return (EntryStatus.MetadataTooLong, -1);
        if (entry.ExpiresAt is { } expiry)
        {
            if (action != EntryAction.Hold) return (EntryStatus.ExpiryNotAllowed, -1);
            if (expiry.Kind != DateTimeKind.Utc) return (EntryStatus.ExpiryNotUtc, -1);
        }
        var speaksOfHold = action is EntryAction.Capture or EntryAction.Release;
        if (entry.Hold is not null && !speaksOfHold) return (EntryStatus.HoldNotAllowed, -1);
        if (entry.Hold is null && speaksOfHold) return (EntryStatus.HoldMissing, -1);
        if (entry.AtMost && !MayBeAtMost(entry)) return (EntryStatus.AtMostNotAllowed, -1);
        return entry.Linked && isLast ? (EntryStatus.LinkIsOpen, -1) : (EntryStatus.Posted, -1);
    }

    static bool MayBeAtMost(Entry entry) => entry.Action is EntryAction.Post or EntryAction.Hold && entry.Legs.Count == 2
        && entry.Legs[0].Side != entry.Legs[1].Side && entry.Legs[0].Amount == entry.Legs[1].Amount;

    /// <summary>A side that is neither debit nor credit is no refusal but a bug of the caller.</summary>
    public static void RequireSides(IReadOnlyList<Entry> entries)
    {
        foreach (var entry in entries)
            if (FirstLeg(entry.Legs, leg => leg.Side is not (Side.Debit or Side.Credit)) >= 0)
                throw new ArgumentException($"Entry {entry.Id} has a leg without a side.", nameof(entries));
    }

    /// <summary>A linked group is written as one frame, which must fit into memory and into a segment.</summary>
    public static void RequireGroupsThatFit(IReadOnlyList<Entry> entries)
    {
        const long MostBytes = 256 << 20;
        var bytes = 0L;
        foreach (var entry in entries)
        {
            bytes += Layout.EntryHeader + LongestReference + LongestMetadata + entry.Legs.Count * (long)Layout.LegBytes;
            if (!entry.Linked) bytes = 0;
            else if (bytes > MostBytes) throw new ArgumentException("A linked group is longer than 256 MiB.", nameof(entries));
        }
    }

    public static OpenStatus OfItself(Account account, IReadOnlySet<(string Code, AccountKind Kind)>? chart)
    {
        if (!Enum.IsDefined(account.Kind)) throw new ArgumentException($"Account {account.Id} has no kind.", nameof(account));
        if (account.Id == default) return OpenStatus.IdIsZero;
        var code = account.ChartCode;
        if (code.Length is 0 or > 16 || !code.All(c => char.IsAsciiLetterOrDigit(c) || c == '.')) return OpenStatus.ChartCodeInvalid;
        if (chart is not null && !chart.Contains((code, account.Kind))) return OpenStatus.NotInChart;
        if (IsLonger(account.Reference, LongestReference)) return OpenStatus.ReferenceTooLong;
        return AreValid(account.Limits) ? OpenStatus.Opened : OpenStatus.LimitsInvalid;
    }

    public static bool AreValid(Limits limits) => limits.Overdraft >= 0 && limits.FrozenAmount >= 0;

    static int FirstLeg(IReadOnlyList<Leg> legs, Func<Leg, bool> isWrong)
    {
        for (var i = 0; i < legs.Count; i++)
            if (isWrong(legs[i])) return i;
        return -1;
    }

    static bool IsLonger(string text, int bytes) =>
        text.Length * 3L > bytes && Encoding.UTF8.GetByteCount(text) > bytes;
}
