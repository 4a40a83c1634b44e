using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>What people ask about evidence: what there is for a reference, and the proof of it.</summary>
public sealed class EvidenceBook(CityDb db, EvidenceLog log, EvidenceWitnesses witnesses)
{
    /// <summary>A record as it is shown.</summary>
    /// <param name="LeafIndex">Its index in the log; null while it waits, for a second or two.</param>
    public sealed record Line(long Number, string Kind, string Reference, string ContentHash, DateTime RecordedAt, long? LeafIndex);

    static readonly Refusal Unknown = new("evidence_unknown", "There is no evidence with this reference. Write it exactly as you were given it.", "reference");
    static readonly Refusal Waiting = new("evidence_waiting", "The record is saved, but not yet in the log. Ask again in a second.");

    /// <summary>What is recorded for exactly this reference, oldest first.</summary>
    public async Task<IReadOnlyList<Line>> Of(string reference, CancellationToken cancel) =>
        [.. (await db.Set<EvidenceRecord>().AsNoTracking().Where(r => r.Reference == reference).OrderBy(r => r.Number).Take(1_000).ToListAsync(cancel)).Select(LineOf)];

    /// <summary>The newest records, newest first, of whatever reference: for those who may see all.</summary>
    public async Task<IReadOnlyList<Line>> Newest(int take, CancellationToken cancel) =>
        [.. (await db.Set<EvidenceRecord>().AsNoTracking().OrderByDescending(r => r.Number).Take(take).ToListAsync(cancel)).Select(LineOf)];

    /// <summary>The proof that a reference's record is in the log.</summary>
    /// <param name="number">Which of several; null for the newest.</param>
    public async Task<Outcome<EvidenceProof>> Prove(string reference, long? number, CancellationToken cancel)
    {
        var record = await db.Set<EvidenceRecord>().AsNoTracking()
            .Where(r => r.Reference == reference && (number == null || r.Number == number)).OrderByDescending(r => r.Number).FirstOrDefaultAsync(cancel);
        if (record is null) return Unknown;
        return record.LeafIndex is { } index ? ProofOf(index) : Waiting;
    }

    /// <summary>The proof for a leaf.</summary>
    public Outcome<EvidenceProof> Prove(long index) =>
        index >= 0 && index < log.Head.Size ? ProofOf(index)
            : new Refusal("evidence_index_unknown", $"The log has the entries 0 to {log.Head.Size - 1}; {index} is none of them.", "index", $"{log.Head.Size - 1}");

    /// <summary>The proof that the log as it is begins with all it held at a smaller size.</summary>
    public Outcome<EvidenceProof> ProveConsistency(long from)
    {
        var to = log.Head.Checkpoint;
        if (from < 0 || from > to.Size)
            return new Refusal("evidence_size_unknown", $"The log has had the sizes 0 to {to.Size}; {from} is none of them.", "from", $"{to.Size}");
        return new EvidenceProof
        {
            Format = EvidenceProof.Consistency,
            EarlierSize = from,
            EarlierRoot = Convert.ToBase64String(log.RootAt(from)),
            Proof = Texts(log.ProveConsistency(from, to.Size)),
            Checkpoint = to.ToString(),
            LogKeys = [.. log.Keys.Select(key => key.ToString())],
            WitnessKeys = witnesses.KeysOf(to),
        };
    }

    EvidenceProof ProofOf(long index)
    {
        // A checkpoint with a witness's signature says more than a newer one without.
        var (newest, witnessed) = (log.Head.Checkpoint, log.Head.Witnessed);
        var checkpoint = witnessed?.Size > index ? witnessed : newest;
        return new EvidenceProof
        {
            Format = EvidenceProof.Inclusion,
            Entry = System.Text.Encoding.UTF8.GetString(log.Read(index).Span),
            Index = index,
            Proof = Texts(log.ProveInclusion(index, checkpoint.Size)),
            Checkpoint = checkpoint.ToString(),
            LogKeys = [.. log.Keys.Select(key => key.ToString())],
            WitnessKeys = witnesses.KeysOf(checkpoint),
        };
    }

    static IReadOnlyList<string> Texts(IReadOnlyList<byte[]> hashes) => [.. hashes.Select(hash => Convert.ToBase64String(hash))];

    static Line LineOf(EvidenceRecord record) =>
        new(record.Number, record.Kind, record.Reference, Convert.ToHexStringLower(record.ContentHash), record.RecordedAt, record.LeafIndex);
}
