using System.Globalization;
using Pujiang.Ledger;

namespace Pujiang.Platform;

/// <summary>What a backup does with the keys.</summary>
/// <param name="Passphrase">Seals them; null to copy them as they are.</param>
/// <param name="Apart">Leaves them out.</param>
public sealed record BackupKeys(string? Passphrase, bool Apart)
{
    public KeyKeeping Keeping => Apart ? KeyKeeping.Apart : Passphrase is null ? KeyKeeping.Plain : KeyKeeping.Sealed;
}

/// <summary>Copies the whole bank into a folder while it runs.</summary>
/// <remarks>
/// The order makes the parts fit. Database first: one that is older than the rest catches up by itself, from the ledger's stream.
/// Then the evidence log, which may hold more than the database knows, but never less; then documents, of which each row's file
/// was there before the row; then keys, which only ever become more; the ledger last. Ledger, evidence and documents only grow, so
/// a later backup into the same folder adds what is new; the earlier one stays whole until the new manifest stands.
/// </remarks>
public sealed class Backup(PlatformOptions options, TimeProvider clock, Action<string> say)
{
    const string Ledger = "ledger", Evidence = "evidence", Documents = "documents", LockName = "lock";

    /// <summary>Parts of the data folder that are copied in a way of their own, what belongs to the running process alone, and the demo city, which is not the bank.</summary>
    static readonly string[] NotOther = [Ledger, Evidence, Documents, "keys", "incoming", "city", "city.db", "city.db-wal", "city.db-shm", ServerAddress.FileName];

    readonly List<BackupFile> _files = [];
    readonly BackupProgress _progress = new(say, "copied");
    IReadOnlyDictionary<string, BackupFile> _earlier = new Dictionary<string, BackupFile>(StringComparer.Ordinal);
    string _folder = "";

    /// <param name="folder">A new folder, or one with an earlier backup.</param>
    /// <exception cref="BackupRefusedException">It can't be taken; what was there before is still whole.</exception>
    public async Task<BackupManifest> Take(string folder, BackupKeys keys, CancellationToken cancel)
    {
        _folder = Path.GetFullPath(folder);
        Require(keys);
        BackupFiles.CreatePrivate(_folder);
        using var one = OneAtATime();
        if (File.Exists(Path.Combine(_folder, BackupManifest.FileName))) _earlier = BackupManifest.Read(_folder).Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        var began = clock.UtcNow();
        var stamp = began.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);

        say("The database ...");
        var database = await Database(stamp, cancel);
        say("The evidence log ...");
        var evidence = await EvidenceCopy.Take(options.EvidenceFolder, path => Keep($"{Evidence}/{path}", Path.Combine(options.EvidenceFolder, path), cancel));
        _files.AddRange(evidence.Files);
        say("The documents ...");
        await AddAll(Path.Combine(options.DataFolder, Documents), Documents, path => !path.StartsWith("incoming/", StringComparison.Ordinal), cancel);
        say("The keys and what else there is ...");
        var keysPath = await Keys(stamp, keys, cancel);
        await AddAll(options.DataFolder, $"other-{stamp}", path => !NotOther.Contains(path.Split('/')[0], StringComparer.Ordinal) && Path.GetFileName(path) != "lock", cancel);
        say("The ledger ...");
        var ledger = await Task.Run(() => Book.Backup(options.LedgerFolder, Path.Combine(_folder, Ledger)), cancel);
        await AddCopied(BackupFiles.Below(Path.Combine(_folder, Ledger)).Select(path => $"{Ledger}/{path}"), cancel);

