namespace Pujiang.Ledger.Formats;

/// <summary>A row of CSV or Parquet as read: what it says of its entry, of its account and of its leg.</summary>
sealed record ReadRow(Place Place, DraftEntry Entry, int Number, DraftAccount Account, int Scale, Quantity Debit, Quantity Credit, Quantity PendingDebit, Quantity PendingCredit);

/// <summary>Puts the rows of an entry, which stand together, into one.</summary>
sealed class RowEntries
{
    const int MostLegs = 1_000;

    readonly List<ReadRow> _rows = [];

    /// <summary>The entry before, when this row begins a new one, and what the row says of asset and account.</summary>
    public IEnumerable<Draft> Add(ReadRow row)
    {
        if (_rows.Count > 0 && _rows[0].Entry.Id != row.Entry.Id) yield return Take();
        if (_rows.Count > 0 && Differing(_rows[0].Entry, row.Entry) is { } field)
            throw new BadInputException(row.Place with { Field = field }, $"the entry {row.Entry.Id} has another {field} at {_rows[0].Place}; the rows of an entry say the same.");
        if (row.Number != _rows.Count + 1)
            throw new BadInputException(row.Place with { Field = "leg" }, $"leg {row.Number} stands where leg {_rows.Count + 1} is expected; the rows of an entry stand together, numbered from 1.");
        if (_rows.Count == MostLegs) throw new BadInputException(row.Place with { Field = "leg" }, "an entry has at most 1,000 legs; write it as several.");
        _rows.Add(row);
        yield return new DraftCommodity(row.Place, row.Account.Asset, row.Account.Asset, row.Scale);
        yield return row.Account;
    }

    public IEnumerable<Draft> Finish()
    {
        if (_rows.Count > 0) yield return Take();
    }

    DraftEntry Take()
    {
        var entry = _rows[0].Entry;
        var legs = _rows.ConvertAll(row => LegOf(row, entry.Action));
        _rows.Clear();
        return entry with { Legs = legs };
    }

    static DraftLeg LegOf(ReadRow row, EntryAction action)
    {
        var (debit, credit) = action switch
        {
            EntryAction.Post or EntryAction.Capture => (row.Debit, row.Credit),
            EntryAction.Hold => (row.PendingDebit, row.PendingCredit),
            _ => (row.PendingDebit.Negated, row.PendingCredit.Negated),
        };
        if (debit.Billionths < 0 || credit.Billionths < 0 || (debit.Billionths == 0) == (credit.Billionths == 0))
            throw new BadInputException(row.Place with { Field = EntryKeys.IsPending(action) ? "pending_debit" : "debit" },
                "a leg is either a debit or a credit, of more than zero; pending ones are negative only where a hold is captured, released or expires.");
        if (EntryKeys.IsPending(action) && (row.Debit.Billionths != 0 || row.Credit.Billionths != 0))
            throw new BadInputException(row.Place with { Field = "debit" }, "a hold, release or expiry moves no posted balance; leave debit and credit empty.");
        var pends = action == EntryAction.Capture ? (debit.Billionths, credit.Billionths) : (0, 0);
        if (!EntryKeys.IsPending(action) && (-row.PendingDebit.Billionths, -row.PendingCredit.Billionths) != pends)
            throw new BadInputException(row.Place with { Field = "pending_debit" }, "a post moves nothing pending, and a capture takes as much from pending as it posts.");
        return new DraftLeg(row.Place, row.Account.Name, row.Account.Asset, debit.Billionths != 0 ? debit : credit.Negated);
    }

    static string? Differing(DraftEntry first, DraftEntry other) =>
        first.Action != other.Action ? "action"
        : first.ValueDate != other.ValueDate ? "value_date"
        : first.PostedAt != other.PostedAt ? "posted_at"
        : first.Hold != other.Hold ? "hold"
        : first.ExpiresAt != other.ExpiresAt ? "expires_at"
        : first.Code != other.Code ? "code"
        : first.Reference != other.Reference ? "reference"
        : first.Metadata != other.Metadata ? "metadata"
        : null;
}
