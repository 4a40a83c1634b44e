using System.Text;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>The file with a proof, and what verify says to it.</summary>
public sealed class EvidenceProofTests
{
    static readonly DateTime Now = TestBank.Opening.UtcDateTime;

    static NoteSigner Signer(string name, NoteKeyKind kind) => NoteSigner.Open(Path.Combine(TemporaryFolders.New("keys"), "k"), name, kind);

    sealed record Made(EvidenceProof Proof, EvidenceProof Consistency, IReadOnlyList<NoteSigner> Signers, NoteSigner Witness, Checkpoint Earlier);

    /// <summary>Nine entries, of which the sixth is proven; four were there before.</summary>
    static async Task<Made> Make()
    {
        IReadOnlyList<NoteSigner> signers = [Signer("bank.example/log", NoteKeyKind.Ed25519), Signer("bank.example/log", NoteKeyKind.Sm2)];
        var witness = Signer("witness.example/w", NoteKeyKind.Cosignature);
        await using var log = EvidenceLog.Open(new CrashingDisk(), signers, TimeProvider.System);
        ReadOnlyMemory<byte>[] entries = [.. Enumerable.Range(0, 9).Select(i => (ReadOnlyMemory<byte>)EvidenceEntry.Of(
            EvidenceRecord.Of("document", $"documents/{i}", Encoding.ASCII.GetBytes($"content {i}"), Now)).ToBytes())];
        await log.Append(entries[..4]);
        var earlier = log.Head.Checkpoint;
        await log.Append(entries[4..]);
        Assert.True(NoteSignature.TryParse(witness.Sign(log.Head.Checkpoint.Text, Now), out var cosignature));
        log.AddCosignatures(log.Head.Checkpoint, [cosignature]);
        var proof = new EvidenceProof
        {
            Format = EvidenceProof.Inclusion,
            Entry = Encoding.ASCII.GetString(log.Read(5).Span),
            Index = 5,
            Proof = [.. log.ProveInclusion(5, 9).Select(Convert.ToBase64String)],
            Checkpoint = log.Head.Witnessed!.ToString(),
            LogKeys = [.. log.Keys.Select(key => key.ToString())],
            WitnessKeys = [witness.Key.ToString()],
        };
        var consistency = proof with
        {
            Format = EvidenceProof.Consistency,
            Entry = null,
            Index = null,
            EarlierSize = 4,
            EarlierRoot = Convert.ToBase64String(earlier.Root),
            Proof = [.. log.ProveConsistency(4, 9).Select(Convert.ToBase64String)],
        };
        return new Made(proof, consistency, signers, witness, earlier);
    }

    static EvidenceVerdict Verdict(EvidenceProof proof, params IReadOnlyList<NoteKey> keys) => EvidenceVerdict.Of(proof, new(keys));