        var manifest = new BackupManifest(
            BackupManifest.CurrentFormat, began, DatabaseCopies.KindOf(options), database, keys.Keeping, keysPath, $"other-{stamp}",
            ledger.Entries, ledger.Chain, evidence.Size, evidence.Checkpoint, evidence.Witnessed, [.. _files]);
        manifest.Write(_folder, EvidenceModule.SignerIn(options.EvidenceKeys));
        RemoveOthers();
        return manifest;
    }

    void Require(BackupKeys keys)
    {
        if (!Directory.Exists(options.LedgerFolder)) throw new BackupRefusedException($"There is no bank in {options.DataFolder}.");
        var (from, to) = (Path.GetFullPath(options.DataFolder).TrimEnd('/') + "/", _folder.TrimEnd('/') + "/");
        if (to.StartsWith(from, StringComparison.Ordinal) || from.StartsWith(to, StringComparison.Ordinal))
            throw new BackupRefusedException($"The backup {_folder} would lie in the data folder, or around it. Name a folder elsewhere, best on another machine.");
        if (keys is { Apart: false, Passphrase: { Length: < SealedKeys.ShortestPassphrase } passphrase })
            throw new BackupRefusedException($"The passphrase has {passphrase.Length} characters; {SealedKeys.ShortestPassphrase} are the fewest.");
        if (File.Exists(_folder)) throw new BackupRefusedException($"{_folder} is a file. Name a folder.");
        if (Directory.Exists(_folder) && Directory.EnumerateFileSystemEntries(_folder).Any()
            && !File.Exists(Path.Combine(_folder, BackupManifest.FileName)) && !File.Exists(Path.Combine(_folder, LockName)))
            throw new BackupRefusedException($"{_folder} holds something else than a backup. Name a new folder, or one with an earlier backup.");
    }

    FileStream OneAtATime()
    {
        try
        {
            return new FileStream(Path.Combine(_folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException busy)
        {
            throw new BackupRefusedException($"Another backup into {_folder} is under way.", busy);
        }
    }

    async Task<string> Database(string stamp, CancellationToken cancel)
    {
        var name = options.PostgreSql is null ? $"database-{stamp}.db" : $"database-{stamp}.dump";
        await DatabaseCopies.Copy(options, Path.Combine(_folder, name), cancel);
        await AddCopied([name], cancel);
        return name;
    }

    async Task<string?> Keys(string stamp, BackupKeys keys, CancellationToken cancel)
    {
        var (from, name) = (Path.Combine(options.DataFolder, "keys"), $"keys-{stamp}");
        if (keys.Keeping == KeyKeeping.Apart) return null;
        if (keys.Keeping == KeyKeeping.Plain)
        {
            await AddAll(from, name, _ => true, cancel);
            return name;
        }
        BackupFiles.WriteWhole(Path.Combine(_folder, $"{name}.sealed"), SealedKeys.Seal(from, keys.Passphrase!));
        await AddCopied([$"{name}.sealed"], cancel);
        return $"{name}.sealed";
    }

    async Task AddAll(string from, string name, Func<string, bool> isWanted, CancellationToken cancel)
    {
        foreach (var path in BackupFiles.Below(from).Where(isWanted))
            try
            {
                _files.Add(await Keep($"{name}/{path}", Path.Combine(from, path), cancel));
            }
            catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
            {
                // Deleted since the folder was listed, as documents are whose time is over.
            }
    }

    /// <summary>Copies a file, unless an earlier backup has it as it was then: what has a name here is never changed.</summary>
    async Task<BackupFile> Keep(string path, string source, CancellationToken cancel)
    {
        var target = Path.Combine(_folder, path);
        if (_earlier.TryGetValue(path, out var known) && new FileInfo(source).Length == known.Bytes && File.Exists(target)
            && new FileInfo(target).Length == known.Bytes && await BackupFiles.Sha256(target, known.Bytes, cancel) == known.Sha256)
            return known;
        var copy = await BackupFiles.Copy(source, target, path, long.MaxValue, cancel);
        _progress.Add(copy.Bytes);
        return copy;
    }

    /// <summary>Adds files that are in the backup's folder already.</summary>
    async Task AddCopied(IEnumerable<string> paths, CancellationToken cancel)
    {
        foreach (var path in paths)
        {
            var bytes = new FileInfo(Path.Combine(_folder, path)).Length;
            _files.Add(new BackupFile(path, bytes, await BackupFiles.Sha256(Path.Combine(_folder, path), bytes, cancel)));
            _progress.Add(bytes);
        }
    }

    /// <summary>Removes what only earlier manifests named, or an interrupted backup left: also documents whose time is over.</summary>
    void RemoveOthers()
    {
        var named = _files.Select(file => file.Path).Append(BackupManifest.FileName).Append(LockName).ToHashSet(StringComparer.Ordinal);
        foreach (var path in BackupFiles.Below(_folder).Where(path => !named.Contains(path))) File.Delete(Path.Combine(_folder, path));
        foreach (var folder in Directory.EnumerateDirectories(_folder, "*", SearchOption.AllDirectories).OrderByDescending(folder => folder.Length))
            if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }
}
