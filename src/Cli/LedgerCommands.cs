using System.CommandLine;
using System.Globalization;
using Pujiang.Accounts;
using Pujiang.Ledger;
using Pujiang.Ledger.Formats;
using Pujiang.Platform;

namespace Pujiang.Cli;

/// <summary>Reads a ledger directory from the first byte to the last. Changes nothing, so it may also be done beside a running bank.</summary>
static class LedgerCommands
{
    const int Damaged = 2;

    static readonly Argument<string?> Folder = new("DIR")
    {
        Description = "Ledger or data folder [default: that of --data]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Make()
    {
        var verify = new Command("verify", "Check every checksum, the hash chain, every balance. Exit code 0: sound, 2: damaged, 1: can't be read")
        {
            Folder, Settings.Data,
        };
        verify.SetAction(parsed => Verify(parsed));
        var balance = new Command("balance", "Print the trial balance") { Folder, Settings.Data };
        balance.SetAction(parsed => Balance(parsed));
        return new Command("ledger", "The books")
        {
            verify, balance, MakeBackup(), MakeRestore(), MakePrune(), LedgerFileCommands.Export(), LedgerFileCommands.Import(), SimulateCommand.Make(),
        };
    }

    static Command MakeBackup()
    {
        var to = new Argument<string>("TO") { Description = "An empty folder, or an earlier backup, to which only what is new is added" };
        var backup = new Command("backup", "Copy the ledger, also while the bank is running") { to, Settings.Data };
        backup.SetAction(parsed =>
        {
            var from = FolderOf(Settings.DataFolder(parsed));
            Print(Copied(() => Book.Backup(from, parsed.GetRequiredValue(to))), from, parsed.GetRequiredValue(to));
        });
        return backup;
    }

    static Command MakeRestore()
    {
        var from = new Argument<string>("FROM") { Description = "A backup, or the ledger of a bank that is not running" };
        var to = new Argument<string>("TO") { Description = "An empty folder" };
        var sequence = new Option<long?>("--sequence") { Description = "The last entry that is wanted", HelpName = "N" };
        var time = new Option<DateTimeOffset?>("--time") { Description = "Only what was posted until then", HelpName = "2026-03-02T09:30:00+08:00" };
        var restore = new Command("restore", "Copy a ledger as it was after any entry or at any time") { from, to, sequence, time };
        restore.SetAction(parsed =>
        {
            var (source, target) = (FolderOf(parsed.GetRequiredValue(from)), parsed.GetRequiredValue(to));
            var (last, until) = (parsed.GetValue(sequence), parsed.GetValue(time));
            if (last is null == until is null) throw new CommandFailed("Say up to where: --sequence N or --time T, one of them.");
            if (last < 0) throw new CommandFailed($"--sequence {last}: the first entry has number 1.");
            var report = Copied(() => last is { } number ? Book.Restore(source, target, number) : Book.Restore(source, target, until!.Value.UtcDateTime));
            Print(report, source, target);
            if (report.Entries < last) Say.Note($"The ledger has no entry {Count(last.Value)}: its last is {Count(report.Entries)}.");
        });
        return restore;
    }

    static Command MakePrune()
    {
        var cold = new Option<string>("--cold") { Description = "Folder for the old files, as on a cheaper disk: the same each time", HelpName = "FOLDER", Required = true };
        var before = new Option<DateTimeOffset>("--before") { Description = "Only what was posted before", HelpName = "2026-01-01", Required = true };
        var prune = new Command("prune", "Move the oldest files of the ledger to another folder, also while the bank is running") { Folder, cold, before, Settings.Data };
        prune.SetAction(parsed =>
        {
            var (from, to) = (FolderOf(parsed), Path.GetFullPath(parsed.GetRequiredValue(cold)));
            var report = Copied(() => Book.Prune(from, to, parsed.GetRequiredValue(before).UtcDateTime));
            Print(report, from, to, "in the cold files");
            if (report.Entries == 0) Say.Note("Nothing is old enough: a file goes when all in it is older than that, and than the oldest snapshot.");
        });
        return prune;
    }

    static CopyReport Copied(Func<CopyReport> copy)
    {
        try
        {
            return copy();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JournalDamagedException)
        {
            throw new CommandFailed(failure.Message);
        }
    }

    static void Print(CopyReport report, string from, string to, string heading = "copied")
    {
        var table = new TextTable("what", heading);
        table.Row("from", from);
        table.Row("to", to);
        table.Row("entries", Count(report.Entries));
        table.Row("the last of", report.LastPostedAt is { } last ? BankTime.Text(last) : "");
        table.Row("hash chain ends", report.Chain);
        table.Print(Console.Out);
    }

    static int Verify(ParseResult parsed)
    {
        var folder = FolderOf(parsed);
        var report = Read(folder);
        var table = new TextTable("what", "found");
        table.Row("ledger", folder);
        table.Row("entries", Count(report.Entries));
        table.Row("accounts", Count(report.Accounts));
        table.Row("open holds", Count(report.Holds));
        table.Row("batches", $"{Count(report.Batches)}, checksum and hash of each compared");
        table.Row("bytes", Count(report.Bytes));
        if (report.OutOfReach > 0)
        {
            table.Row("out of reach", $"{Count(report.OutOfReach)} cold files, not read; a snapshot stands for them");
            table.Row("proof of them", $"{report.Before}, the hash chain at their end");
        }
        table.Row("hash chain ends", report.Chain);
        table.Row("torn tail", report.TornTail is { } tail ? $"{tail}: an unfinished write, never acknowledged; the next start cuts it off" : "none");
        table.Row("took", $"{report.Duration.TotalSeconds:F2} s");
        table.Print(Console.Out);
        var isBalanced = PrintBalance(report.TrialBalance);
        if (report.IsSound && isBalanced)
        {
            Console.WriteLine("SOUND: nothing is missing or changed, and debits equal credits in every asset.");
            return 0;
        }
        Console.WriteLine($"DAMAGED: {report.Damage ?? "debits and credits differ."}");
        if (report.Damage is not null) Console.WriteLine("The figures above are those up to the damage. Restore the file from a backup; do not start the bank on it.");
        return Damaged;
    }

    static int Balance(ParseResult parsed)
    {
        var report = Read(FolderOf(parsed));
        var isBalanced = PrintBalance(report.TrialBalance);
        if (report.Damage is { } damage) Say.Error($"The ledger is damaged; these are the figures up to there. {damage}");
        return report.IsSound && isBalanced ? 0 : Damaged;
    }

    static VerificationReport Read(string folder)
    {
        try
        {
            return Book.Verify(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailed($"The ledger in {folder} can't be read: {failure.Message}");
        }
    }

    static bool PrintBalance(IReadOnlyList<TrialBalanceLine> lines)
    {
        if (lines.Count == 0)
        {
            Console.WriteLine("No accounts yet.");
            return true;
        }
        var table = new TextTable("asset", "kind", "code", "name", "accounts", "debits", "credits", "balance").Right(4, 5, 6, 7);
        var isBalanced = true;
        foreach (var asset in lines.GroupBy(line => line.Asset).OrderBy(group => group.Key.Code, StringComparer.Ordinal))
        {
            foreach (var line in asset.OrderBy(line => line.ChartCode, StringComparer.Ordinal))
                table.Row(asset.Key.Code, $"{line.Kind}".ToLowerInvariant(), line.ChartCode, NameOf(line), Count(line.Accounts), Amount(line.Debits, asset.Key),
                    Amount(line.Credits, asset.Key), Amount(line.Debits - line.Credits, asset.Key));
            var (debits, credits) = (Sum(asset, line => line.Debits), Sum(asset, line => line.Credits));
            table.Row(asset.Key.Code, "all", "", "", Count(asset.Sum(line => line.Accounts)), Amount(debits, asset.Key), Amount(credits, asset.Key),
                debits == credits ? "balanced" : $"DIFFERS BY {Amount(debits - credits, asset.Key)}");
            table.Row("", "", "", "", "", "", "", "");
            isBalanced &= debits == credits;
        }
        table.Print(Console.Out);
        return isBalanced;
    }

    static string NameOf(TrialBalanceLine line) =>
        ChartOfAccounts.Lines.FirstOrDefault(known => known.Code == line.ChartCode && known.Kind == line.Kind)?.Name ?? "";

    static Int128 Sum(IEnumerable<TrialBalanceLine> lines, Func<TrialBalanceLine, Int128> side) =>
        lines.Aggregate(Int128.Zero, (sum, line) => sum + side(line));

    static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Totals can be longer than the 64 bits of <see cref="Money"/>.</summary>
    static string Amount(Int128 minorUnits, Asset asset) =>
        ((decimal)minorUnits / asset.MinorUnitsPerUnit).ToString("N" + asset.Scale, CultureInfo.InvariantCulture);

    static string FolderOf(ParseResult parsed) => FolderOf(parsed.GetValue(Folder) ?? Settings.DataFolder(parsed));

    /// <summary>The ledger's own folder, named itself or as the data folder around it.</summary>
    public static string FolderOf(string named)
    {
        if (!Directory.Exists(named)) throw new CommandFailed($"There is no folder {named}.");
        var folder = LedgerFolder.IsLedger(named) ? named : Path.Combine(named, "ledger");
        return LedgerFolder.IsLedger(folder) ? folder : throw new CommandFailed($"There is no ledger in {named}.");
    }
}