    [Fact]
    public async Task Proof_AsAFile_IsReadAgainAndSaysWhatItProves()
    {
        var made = await Make();
        var proof = EvidenceProof.Read(made.Proof.ToJson()).Value();
        Assert.Equal(made.Proof.ToJson(), proof.ToJson());
        var verdict = EvidenceVerdict.Of(proof, new([.. made.Signers.Select(s => s.Key)], "content 5"u8.ToArray()));
        Assert.True(verdict.IsProven, string.Join('\n', verdict.Lines));
        Assert.Contains("Entry 5 of the log says: document documents/5, recorded 2026-03-02 01:30:00 UTC", verdict.Lines[0], StringComparison.Ordinal);
        Assert.Contains("byte for byte", verdict.Lines[1], StringComparison.Ordinal);
        Assert.Contains("bank.example/log of 9 entries", verdict.Lines[2], StringComparison.Ordinal);
        Assert.Contains("Signed by the log with Ed25519", verdict.Lines[3], StringComparison.Ordinal);
        Assert.Contains("Signed by the log with SM2 with SM3", verdict.Lines[4], StringComparison.Ordinal);
        Assert.Contains("Witnessed by witness.example/w on 2026-03-02 01:30:00 UTC", verdict.Lines[5], StringComparison.Ordinal);
        Assert.Equal(6, verdict.Lines.Count);
        Assert.Contains("--key", Verdict(proof).Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proof_WithAnyLetterOfTheEntryChanged_IsRefused()
    {
        var made = await Make();
        for (var i = 0; i < made.Proof.Entry!.Length; i++)
        {
            var letters = made.Proof.Entry.ToCharArray();
            letters[i] = letters[i] == 'x' ? 'y' : 'x';
            Assert.False(Verdict(made.Proof with { Entry = new string(letters) }).IsProven);
        }
    }

    // In any line of any signed note, in keys and hashes: one letter, and the proof is none. Only a witness's line may be missing.
    [Fact]
    public async Task Proof_WithAnyLetterOfTheCheckpointChanged_IsRefused()
    {
        var made = await Make();
        foreach (var proof in (EvidenceProof[])[made.Proof, made.Consistency])
            for (var i = 0; i < proof.Checkpoint.Length; i++)
            {
                var letters = proof.Checkpoint.ToCharArray();
                letters[i] = letters[i] == 'A' ? 'B' : 'A';
                var changed = proof with { Checkpoint = new string(letters) };
                var verdict = Verdict(changed, [.. made.Signers.Select(s => s.Key)]);
                // A changed name or key id makes a line one of a stranger, which must be ignored (C2SP signed-note).
                Assert.True(!verdict.IsProven || verdict.Lines.Count(l => l.StartsWith("Signed", StringComparison.Ordinal) || l.StartsWith("Witnessed", StringComparison.Ordinal)) == 2,
                    $"{changed.Checkpoint}\n{string.Join('\n', verdict.Lines)}");
            }
    }

    [Fact]
    public async Task Proof_ThatDoesNotFit_SaysWhy()
    {
        var made = await Make();
        Says("index is 9, but", made.Proof with { Index = 9 });
        Says("do not lead", made.Proof with { Index = 4 });
        Says("do not lead", made.Proof with { Proof = [.. made.Proof.Proof.Skip(1)] });
        Says("32 bytes", made.Proof with { Proof = ["AAAA"] });
        Says("can't be read", made.Proof with { Checkpoint = "none" });
        Says("do not lead", made.Proof with { Checkpoint = made.Earlier.ToString(), Index = 3 });
        Says("key in the proof can't be read", made.Proof with { LogKeys = ["none"] });
        Says("not signed by the log", made.Proof with { LogKeys = [] });
        Says("one of witness.example/w", made.Proof with { LogKeys = made.Proof.WitnessKeys });
        Says("begins with the one of 3 entries", made.Consistency with { EarlierSize = 3 });
        Says("rewritten its past", made.Consistency with { EarlierRoot = made.Proof.Proof[0] });
        var stranger = Signer("bank.example/log", NoteKeyKind.Ed25519).Key;
        Assert.Contains("not signed by the key given", Verdict(made.Proof, stranger).Lines[^1], StringComparison.Ordinal);
        Assert.Contains("not the content", EvidenceVerdict.Of(made.Proof, new([], "content 6"u8.ToArray())).Lines[^1], StringComparison.Ordinal);

        static void Says(string words, EvidenceProof proof)
        {
            var verdict = Verdict(proof);
            Assert.False(verdict.IsProven);
            Assert.Contains(words, verdict.Lines[^1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Consistency_BeginsAtTheCheckpointThatWasKept_OrIsRefused()
    {
        var made = await Make();
        Assert.True(EvidenceVerdict.Of(made.Consistency, new([], Earlier: made.Earlier)).IsProven);
        var other = Checkpoint.Sign("bank.example/log", 4, Merkle.Leaf("another past"u8), made.Signers, Now);
        Assert.False(EvidenceVerdict.Of(made.Consistency, new([], Earlier: other)).IsProven);
        var foreign = Checkpoint.Sign("other.example/log", 4, made.Earlier.Root, made.Signers, Now);
        Assert.False(EvidenceVerdict.Of(made.Consistency, new([], Earlier: foreign)).IsProven);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"format\":\"other/1\",\"proof\":[],\"checkpoint\":\"\",\"logKeys\":[]}")]
    [InlineData("{\"format\":\"pujiang-inclusion-proof/1\",\"proof\":[],\"checkpoint\":\"\",\"logKeys\":[]}")]
    [InlineData("{\"format\":\"pujiang-inclusion-proof/1\",\"entry\":\"\",\"index\":0,\"proof\":null,\"checkpoint\":\"\",\"logKeys\":[]}")]
    [InlineData("{\"format\":\"pujiang-inclusion-proof/1\",\"entry\":\"\",\"index\":0,\"proof\":[],\"checkpoint\":\"\",\"logKeys\":[],\"more\":1}")]
    [InlineData("{\"format\":\"pujiang-consistency-proof/1\",\"entry\":\"\",\"index\":0,\"proof\":[],\"checkpoint\":\"\",\"logKeys\":[]}")]
    public void File_ThatIsNoProof_IsRefusedInWords(string json)
    {
        Assert.False(EvidenceProof.Read(json).Try(out _, out var refusal));
        Assert.Equal("proof_unreadable", refusal.Code);
    }

    [Fact]
    public async Task Verify_OnTheCommandLine_SaysItAndEndsAccordingly()
    {
        using var cli = new CommandLine();
        var made = await Make();
        var proof = cli.FileOf(made.Proof.ToJson(), "proof.json");
        var content = cli.FileOf("content 5", "content");
        var proven = await CommandLine.Run("verify", proof, "--content", content, "--key", made.Signers[0].Key.ToString());
        Assert.Equal((0, "Proven."), (proven.ExitCode, proven.Lines[0]));
        Assert.Contains("byte for byte", proven.Output, StringComparison.Ordinal);

        var changed = cli.FileOf((made.Proof with { Index = 4 }).ToJson(), "changed.json");
        var refused = await CommandLine.Run("verify", changed);
        Assert.Equal((2, "NOT proven."), (refused.ExitCode, refused.Lines[0]));
        Assert.Contains("do not lead", refused.Output, StringComparison.Ordinal);

        var consistency = cli.FileOf(made.Consistency.ToJson(), "consistency.json");
        var kept = cli.FileOf(made.Earlier.ToString(), "kept");
        var json = await CommandLine.Run("verify", consistency, "--earlier", kept, "--json");
        Assert.Equal(0, json.ExitCode);
        Assert.Contains("\"proven\": true", json.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await CommandLine.Run("verify", consistency, "--earlier", proof)).ExitCode);

        Assert.Equal(1, (await CommandLine.Run("verify", content)).ExitCode);
        Assert.Equal(1, (await CommandLine.Run("verify", proof + "x")).ExitCode);
        Assert.Equal(1, (await CommandLine.Run("verify", proof, "--key", "none")).ExitCode);
        Assert.Equal(1, (await CommandLine.Run("verify", consistency, "--content", content)).ExitCode);
    }
}
