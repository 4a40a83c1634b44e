using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Pujiang.Platform;

/// <summary>Base 64 as RFC 4648 section 4 writes it, and no other spelling of the same bytes.</summary>
static class Base64
{
    public static bool TryDecode(string text, out byte[] bytes)
    {
        var buffer = new byte[text.Length];
        var right = Convert.TryFromBase64String(text, buffer, out var length);
        bytes = buffer[..length];
        return right && Convert.ToBase64String(bytes) == text;
    }
}

/// <summary>One signature line of a note: "— name base64(key id || signature)".</summary>
sealed record NoteSignature(string Name, uint KeyId, byte[] Signature)
{
    const string Dash = "— ";

    public override string ToString()
    {
        var bytes = new byte[4 + Signature.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, KeyId);
        Signature.CopyTo(bytes, 4);
        return $"{Dash}{Name} {Convert.ToBase64String(bytes)}";
    }

    public static bool TryParse(string line, [NotNullWhen(true)] out NoteSignature? signature)
    {
        signature = null;
        if (!line.StartsWith(Dash, StringComparison.Ordinal)) return false;
        var parts = line[Dash.Length..].Split(' ');
        if (parts.Length != 2 || !NoteKey.IsName(parts[0]) || !Base64.TryDecode(parts[1], out var bytes) || bytes.Length <= 4) return false;
        signature = new NoteSignature(parts[0], BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes[4..]);
        return true;
    }

    public bool IsBy(NoteKey key) => Name == key.Name && KeyId == key.Id;
}

/// <summary>A signed tree head in the form of C2SP tlog-checkpoint: what the log says it holds, and who says so.</summary>
public sealed class Checkpoint
{
    const int LongestNote = 64 * 1024;
    const int MostSignatures = 64;

    Checkpoint(string text, IReadOnlyList<NoteSignature> signatures, string origin, long size, byte[] root) =>
        (Text, Signatures, Origin, Size, Root) = (text, signatures, origin, size, root);

    /// <summary>What is signed: origin, size, root, each on a line.</summary>
    internal string Text { get; }

    internal IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>The name of the log.</summary>
    public string Origin { get; }

    /// <summary>Number of leaves.</summary>
    public long Size { get; }

    /// <summary>Root hash over all leaves, 32 bytes.</summary>
    public byte[] Root { get; }

    /// <summary>The whole note, as it is passed on.</summary>
    public override string ToString() => $"{Text}\n{string.Concat(Signatures.Select(signature => $"{signature}\n"))}";

    internal static Checkpoint Sign(string origin, long size, byte[] root, IEnumerable<NoteSigner> signers, DateTime now)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{origin}\n{size}\n{Convert.ToBase64String(root)}\n");
        return new Checkpoint(text, [.. signers.Select(signer => Parsed(signer.Sign(text, now)))], origin, size, root);
    }

    /// <summary>The same checkpoint with more signature lines; those of the same key are replaced.</summary>
    internal Checkpoint With(IReadOnlyList<NoteSignature> more) =>
        new(Text, [.. Signatures.Where(old => !more.Any(line => line.Name == old.Name && line.KeyId == old.KeyId)), .. more], Origin, Size, Root);

    static NoteSignature Parsed(string line) =>
        NoteSignature.TryParse(line, out var signature) ? signature : throw new InvalidOperationException($"'{line}' is no signature line.");

    /// <summary>Reads a note; says what is wrong with it when it is none. No signature is checked.</summary>
    public static Outcome<Checkpoint> Parse(string note)
    {
        static Refusal Wrong(string reason) => new("checkpoint_unreadable", $"The checkpoint can't be read: {reason}");
        if (note.Length > LongestNote) return Wrong($"it has more than {LongestNote:N0} characters.");
        if (note.Any(c => c < ' ' && c != '\n')) return Wrong("it holds control characters.");
        var end = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0 || !note.EndsWith('\n')) return Wrong("after the text comes an empty line and then lines of signatures, each ended by a newline.");
        var (text, lines) = (note[..(end + 1)], note[(end + 2)..].Split('\n')[..^1]);
        var signatures = new List<NoteSignature>();
        foreach (var line in lines)
            if (NoteSignature.TryParse(line, out var signature)) signatures.Add(signature);
            else return Wrong($"'{line}' is no signature line (\"— name base64\").");
        if (signatures.Count is 0 or > MostSignatures) return Wrong($"it has {signatures.Count} signatures; 1 to {MostSignatures} are right.");
        var head = text.Split('\n')[..^1];
        if (head.Length < 3 || head.Any(line => line.Length == 0)) return Wrong("the text has fewer than three lines, or an empty one.");
        if (!long.TryParse(head[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size) || head[1] != size.ToString(CultureInfo.InvariantCulture))
            return Wrong($"the second line, '{head[1]}', is no size.");
        if (!Base64.TryDecode(head[2], out var root) || root.Length != Merkle.HashBytes) return Wrong("the third line is no root hash (32 bytes in base 64).");
        return new Checkpoint(text, signatures, head[0], size, root);
    }

    /// <summary>The keys among these whose signature is there and right.</summary>
    public IReadOnlyList<NoteKey> SignedBy(IEnumerable<NoteKey> keys) =>
        [.. keys.Where(key => Signatures.Any(line => line.IsBy(key) && key.Verify(Text, line.Signature)))];

    /// <summary>The keys among these whose signature is there and wrong: then the whole note is not to be trusted.</summary>
    public IReadOnlyList<NoteKey> ForgedFor(IEnumerable<NoteKey> keys) =>
        [.. keys.Where(key => Signatures.Any(line => line.IsBy(key) && !key.Verify(Text, line.Signature)))];

    /// <summary>When this witness has signed (UTC, whole seconds), or null when it has not.</summary>
    public DateTime? WitnessedAt(NoteKey witness) =>
        Signatures.FirstOrDefault(line => line.IsBy(witness) && witness.Verify(Text, line.Signature)) is { } line
            ? DateTimeOffset.FromUnixTimeSeconds(Cosignatures.TimeOf(line.Signature)).UtcDateTime : null;
}

/// <summary>What a witness signs (C2SP tlog-cosignature, "cosignature/v1").</summary>
static class Cosignatures
{
    public static byte[] Message(string text, long seconds) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {seconds}\n{text}"));

    /// <summary>Seconds since 1970.</summary>
    public static long TimeOf(ReadOnlySpan<byte> signature) => BinaryPrimitives.ReadInt64BigEndian(signature);

    public static byte[] WithTime(long seconds, byte[] signature)
    {
        var timed = new byte[8 + signature.Length];
        BinaryPrimitives.WriteInt64BigEndian(timed, seconds);
        signature.CopyTo(timed, 8);
        return timed;
    }
}
