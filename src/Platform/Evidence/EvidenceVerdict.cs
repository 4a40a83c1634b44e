using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pujiang.Platform;

/// <summary>What a proof proves, or what does not fit: sentences for people, in English.</summary>
/// <param name="IsProven">Everything fits, and a key signed it.</param>
/// <param name="Lines">What was found, in the order of the checks; the last says what is wrong when something is.</param>
public sealed record EvidenceVerdict(bool IsProven, IReadOnlyList<string> Lines)
{
    /// <summary>What else a proof shall be held against.</summary>
    /// <param name="Keys">Keys of the log that are known from elsewhere; empty to believe those in the proof.</param>
    /// <param name="Content">The content whose hash the entry must have; null to leave it out.</param>
    /// <param name="Earlier">A checkpoint from before, whose tree a proof of consistency must begin with; null to leave it out.</param>
    public sealed record Against(IReadOnlyList<NoteKey> Keys, byte[]? Content = null, Checkpoint? Earlier = null);

    /// <summary>Checks a proof; needs nothing but it.</summary>
    public static EvidenceVerdict Of(EvidenceProof proof, Against against)
    {
        var lines = new List<string>();
        if (Problem(proof, against, lines) is not { } problem) return new EvidenceVerdict(true, lines);
        lines.Add(problem);
        return new EvidenceVerdict(false, lines);
    }

    static string? Problem(EvidenceProof proof, Against against, List<string> lines)
    {
        if (!Checkpoint.Parse(proof.Checkpoint).Try(out var checkpoint, out var refusal)) return refusal.Reason;
        if (!TryHashes(proof.Proof, out var hashes)) return "A hash of the proof is no 32 bytes in base 64.";
        return (proof.Format == EvidenceProof.Inclusion
                ? InclusionProblem(proof, hashes, checkpoint, against, lines) : ConsistencyProblem(proof, hashes, checkpoint, against, lines))
            ?? SignatureProblem(proof, checkpoint, against, lines);
    }

    static string? InclusionProblem(EvidenceProof proof, List<byte[]> hashes, Checkpoint checkpoint, Against against, List<string> lines)
    {
        var (leaf, index) = (Encoding.UTF8.GetBytes(proof.Entry!), proof.Index!.Value);
        if (index < 0 || index >= checkpoint.Size)
            return Text($"The entry's index is {index}, but the log of the checkpoint has {checkpoint.Size} entries.");
        if (!Merkle.VerifyInclusion(Merkle.Leaf(leaf), index, checkpoint.Size, hashes, checkpoint.Root))
            return "The hashes do not lead from the entry to the checkpoint's root: the entry, its index or the proof was changed, or the proof belongs to another checkpoint.";
        if (EvidenceEntry.TryParse(leaf, out var entry))
            lines.Add(Text($"Entry {index} of the log says: {entry.Kind} {entry.Reference}, recorded {entry.RecordedAt:yyyy-MM-dd HH:mm:ss} UTC, SHA-256 of its content {Convert.ToHexStringLower(entry.ContentHash)}."));
        else if (against.Content is not null)
            return "The entry does not have the form of an evidence entry, so no content can be compared with it.";
        if (against.Content is { } content)
        {
            if (!SHA256.HashData(content).AsSpan().SequenceEqual(entry!.ContentHash))
                return Text($"The content given has the SHA-256 {Convert.ToHexStringLower(SHA256.HashData(content))}: it is not the content that was recorded.");
            lines.Add("The content given is, byte for byte, the content that was recorded.");
        }
        lines.Add(Text($"It is in the log {checkpoint.Origin} of {checkpoint.Size} entries with the root {Convert.ToBase64String(checkpoint.Root)}."));
        return null;
    }

    static string? ConsistencyProblem(EvidenceProof proof, List<byte[]> hashes, Checkpoint checkpoint, Against against, List<string> lines)
    {
        var size = proof.EarlierSize!.Value;
        if (!Base64.TryDecode(proof.EarlierRoot!, out var root) || root.Length != Merkle.HashBytes) return "The earlier root is no 32 bytes in base 64.";
        if (against.Earlier is { } earlier)
        {
            if (earlier.Origin != checkpoint.Origin) return Text($"The earlier checkpoint is one of {earlier.Origin}, the proof one of {checkpoint.Origin}.");
            if (earlier.Size != size || !earlier.Root.AsSpan().SequenceEqual(root))
                return Text($"The earlier checkpoint has {earlier.Size} entries and the root {Convert.ToBase64String(earlier.Root)}, but the proof begins at {size} entries and the root {proof.EarlierRoot}.");
            lines.Add("The proof begins at the earlier checkpoint given.");
        }
        if (!Merkle.VerifyConsistency(size, checkpoint.Size, hashes, root, checkpoint.Root))
            return Text($"The hashes do not show that the log of {checkpoint.Size} entries begins with the one of {size} entries: the proof was changed, or the log has rewritten its past.");
        lines.Add(Text($"The log {checkpoint.Origin} of {checkpoint.Size} entries holds, as its beginning and unchanged, the log of {size} entries with the root {proof.EarlierRoot}."));
        return null;
    }

    static string? SignatureProblem(EvidenceProof proof, Checkpoint checkpoint, Against against, List<string> lines)
    {
        if (!TryKeys(proof.LogKeys, out var named) || !TryKeys(proof.WitnessKeys, out var witnesses)) return "A public key in the proof can't be read.";
        var keys = against.Keys.Count > 0 ? against.Keys : named;
        if (keys.FirstOrDefault(key => key.Name != checkpoint.Origin) is { } other)
            return $"The key {other} is one of {other.Name}, but the checkpoint is one of {checkpoint.Origin}.";
        if (checkpoint.ForgedFor([.. keys, .. witnesses]) is { Count: > 0 } forged)
            return $"The signature of {forged[0].Name} ({NameOf(forged[0].Kind)}) is wrong: the checkpoint was changed after it was signed.";
        var signed = checkpoint.SignedBy(keys);
        if (signed.Count == 0)
            return against.Keys.Count > 0 ? "The checkpoint is not signed by the key given." : "The checkpoint is not signed by the log.";
        lines.AddRange(signed.Select(key => $"Signed by the log with {NameOf(key.Kind)}, key {key}."));
        lines.AddRange(witnesses.Where(w => checkpoint.WitnessedAt(w) is not null)
            .Select(w => Text($"Witnessed by {w.Name} on {checkpoint.WitnessedAt(w):yyyy-MM-dd HH:mm:ss} UTC, key {w}.")));
        if (against.Keys.Count == 0)
            lines.Add("The keys come from the proof itself: compare them with those that the bank publishes, or give the key with --key.");
        return null;
    }

    static bool TryHashes(IReadOnlyList<string> texts, out List<byte[]> hashes)
    {
        hashes = [];
        foreach (var text in texts)
            if (text is not null && Base64.TryDecode(text, out var hash) && hash.Length == Merkle.HashBytes) hashes.Add(hash);
        return hashes.Count == texts.Count;
    }

    static bool TryKeys(IReadOnlyList<string> texts, out List<NoteKey> keys)
    {
        keys = [];
        foreach (var text in texts)
            if (text is not null && NoteKey.TryParse(text, out var key)) keys.Add(key);
        return keys.Count == texts.Count;
    }

    static string NameOf(NoteKeyKind kind) => kind == NoteKeyKind.Sm2 ? "SM2 with SM3" : "Ed25519";

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
