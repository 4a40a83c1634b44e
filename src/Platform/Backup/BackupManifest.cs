using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pujiang.Platform;

/// <summary>A file of a backup.</summary>
/// <param name="Path">Below the backup's folder, with "/".</param>
/// <param name="Bytes">How many of its bytes belong to this backup: a file of the ledger may have grown since.</param>
/// <param name="Sha256">Of those bytes, lower-case hexadecimal digits.</param>
public sealed record BackupFile(string Path, long Bytes, string Sha256);

/// <summary>How the keys of a backup are kept.</summary>
public enum KeyKeeping
{
    /// <summary>As files, like everything else.</summary>
    Plain = 1,

    /// <summary>In one file that a passphrase opens.</summary>
    Sealed,

    /// <summary>Not in the backup: whoever takes it keeps them elsewhere.</summary>
    Apart,
}

/// <summary>What a backup holds. Written last, in one step: a backup without it, or beside it, is none.</summary>
/// <remarks>
/// The file is JSON, an empty line, the SHA-256 of the JSON, and the signature of the evidence log's Ed25519 key over it in the form
/// of C2SP signed-note: the hash shows damage before anything else is believed, the signature that the bank itself took the backup.
/// </remarks>
/// <param name="TakenAt">UTC, when it began.</param>
/// <param name="Database">"sqlite" or "postgresql".</param>
/// <param name="DatabaseFile">Path of the database's copy.</param>
/// <param name="KeysPath">Path of the file of sealed keys, or of the folder of plain ones; null when they are apart.</param>
/// <param name="OtherFolder">Path of what else was in the data folder.</param>
/// <param name="LedgerEntries">Entries of the ledger.</param>
/// <param name="LedgerChain">The end of its hash chain, hexadecimal.</param>
/// <param name="EvidenceSize">Leaves of the evidence log.</param>
/// <param name="Checkpoint">Its signed checkpoint, a whole note; empty when there is no log.</param>
/// <param name="WitnessedCheckpoint">The newest one that a witness has signed, or empty.</param>
public sealed record BackupManifest(
    int Format, DateTime TakenAt, string Database, string DatabaseFile, KeyKeeping Keys, string? KeysPath, string OtherFolder,
    long LedgerEntries, string LedgerChain, long EvidenceSize, string Checkpoint, string WitnessedCheckpoint, IReadOnlyList<BackupFile> Files)
{
    public const int CurrentFormat = 1;
    public const string FileName = "manifest";
    const string HashLine = "sha256 ";

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The signature line that was read, or null.</summary>
    NoteSignature? _signature;
    string _text = "";

    /// <param name="signer">The evidence log's key; null when the bank has no log yet.</param>
    internal void Write(string folder, NoteSigner? signer)
    {
        var text = JsonSerializer.Serialize(this, Json) + "\n";
        var note = $"{text}\n{HashLine}{HashOf(text)}\n{(signer is null ? "" : signer.Sign(text, TakenAt) + "\n")}";
        BackupFiles.WriteWhole(Path.Combine(folder, FileName), Encoding.UTF8.GetBytes(note));
    }

    /// <exception cref="BackupRefusedException">There is none, it was damaged, or this version does not read it.</exception>
    public static BackupManifest Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) throw new BackupRefusedException($"There is no file {FileName} in {folder}: it is no backup, or it was interrupted before it was complete.");
        var note = File.ReadAllText(path);
        var end = note.IndexOf("\n\n", StringComparison.Ordinal) + 1;
        var (text, lines) = (note[..end], note[end..].Split('\n', StringSplitOptions.RemoveEmptyEntries));
        if (end == 0 || lines is not [var hash, ..] || hash != HashLine + HashOf(text)) throw Damaged(path);
        NoteSignature? signature = null;
        if (lines.Length > 2 || (lines.Length == 2 && !NoteSignature.TryParse(lines[1], out signature))) throw Damaged(path);
        return Parse(path, text, signature);
    }

    static BackupManifest Parse(string path, string text, NoteSignature? signature)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize<BackupManifest>(text, Json);
            if (manifest is not { Format: CurrentFormat })
                throw new BackupRefusedException($"{path} has the format {manifest?.Format}; this version reads {CurrentFormat}.");
            foreach (var file in manifest.Files) BackupFiles.RequireInside(file.Path);
            (manifest._text, manifest._signature) = (text, signature);
            return manifest;
        }
        catch (JsonException broken)
        {
            throw new BackupRefusedException($"{path} can't be read: {broken.Message}", broken);
        }
    }

    /// <summary>Compares the signature with the key of the bank whose keys these are.</summary>
    /// <exception cref="BackupRefusedException">Another bank took this backup, or somebody who has not its keys.</exception>
    internal void RequireSignature(NoteSigner? own)
    {
        if (own is null && _signature is null) return;
        if (own is null || _signature is null || !_signature.IsBy(own.Key) || !own.Key.Verify(_text, _signature.Signature))
            throw new BackupRefusedException($"The file {FileName} is not signed with the key of the evidence log that belongs to these keys: it was changed, or the keys are another bank's.");
    }

    /// <summary>Compares each file with its hash.</summary>
    /// <exception cref="BackupRefusedException">The first that is missing or differs.</exception>
    public async Task Verify(string folder, Action<string> say, CancellationToken cancel)
    {
        var progress = new BackupProgress(say, "compared");
        foreach (var file in Files)
        {
            var path = Path.Combine(folder, file.Path);
            if (!File.Exists(path)) throw new BackupRefusedException($"{file.Path} is missing in the backup {folder}. Nothing was restored; take another backup.");
            if (await BackupFiles.Sha256(path, file.Bytes, cancel) != file.Sha256) throw Differs(file.Path, folder);
            progress.Add(file.Bytes);
        }
    }

    internal static BackupRefusedException Differs(string path, string folder) =>
        new($"{path} in {folder} is not as it was when the backup was taken. Nothing was restored; take another backup.");

    static BackupRefusedException Damaged(string path) => new($"{path} is not as it was when the backup was taken: its hash differs. Take another backup.");

    static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

/// <summary>Why a backup can't be taken or restored: a sentence for who asked.</summary>
public sealed class BackupRefusedException : IOException
{
    public BackupRefusedException() { }
    public BackupRefusedException(string message) : base(message) { }
    public BackupRefusedException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>Says how far a long copy has come, so that nobody takes it for stuck.</summary>
sealed class BackupProgress(Action<string> say, string done)
{
    const int Files = 1_000;
    const long Bytes = 256L << 20;

    int _files;
    long _bytes, _told;

    public void Add(long bytes)
    {
        _files++;
        _bytes += bytes;
        if (_files % Files != 0 && _bytes - _told < Bytes) return;
        _told = _bytes;
        say(FormattableString.Invariant($"  {_files:N0} files, {_bytes / 1_000_000m:N0} MB {done}"));
    }
}
