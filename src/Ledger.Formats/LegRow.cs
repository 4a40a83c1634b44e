namespace Pujiang.Ledger.Formats;

/// <summary>
/// A row of CSV and Parquet: one leg with its entry and its account, complete in itself. The pending columns are what the leg
/// changes of the account's pending totals, so that a sum over any column gives the ledger's total.
/// </summary>
sealed record LegRow
{
    /// <summary>The columns in their order.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "sequence", "posted_at", "value_date", "entry", "action", "hold", "expires_at", "code", "reference", "metadata", "leg",
        "account", "kind", "chart_code", "asset", "scale", "account_reference",
        "debit", "credit", "pending_debit", "pending_credit",
        "overdraft", "frozen_in", "frozen_out", "frozen_amount", "closed",
    ];

    public required long Sequence { get; init; }
    public required DateTime PostedAt { get; init; }

    /// <summary>Without <see cref="Entry.Legs"/>, which are this row and those beside it.</summary>
    public required Entry Entry { get; init; }

    /// <summary>From 1.</summary>
    public required int Number { get; init; }

    public required Account Account { get; init; }

    /// <summary>Minor units; negative in a pending column where a hold is captured, released or expires.</summary>
    public long Debit { get; init; }
    public long Credit { get; init; }
    public long PendingDebit { get; init; }
    public long PendingCredit { get; init; }

    public static IEnumerable<LegRow> Of(PostedEntry posted, ExportedAccounts accounts)
    {
        var (entry, number) = (posted.Entry, 0);
        foreach (var leg in entry.Legs)
        {
            var (debit, credit) = leg.Side == Side.Debit ? (leg.Amount, 0L) : (0L, leg.Amount);
            var (posts, pends) = entry.Action switch
            {
                EntryAction.Post => (1, 0),
                EntryAction.Hold => (0, 1),
                EntryAction.Capture => (1, -1),
                _ => (0, -1),
            };
            yield return new LegRow
            {
                Sequence = posted.Sequence,
                PostedAt = posted.PostedAt,
                Entry = entry,
                Number = ++number,
                Account = accounts[leg.Account].Account,
                Debit = debit * posts,
                Credit = credit * posts,
                PendingDebit = debit * pends,
                PendingCredit = credit * pends,
            };
        }
    }
}
