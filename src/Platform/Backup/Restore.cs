using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Ledger;

namespace Pujiang.Platform;

/// <summary>What a restored bank holds, after everything in it was compared.</summary>
/// <param name="Documents">Documents whose content is kept.</param>
/// <param name="MissingDocuments">Of those, how many contents are not in the backup: they were deleted while it was taken.</param>
/// <param name="CaughtUp">Entries that the database learned from the ledger, which is the newer of the two.</param>
public sealed record RestoreReport(BackupManifest Manifest, long Accounts, int Documents, int MissingDocuments, long CaughtUp);

/// <summary>Makes a bank of a backup, in a new folder and, for PostgreSQL, an empty database, and proves that its parts fit.</summary>
/// <param name="compose">Makes the services of a bank with these options, as the host does.</param>
public sealed class Restore(Func<PlatformOptions, ServiceProvider> compose, Action<string> say)
{
    /// <param name="folder">The backup.</param>
    /// <param name="target">Where the bank shall be: its data folder and, for PostgreSQL, its database.</param>
    /// <param name="passphrase">Opens the keys, if they are sealed.</param>
    /// <param name="keys">Folder of the keys, if they were kept apart.</param>
    /// <exception cref="BackupRefusedException">It can't be restored. No data folder was made.</exception>
    public async Task<RestoreReport> Run(string folder, PlatformOptions target, string? passphrase, string? keys, CancellationToken cancel)
    {
        var manifest = BackupManifest.Read(folder);
        await Require(manifest, target, passphrase, keys, cancel);
        say($"Comparing {manifest.Files.Count:N0} files with the manifest ...");
        await manifest.Verify(folder, say, cancel);

        // Beside its place until all is there: what was interrupted is never taken for a bank.
        var place = Path.GetFullPath(target.DataFolder).TrimEnd('/');
        var unfinished = target with { DataFolder = place + ".restoring" };
        if (Directory.Exists(unfinished.DataFolder)) Directory.Delete(unfinished.DataFolder, recursive: true);
        BackupFiles.CreatePrivate(unfinished.DataFolder);
        say("The keys ...");
        await BringKeys(manifest, folder, unfinished, passphrase, keys, cancel);
        manifest.RequireSignature(EvidenceModule.SignerIn(unfinished.EvidenceKeys));
        say("The files ...");
        await BringFiles(manifest, folder, unfinished, cancel);
        say("The database ...");
        await DatabaseCopies.Restore(Path.Combine(folder, manifest.DatabaseFile), unfinished, cancel);
        say("Checking ledger, evidence, documents and what the database has not heard of yet ...");
        RequireLedger(manifest, unfinished);
        var report = await Check(manifest, unfinished, cancel);
        if (Directory.Exists(place)) Directory.Delete(place);
        Directory.Move(unfinished.DataFolder, place);
        return report;
    }

    static async Task Require(BackupManifest manifest, PlatformOptions target, string? passphrase, string? keys, CancellationToken cancel)
    {
        if (File.Exists(target.DataFolder)) throw new BackupRefusedException($"{target.DataFolder} is a file. Name a new folder.");
        if (Directory.Exists(target.DataFolder) && Directory.EnumerateFileSystemEntries(target.DataFolder).Any())
            throw new BackupRefusedException($"{target.DataFolder} is not empty: there may be a bank in it. Name a new folder.");
        if (manifest.Database != DatabaseCopies.KindOf(target))
            throw new BackupRefusedException(target.PostgreSql is null
                ? "The backup has a PostgreSQL database. Name an empty one by Pujiang__PostgreSql."
                : "The backup has an SQLite database, but Pujiang__PostgreSql names one of PostgreSQL. Unset it.");
        if (manifest.Keys == KeyKeeping.Sealed && passphrase is null)
            throw new BackupRefusedException("The keys of this backup are sealed. Name the file with the passphrase: --passphrase-file FILE.");
        if (manifest.Keys == KeyKeeping.Apart && keys is null)
            throw new BackupRefusedException("The keys are not in this backup. Name the folder in which you keep them: --keys DIR.");
        if (keys is not null && !Directory.Exists(keys)) throw new BackupRefusedException($"There is no folder of keys {keys}.");
        if (target.PostgreSql is { } connection) await DatabaseCopies.RequireEmpty(connection, cancel);
    }

    static async Task BringKeys(BackupManifest manifest, string folder, PlatformOptions target, string? passphrase, string? keys, CancellationToken cancel)
    {
        var place = Path.Combine(target.DataFolder, "keys");
        BackupFiles.CreatePrivate(place);
        if (keys is not null)
            foreach (var path in BackupFiles.Below(keys)) _ = await BackupFiles.Copy(Path.Combine(keys, path), Path.Combine(place, path), path, long.MaxValue, cancel);
        else if (manifest.Keys == KeyKeeping.Sealed)
            SealedKeys.Open(await File.ReadAllBytesAsync(Path.Combine(folder, manifest.KeysPath!), cancel), passphrase!, place);
        else
            foreach (var file in manifest.Files.Where(file => file.Path.StartsWith($"{manifest.KeysPath}/", StringComparison.Ordinal)))
                await Bring(file, folder, Path.Combine(place, file.Path[(manifest.KeysPath!.Length + 1)..]), cancel);
        MakePrivate(place);
    }

