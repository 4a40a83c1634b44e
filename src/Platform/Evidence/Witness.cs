using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pujiang.Platform;

/// <summary>What a witness answers over HTTP.</summary>
/// <param name="Status">As C2SP tlog-witness says: 200, 400, 403, 404, 409, 422.</param>
public sealed record WitnessAnswer(int Status, string ContentType, string Body);

/// <summary>
/// The other side of a log: it signs a checkpoint only when the log still holds all that it held at the last one it signed
/// (C2SP tlog-witness, <c>add-checkpoint</c>). So a log can't show one past to some and another to others.
/// </summary>
/// <remarks>It keeps, for each log, the log's public keys and the last checkpoint it signed, in files of one folder.</remarks>
public sealed class Witness
{
    /// <summary>The type of an answer that holds the size signed last, by which the log sees from where its proof must begin.</summary>
    public const string SizeType = "text/x.tlog.size";

    const string Text = "text/plain; charset=utf-8";
    const int LargestBody = 128 * 1024;

    readonly NoteSigner _signer;
    readonly string _folder;
    readonly TimeProvider _clock;
    readonly Lock _one = new();

    /// <param name="signer">A key of the kind <see cref="NoteKeyKind.Cosignature"/>.</param>
    public Witness(NoteSigner signer, string folder, TimeProvider clock)
    {
        if (signer.Key.Kind != NoteKeyKind.Cosignature) throw new ArgumentException("A witness signs with a key for cosignatures.", nameof(signer));
        (_signer, _folder, _clock) = (signer, folder, clock);
        Directory.CreateDirectory(folder);
    }

    /// <summary>The public key by which its signatures are checked.</summary>
    public NoteKey Key => _signer.Key;

    /// <summary>A log that this witness watches, and the last checkpoint it signed for it; null when there is none yet.</summary>
    public sealed record Watched(string Origin, IReadOnlyList<NoteKey> Keys, Checkpoint? Last);

    /// <summary>All that it watches.</summary>
    public IReadOnlyList<Watched> Logs
    {
        get
        {
            lock (_one)
                return [.. Directory.EnumerateFiles(_folder, "*.keys").Order(StringComparer.Ordinal).Select(Load)];
        }
    }

    /// <summary>From now on this log is watched. The first keys that are given for an origin stay; others are refused.</summary>
    /// <param name="vkeys">Public keys of one log, each on a line.</param>
    public Outcome<Watched> Watch(string vkeys)
    {
        var lines = vkeys.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var keys = lines.Take(8).Select(line => NoteKey.TryParse(line, out var key) ? key : null).OfType<NoteKey>().ToList();
        if (keys.Count == 0 || keys.Count != lines.Length || keys.Exists(key => key.Name != keys[0].Name || key.Kind == NoteKeyKind.Cosignature))
            return new Refusal("log_keys_invalid", "Send 1 to 8 public keys of one log, each on a line (\"name+hash+base64\").");
        lock (_one)
        {
            var file = FileOf(keys[0].Name, "keys");
            if (!File.Exists(file)) Write(file, string.Concat(keys.Select(key => $"{key}\n")));
            var watched = Load(file);
            return watched.Keys.Select(key => key.ToString()).SequenceEqual(keys.Select(key => key.ToString()), StringComparer.Ordinal) ? watched
                : new Refusal("log_keys_differ", "This log is watched with other keys. Who changes them must ask the witness's operator.");
        }
    }

    /// <summary>Answers <c>POST add-checkpoint</c>.</summary>
    /// <param name="body">"old" and a size, the hashes of a consistency proof, an empty line, a checkpoint.</param>
    public WitnessAnswer AddCheckpoint(string body)
    {
        if (body.Length > LargestBody || !TryRead(body, out var old, out var proof, out var note)) return new(400, Text, "The request is not in the form of tlog-witness add-checkpoint.\n");
        if (!Checkpoint.Parse(note).Try(out var checkpoint, out var refusal)) return new(400, Text, refusal.Reason + "\n");
        lock (_one)
        {
            if (FileOf(checkpoint.Origin, "keys") is var keys && !File.Exists(keys)) return new(404, Text, "This witness does not watch that log.\n");
            var watched = Load(keys);
            if (checkpoint.SignedBy(watched.Keys).Count == 0) return new(403, Text, "The checkpoint is not signed by a key of that log.\n");
            if (old > checkpoint.Size) return new(400, Text, "The old size is larger than the checkpoint's.\n");
            var (size, root) = watched.Last is { } last ? (last.Size, last.Root) : (0, SHA256.HashData([]));
            if (old != size) return new(409, SizeType, string.Create(CultureInfo.InvariantCulture, $"{size}\n"));
            if (old == checkpoint.Size && !root.AsSpan().SequenceEqual(checkpoint.Root)) return new(409, Text, "Another root was signed for this size.\n");
            if (!Merkle.VerifyConsistency(old, checkpoint.Size, proof, root, checkpoint.Root)) return new(422, Text, "The consistency proof does not verify.\n");
            // Known to the disk before it is known to the world: a witness that forgets could sign two pasts.
            Write(FileOf(checkpoint.Origin, "checkpoint"), checkpoint.ToString());
            return new(200, Text, _signer.Sign(checkpoint.Text, _clock.UtcNow()) + "\n");
        }
    }

    static bool TryRead(string body, out long old, out List<byte[]> proof, out string note)
    {
        const string Old = "old ";
        const int MostHashes = 63;
        (old, proof, note) = (0, [], "");
        var end = body.IndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0) return false;
        note = body[(end + 2)..];
        var lines = body[..end].Split('\n');
        var size = lines[0].StartsWith(Old, StringComparison.Ordinal) ? lines[0][Old.Length..] : "";
        if (!long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out old) || size != old.ToString(CultureInfo.InvariantCulture)) return false;
        foreach (var line in lines.Skip(1))
            if (Base64.TryDecode(line, out var hash) && hash.Length == Merkle.HashBytes) proof.Add(hash);
            else return false;
        return proof.Count <= MostHashes;
    }

    Watched Load(string keysFile)
    {
        var keys = File.ReadAllLines(keysFile).Select(line => NoteKey.TryParse(line, out var key) ? key : throw new InvalidDataException($"{keysFile} holds no keys.")).ToList();
        var checkpoint = Path.ChangeExtension(keysFile, "checkpoint");
        if (!File.Exists(checkpoint)) return new Watched(keys[0].Name, keys, null);
        return Checkpoint.Parse(File.ReadAllText(checkpoint)).Try(out var last, out _) ? new Watched(keys[0].Name, keys, last)
            : throw new InvalidDataException($"{checkpoint} holds no checkpoint.");
    }

    /// <summary>An origin may hold any character, a file name not.</summary>
    string FileOf(string origin, string extension) =>
        Path.Combine(_folder, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)).AsSpan(0, 16))}.{extension}");

    static void Write(string file, string text)
    {
        using (var stream = new FileStream(file + ".new", FileMode.Create, FileAccess.Write))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }
        File.Move(file + ".new", file, overwrite: true);
    }
}
