using System.CommandLine;
using System.Globalization;
using Pujiang.Ledger;
using Pujiang.Ledger.Formats;

namespace Pujiang.Cli;

/// <summary>Writes a ledger to a file that other programs read, and reads such files.</summary>
static class LedgerFileCommands
{
    static readonly Argument<string> Folder = new("DIR") { Description = "Ledger or data folder" };
    static readonly Argument<string> Target = new("DIR") { Description = "Folder of the ledger: a new one, or one that is there" };
    static readonly Argument<string> Source = new("FILE") { Description = "File to import" };
    static readonly Option<string> Out = new("--out") { Description = "File to write", HelpName = "FILE", Required = true };
    static readonly Option<long?> From = Sequence("--from", "Sequence of the first entry [default: 1]");
    static readonly Option<long?> To = Sequence("--to", "Sequence of the last entry [default: the last there is]");
    static readonly Option<string> Format = FormatOption();

    static readonly Option<bool> KeepTimes = new("--keep-times")
    {
        Description = "Also in a ledger that is there, entries get the posting times of the file; for a copy that is kept up to date",
    };

    public static Command Export()
    {
        var export = new Command("export", "Write the entries of a ledger to a file") { Folder, Format, Out, From, To };
        export.SetAction(Export);
        return export;
    }

    public static Command Import()
    {
        var import = new Command("import", "Read a file into a ledger, all of it or nothing. Importing it again changes nothing") { Source, Target, Format, KeepTimes };
        import.SetAction(Import);
        return import;
    }

    static async Task<int> Export(ParseResult parsed, CancellationToken cancel)
    {
        var folder = LedgerCommands.FolderOf(parsed.GetRequiredValue(Folder));
        var (file, format) = (parsed.GetRequiredValue(Out), LedgerFormats.Parse(parsed.GetRequiredValue(Format)));
        var range = new ExportRange(parsed.GetValue(From) ?? 1, parsed.GetValue(To));
        var copy = $"{Path.GetFullPath(file)}.ledger";
        ExportSummary? summary = null;
        try
        {
            await using var book = OpenOrCopy(folder, copy);
            await NamedFile.Write(file, async output => summary = await LedgerExport.Write(book, format, output, range, Progress("written"), cancel));
        }
        finally
        {
            if (Directory.Exists(copy)) Directory.Delete(copy, recursive: true);
        }
        Console.WriteLine($"{Count(summary!.Entries)} entries{(summary.Entries > 0 ? $" ({Count(summary.First)} to {Count(summary.Last)})" : "")} and {Count(summary.Accounts)} accounts are in {file}.");
        if (summary.AccountsWithoutEntries > 0) Say.Note($"{Count(summary.AccountsWithoutEntries)} accounts that none of these entries touches are not in the file.");
        return 0;
    }

    /// <summary>The ledger itself, or what a running bank has posted by now.</summary>
    static Book OpenOrCopy(string folder, string copy)
    {
        // The clock stands, so that no hold expires because somebody looks.
        var clock = new ReplayClock(TimeProvider.System);
        clock.StandAt(DateTime.MinValue);
        try
        {
            return Book.Open(new BookOptions { Directory = folder, Time = clock });
        }
        catch (IOException inUse)
        {
            Say.Note($"{inUse.Message} Its entries up to now are copied first.");
            Book.Backup(folder, copy);
            return Book.Open(new BookOptions { Directory = copy, Time = clock });
        }
        catch (JournalDamagedException damaged)
        {
            throw new CommandFailed($"{damaged.Message} './pujiang ledger verify' tells more.");
        }
    }

    static async Task<int> Import(ParseResult parsed, CancellationToken cancel)
    {
        var (file, folder) = (parsed.GetRequiredValue(Source), parsed.GetRequiredValue(Target));
        await using (NamedFile.Open(file)) { }
        // A data folder means the ledger in it.
        if (!LedgerFolder.IsLedger(folder) && LedgerFolder.IsLedger(Path.Combine(folder, "ledger"))) folder = Path.Combine(folder, "ledger");
        try
        {
            var summary = await LedgerImport.IntoFolder(
                file, LedgerFormats.Parse(parsed.GetRequiredValue(Format)), folder, new ImportOptions(parsed.GetValue(KeepTimes) ? true : null), Progress("read"), cancel);
            Console.WriteLine($"{file}: {Count(summary.Entries)} entries; {Count(summary.Posted)} posted, {Count(summary.Repeated)} were there already; "
                + $"{Count(summary.AccountsOpened)} accounts opened. {(summary.IsNew ? "The new ledger is in" : "Imported into")} {folder}.");
            return 0;
        }
        catch (ImportRefusedException refused)
        {
            throw new CommandFailed($"{refused.Message} Nothing was imported.");
        }
        catch (JournalDamagedException damaged)
        {
            throw new CommandFailed($"{damaged.Message} './pujiang ledger verify' tells more.");
        }
    }

    /// <summary>Straight to the error stream, in order; <see cref="Progress{T}"/> would speak from other threads, also after the end.</summary>
    sealed class Spoken(string done) : IProgress<long>
    {
        const int Every = 100_000;

        public void Report(long value)
        {
            if (value % Every == 0) Say.Note($"{Count(value)} entries {done} ...");
        }
    }

    static Spoken Progress(string done) => new(done);

    static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    static Option<string> FormatOption()
    {
        var option = new Option<string>("--format") { Description = "Format of the file", Required = true };
        option.AcceptOnlyFromAmong([.. LedgerFormats.Names]);
        return option;
    }

    static Option<long?> Sequence(string name, string description)
    {
        var option = new Option<long?>(name) { Description = description, HelpName = "SEQ" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValue(option) < 1) result.AddError($"{name} must be 1 or more.");
        });
        return option;
    }
}
