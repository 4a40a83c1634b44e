namespace Pujiang.Ledger.Formats;

/// <summary>Which entries to write, by their sequence; both ends belong to it.</summary>
/// <param name="From">From 1.</param>
/// <param name="To">Null for the last one there is when the export begins.</param>
public sealed record ExportRange(long From = 1, long? To = null);

/// <summary>What an export wrote.</summary>
/// <param name="Entries">Entries written.</param>
/// <param name="Accounts">Accounts written: those that the entries touch.</param>
/// <param name="AccountsWithoutEntries">Accounts of the ledger that no written entry touches, so that the file does not hold them.</param>
/// <param name="First">Sequence of the first entry written; 0 for none.</param>
/// <param name="Last">Sequence of the last entry written; 0 for none.</param>
public sealed record ExportSummary(long Entries, long Accounts, long AccountsWithoutEntries, long First, long Last);

/// <summary>Writes a ledger, entry by entry, in one of the formats. Of the ledger only the accounts stay in memory.</summary>
public static class LedgerExport
{
    const int ProgressEvery = 10_000;

    /// <summary>Writes the entries of a range in their order, each account before its first entry.</summary>
    /// <param name="output">Is left open.</param>
    /// <param name="progress">Told now and then how many entries are written.</param>
    public static async Task<ExportSummary> Write(
        ILedger ledger, LedgerFormat format, Stream output, ExportRange? range = null, IProgress<long>? progress = null,
        CancellationToken cancel = default)
    {
        range ??= new ExportRange();
        ArgumentOutOfRangeException.ThrowIfLessThan(range.From, 1, nameof(range));
        var last = long.Min(range.To ?? long.MaxValue, ledger.LastSequence);
        var accounts = new ExportedAccounts(ledger);
        var (count, first) = (0L, 0L);
        await using (var writer = WriterOf(format, output))
        {
            if (range.From <= last)
                await foreach (var posted in ledger.Follow(range.From - 1, cancel))
                {
                    foreach (var leg in posted.Entry.Legs)
                        if (await accounts.IsNew(leg.Account, cancel)) await writer.Write(accounts[leg.Account]);
                    await writer.Write(posted, accounts);
                    if (++count == 1) first = posted.Sequence;
                    if (count % ProgressEvery == 0) progress?.Report(count);
                    if (posted.Sequence >= last) break;
                }
            if (range == new ExportRange() && format is not (LedgerFormat.Csv or LedgerFormat.Parquet)) await WriteUntouched(ledger, accounts, writer, cancel);
            await writer.Finish(cancel);
        }
        var all = (await ledger.TrialBalance(cancel)).Sum(line => line.Accounts);
        return new ExportSummary(count, accounts.Count, all - accounts.Count, first, count == 0 ? 0 : last);
    }

    /// <summary>The accounts that no entry touches; in CSV and Parquet there is no row for them.</summary>
    static async Task WriteUntouched(ILedger ledger, ExportedAccounts accounts, IExportWriter writer, CancellationToken cancel)
    {
        const int Page = 1_000;
        for (var skip = 0; await ledger.Accounts(skip, Page, cancel) is { Count: > 0 } page; skip += Page)
            foreach (var state in page)
                if (accounts.IsNew(state)) await writer.Write(accounts[state.Account.Id]);
    }

    static IExportWriter WriterOf(LedgerFormat format, Stream output) => format switch
    {
        LedgerFormat.Hledger => new JournalWriter(output, JournalDialect.Hledger),
        LedgerFormat.Ledger => new JournalWriter(output, JournalDialect.Ledger),
        LedgerFormat.Beancount => new BeancountWriter(output),
        LedgerFormat.Csv => new CsvWriter(output),
        LedgerFormat.Parquet => new ParquetFileWriter(output),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "There is no such format."),
    };
}

/// <summary>Writes one format. Accounts come before the entries that touch them.</summary>
interface IExportWriter : IAsyncDisposable
{
    ValueTask Write(ExportedAccount account);
    ValueTask Write(PostedEntry posted, ExportedAccounts accounts);
    ValueTask Finish(CancellationToken cancel);
}
