namespace Pujiang.Ledger.Formats;

/// <summary>How to import.</summary>
/// <param name="KeepPostingTimes">
/// Entries get the posting times that the file gives them, as far as the ledger's time is not past them. Null: only in a new
/// ledger, since in one that has entries nothing may be posted in the past.
/// </param>
public sealed record ImportOptions(bool? KeepPostingTimes = null)
{
    internal long SegmentBytes { get; init; } = 64 << 20;
}

/// <summary>What an import did.</summary>
/// <param name="Entries">Entries in the file.</param>
/// <param name="Posted">Those that were posted now.</param>
/// <param name="Repeated">Those that the ledger had already.</param>
/// <param name="AccountsOpened">Accounts that were opened now.</param>
/// <param name="IsNew">The ledger was made by this import.</param>
public sealed record ImportSummary(long Entries, long Posted, long Repeated, long AccountsOpened, bool IsNew);

/// <summary>Reads a file of one of the formats into a ledger.</summary>
public static class LedgerImport
{
    /// <summary>Imports into a folder: a new ledger, or one that is there. All of the file or nothing.</summary>
    /// <remarks>
    /// A new ledger is built beside the folder and gets its name when it is complete. Into a ledger that has entries the import
    /// is made twice: first into a copy, which is thrown away, so that whatever the ledger refuses is found before anything is
    /// posted. If the second one is cut off by a failing machine, the same import again posts the rest.
    /// </remarks>
    /// <exception cref="ImportRefusedException">The file has something wrong; nothing was changed.</exception>
    public static async Task<ImportSummary> IntoFolder(
        string file, LedgerFormat format, string folder, ImportOptions? options = null, IProgress<long>? progress = null,
        CancellationToken cancel = default)
    {
        options ??= new ImportOptions();
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (LedgerFolder.IsLedger(folder)) return await IntoExisting(file, format, folder, options, progress, cancel);

        LedgerFolder.RequireEmpty(folder);
        var unfinished = LedgerFolder.Scratch(folder, "unfinished");
        try
        {
            var summary = await Into(file, format, unfinished, options with { KeepPostingTimes = options.KeepPostingTimes ?? true }, progress, cancel);
            if (Directory.Exists(folder)) Directory.Delete(folder);
            Directory.Move(unfinished, folder);
            return summary with { IsNew = true };
        }
        finally
        {
            LedgerFolder.Delete(unfinished);
        }
    }

    static async Task<ImportSummary> IntoExisting(
        string file, LedgerFormat format, string folder, ImportOptions options, IProgress<long>? progress, CancellationToken cancel)
    {
        var rehearsal = LedgerFolder.Scratch(folder, "rehearsal");
        try
        {
            LedgerFolder.Copy(folder, rehearsal);
            await Into(file, format, rehearsal, options, progress: null, cancel);
        }
        finally
        {
            LedgerFolder.Delete(rehearsal);
        }
        return await Into(file, format, folder, options, progress, cancel);
    }

    static async Task<ImportSummary> Into(
        string file, LedgerFormat format, string folder, ImportOptions options, IProgress<long>? progress, CancellationToken cancel)
    {
        var clock = new ReplayClock(TimeProvider.System);
        var keepsTimes = options.KeepPostingTimes ?? false;
        // Opening must not let holds expire that the file is about to capture.
        if (keepsTimes) clock.StandAt(DateTime.MinValue);
        await using var book = Book.Open(new BookOptions { Directory = folder, Time = clock, SegmentBytes = options.SegmentBytes });
        return await Into(book, file, format, keepsTimes ? clock : null, progress, cancel);
    }

    /// <summary>
    /// Imports into an open ledger. The whole file is read once before anything is posted; what only the ledger can refuse
    /// (a limit, an id in use) ends the import where it stands.
    /// </summary>
    /// <param name="clock">The ledger's clock, when entries are to get the posting times that the file gives them; else null.</param>
    /// <exception cref="ImportRefusedException">The file has something wrong, or the ledger refuses an entry.</exception>
    public static async Task<ImportSummary> Into(
        ILedger ledger, string file, LedgerFormat format, ReplayClock? clock = null, IProgress<long>? progress = null,
        CancellationToken cancel = default)
    {
        try
        {
            var chart = new ImportChart();
            chart.Know((await ledger.TrialBalance(cancel)).Select(line => line.Asset));
            await using (var input = Open(file))
                await foreach (var draft in ReaderOf(format).Read(input, cancel)) chart.Survey(draft);

            var run = new ImportRun(ledger, chart, clock, progress);
            await using (var input = Open(file))
                await foreach (var draft in ReaderOf(format).Read(input, cancel))
                    if (draft is DraftEntry entry) await run.Add(entry, cancel);
            return await run.Finish(cancel);
        }
        catch (BadInputException bad)
        {
            throw new ImportRefusedException(file, bad.Place, bad.Message, bad);
        }
    }

    static FileStream Open(string file) => new(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);

    static IDraftReader ReaderOf(LedgerFormat format) => format switch
    {
        LedgerFormat.Hledger => new JournalReader(JournalDialect.Hledger),
        LedgerFormat.Ledger => new JournalReader(JournalDialect.Ledger),
        LedgerFormat.Beancount => new BeancountReader(),
        LedgerFormat.Csv => new CsvReader(),
        LedgerFormat.Parquet => new ParquetFileReader(),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "There is no such format."),
    };
}