    static async Task BringFiles(BackupManifest manifest, string folder, PlatformOptions target, CancellationToken cancel)
    {
        foreach (var file in manifest.Files.Where(file => file.Path.Contains('/')))
            if (file.Path.StartsWith($"{manifest.OtherFolder}/", StringComparison.Ordinal))
                await Bring(file, folder, Path.Combine(target.DataFolder, file.Path[(manifest.OtherFolder.Length + 1)..]), cancel);
            else if (!file.Path.StartsWith($"{manifest.KeysPath}/", StringComparison.Ordinal))
                await Bring(file, folder, Path.Combine(target.DataFolder, file.Path), cancel);
        if (manifest.Checkpoint.Length > 0) BackupFiles.WriteWhole(Path.Combine(target.EvidenceFolder, "checkpoint"), Encoding.UTF8.GetBytes(manifest.Checkpoint));
        if (manifest.WitnessedCheckpoint.Length > 0)
            BackupFiles.WriteWhole(Path.Combine(target.EvidenceFolder, "checkpoint.witnessed"), Encoding.UTF8.GetBytes(manifest.WitnessedCheckpoint));
    }

    static async Task Bring(BackupFile file, string folder, string place, CancellationToken cancel)
    {
        if (await BackupFiles.Copy(Path.Combine(folder, file.Path), place, file.Path, file.Bytes, cancel) != file) throw BackupManifest.Differs(file.Path, folder);
    }

    /// <summary>Whoever kept the keys apart may have kept them less closed than the bank wants them.</summary>
    static void MakePrivate(string keys)
    {
        if (OperatingSystem.IsWindows()) return;
        const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (var folder in Directory.EnumerateDirectories(keys, "*", SearchOption.AllDirectories).Prepend(keys)) System.IO.File.SetUnixFileMode(folder, File | UnixFileMode.UserExecute);
        foreach (var file in Directory.EnumerateFiles(keys, "*", SearchOption.AllDirectories)) System.IO.File.SetUnixFileMode(file, File);
    }

    static void RequireLedger(BackupManifest manifest, PlatformOptions target)
    {
        var ledger = Book.Verify(target.LedgerFolder);
        if (!ledger.IsSound) throw new BackupRefusedException($"The ledger of the backup is damaged: {ledger.Damage}");
        if (ledger.Entries != manifest.LedgerEntries || ledger.Chain != manifest.LedgerChain)
            throw new BackupRefusedException($"The ledger has {ledger.Entries:N0} entries with the hash {ledger.Chain}; the manifest says {manifest.LedgerEntries:N0} and {manifest.LedgerChain}.");
    }

    /// <summary>Opens the bank as its next start will, without background work, and lets the database hear of what it has missed.</summary>
    async Task<RestoreReport> Check(BackupManifest manifest, PlatformOptions options, CancellationToken cancel)
    {
        await using var bank = compose(options);
        var ledger = bank.GetRequiredService<ILedger>();
        await PlatformModule.PrepareDatabase(bank, cancel);
        await using var scope = bank.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CityDb>();
        await RequireEvidence(manifest, options, bank, db, cancel);
        var missed = 0L;
        foreach (var follower in bank.GetServices<LedgerFollower>())
        {
            var position = await db.Set<FollowerPosition>().Where(p => p.Service == follower.Service).Select(p => p.Sequence).SingleOrDefaultAsync(cancel);
            if (position > ledger.LastSequence)
                throw new BackupRefusedException($"The tables of {follower.Service} know {position:N0} entries of the ledger, but it has {ledger.LastSequence:N0}: they are of two backups.");
            await follower.CatchUp(cancel);
            missed = Math.Max(missed, ledger.LastSequence - position);
        }
        var (documents, missing) = await Documents(db, bank.GetRequiredService<DocumentVault>(), cancel);
        var report = new RestoreReport(manifest, (await ledger.TrialBalance(cancel)).Sum(line => (long)line.Accounts), documents, missing, missed);
        // A file that is moved must not be open.
        if (db.Database.GetDbConnection() is SqliteConnection sqlite) SqliteConnection.ClearPool(sqlite);
        return report;
    }

    static async Task RequireEvidence(BackupManifest manifest, PlatformOptions options, ServiceProvider bank, CityDb db, CancellationToken cancel)
    {
        if (manifest.Checkpoint.Length == 0) return;
        var log = bank.GetRequiredService<EvidenceLog>();
        if (log.Head.Size != manifest.EvidenceSize || log.Head.Checkpoint.ToString() != manifest.Checkpoint)
            throw new BackupRefusedException($"The evidence log has {log.Head.Size:N0} entries; the manifest says {manifest.EvidenceSize:N0}.");
        if (!log.RootAt(log.Head.Size).AsSpan().SequenceEqual(log.Head.Checkpoint.Root))
            throw new BackupRefusedException($"The tiles in {options.EvidenceFolder} do not add up to the checkpoint's root.");
        var known = await db.Set<EvidencePosition>().Select(p => p.Size).SingleOrDefaultAsync(cancel);
        if (known > log.Head.Size)
            throw new BackupRefusedException($"The tables know {known:N0} entries of the evidence log, but it has {log.Head.Size:N0}: they are of two backups.");
    }

    static async Task<(int Kept, int Missing)> Documents(CityDb db, DocumentVault vault, CancellationToken cancel)
    {
        var addresses = await db.Set<Document>().Where(d => d.State != DocumentState.Deleted).Select(d => d.Address).ToListAsync(cancel);
        // Opening proves that the keys are the right ones.
        foreach (var address in addresses.Where(vault.Has)) await vault.Open(address).DisposeAsync();
        return (addresses.Count, addresses.Count(address => !vault.Has(address)));
    }
}
