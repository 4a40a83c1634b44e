using System.CommandLine;
using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Cli;

/// <summary>The whole bank into a folder, while it runs, and back.</summary>
static class BackupCommands
{
    static readonly Option<string?> Passphrase = new("--passphrase-file")
    {
        Description = "File whose first line is the passphrase (12 characters or more) that seals the keys, and opens them again",
        HelpName = "FILE",
    };

    public static Command MakeBackup()
    {
        var to = new Argument<string>("DIR") { Description = "A new folder, or an earlier backup, to which only what is new is added" };
        var without = new Option<bool>("--without-keys") { Description = "Leave the keys out; you keep a copy of the data folder's 'keys' elsewhere" };
        var backup = new Command("backup", "Copy the whole bank, also while it is running") { to, Passphrase, without, Settings.Data };
        backup.SetAction((parsed, cancel) => Said(async () =>
        {
            var keys = new BackupKeys(PassphraseIn(parsed), parsed.GetValue(without));
            if (keys is { Passphrase: not null, Apart: true }) throw new CommandFailed("--passphrase-file seals the keys in the backup, --without-keys leaves them out: give one of them.");
            var folder = parsed.GetRequiredValue(to);
            var manifest = await new Backup(Settings.From(parsed).Platform, TimeProvider.System, Say.Note).Take(folder, keys, cancel);
            Table("backed up", folder, manifest).Print(Console.Out);
            if (manifest.Keys == KeyKeeping.Plain)
                Say.Note("The keys are in the backup as they are: who has it can read names and numbers. --passphrase-file seals them, --without-keys leaves them out.");
        }));
        return backup;
    }

    public static Command MakeRestore()
    {
        var from = new Argument<string>("DIR") { Description = "The backup" };
        var keys = new Option<string?>("--keys") { Description = "Folder of the keys, where the backup was taken without them", HelpName = "DIR" };
        var restore = new Command("restore", "Make the bank of a backup in the data folder, which must be new or empty, and check that all of it fits")
        {
            from, Passphrase, keys, Settings.Data,
        };
        restore.SetAction((parsed, cancel) => Said(async () =>
        {
            var platform = Settings.From(parsed).Platform;
            var report = await new Restore(LocalBank.Compose, Say.Note).Run(parsed.GetRequiredValue(from), platform, PassphraseIn(parsed), parsed.GetValue(keys), cancel);
            var table = Table("restored", platform.DataFolder, report.Manifest);
            table.Row("accounts", Count(report.Accounts));
            table.Row("documents", report.MissingDocuments == 0 ? Count(report.Documents) : $"{Count(report.Documents)}; {Count(report.MissingDocuments)} were deleted while the backup was taken");
            table.Row("caught up", $"{Count(report.CaughtUp)} entries that were posted while the backup was taken");
            table.Print(Console.Out);
        }));
        return restore;
    }

    static TextTable Table(string heading, string folder, BackupManifest manifest)
    {
        var table = new TextTable("what", heading);
        table.Row("folder", folder);
        table.Row("backup of", BankTime.Text(manifest.TakenAt));
        table.Row("files", $"{Count(manifest.Files.Count)} with {Count(manifest.Files.Sum(file => file.Bytes))} bytes");
        table.Row("database", manifest.Database);
        table.Row("keys", manifest.Keys switch { KeyKeeping.Plain => "as they are", KeyKeeping.Sealed => "sealed by the passphrase", _ => "kept apart" });
        table.Row("ledger", $"{Count(manifest.LedgerEntries)} entries, hash chain {manifest.LedgerChain}");
        table.Row("evidence log", $"{Count(manifest.EvidenceSize)} entries");
        return table;
    }

    static async Task<int> Said(Func<Task> work)
    {
        try
        {
            await work();
            return 0;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JournalDamagedException or DbException or InvalidDataException or CryptographicException)
        {
            throw new CommandFailed(failure.Message);
        }
    }

    static string? PassphraseIn(ParseResult parsed)
    {
        if (parsed.GetValue(Passphrase) is not { } path) return null;
        using var reader = new StreamReader(NamedFile.Open(path));
        return reader.ReadLine() is { Length: > 0 } line ? line : throw new CommandFailed($"The first line of {path} is empty; it should be the passphrase.");
    }

    static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
