using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pujiang.Platform;

/// <summary>
/// A proof as a file (JSON), that anybody can check without the bank: <c>./pujiang verify PROOF.json</c>. Hashes are in base 64, as in
/// checkpoints.
/// </summary>
public sealed record EvidenceProof
{
    public const string Inclusion = "pujiang-inclusion-proof/1", Consistency = "pujiang-consistency-proof/1";

    static readonly JsonSerializerOptions Written = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // The file is no part of a page, and people shall read it.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary><see cref="Inclusion"/> or <see cref="Consistency"/>.</summary>
    public required string Format { get; init; }

    /// <summary>The leaf's data, when this proves an inclusion.</summary>
    public string? Entry { get; init; }

    /// <summary>The leaf's index, from 0, when this proves an inclusion.</summary>
    public long? Index { get; init; }

    /// <summary>The smaller size, when this proves that the log at the checkpoint begins with all it held then.</summary>
    public long? EarlierSize { get; init; }

    /// <summary>The root at the smaller size.</summary>
    public string? EarlierRoot { get; init; }

    /// <summary>The hashes of the proof, in the order of RFC 9162.</summary>
    public required IReadOnlyList<string> Proof { get; init; }

    /// <summary>The signed note that the proof leads to.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>Public keys of the log (vkeys).</summary>
    public required IReadOnlyList<string> LogKeys { get; init; }

    /// <summary>Public keys of witnesses that the bank names (vkeys).</summary>
    public IReadOnlyList<string> WitnessKeys { get; init; } = [];

    public string ToJson() => JsonSerializer.Serialize(this, Written) + "\n";

    /// <summary>Reads a file; says in words what is wrong with it when it is no proof.</summary>
    public static Outcome<EvidenceProof> Read(string json)
    {
        static Refusal Wrong(string reason) => new("proof_unreadable", $"This is no proof of an evidence log: {reason}");
        try
        {
            var proof = JsonSerializer.Deserialize<EvidenceProof>(json, Written);
            return proof switch
            {
                null or { Proof: null } or { Checkpoint: null } or { LogKeys: null } or { WitnessKeys: null } => Wrong("a part of it is empty."),
                { Format: Inclusion, Entry: not null, Index: not null, EarlierSize: null, EarlierRoot: null } => proof,
                { Format: Consistency, Entry: null, Index: null, EarlierSize: not null, EarlierRoot: not null } => proof,
                { Format: Inclusion } => Wrong("a proof of inclusion has the parts entry, index, proof, checkpoint and logKeys."),
                { Format: Consistency } => Wrong("a proof of consistency has the parts earlierSize, earlierRoot, proof, checkpoint and logKeys."),
                _ => Wrong($"its format is '{proof.Format}'; {Inclusion} and {Consistency} are known."),
            };
        }
        catch (JsonException failure)
        {
            return Wrong($"the JSON can't be read. {failure.Message}");
        }
    }
}
