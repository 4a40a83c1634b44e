using System.Runtime.Versioning;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class EvidenceNoteTests
{
    // The example in the documentation of Go's golang.org/x/mod/sumdb/note, whose form C2SP signed-note is.
    const string GoKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const string GoText = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const string GoSignature = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";

    static readonly DateTime Now = TestBank.Opening.UtcDateTime;

    [Fact]
    public void Signature_OfTheReferenceNote_IsRight()
    {
        Assert.True(NoteKey.TryParse(GoKey, out var key));
        Assert.Equal((GoKey, 0xc74f20a3u, NoteKeyKind.Ed25519), (key.ToString(), key.Id, key.Kind));
        Assert.True(NoteSignature.TryParse(GoSignature, out var signature));
        Assert.True(signature.IsBy(key));
        Assert.Equal(GoSignature, signature.ToString());
        Assert.True(key.Verify(GoText, signature.Signature));
        Assert.False(key.Verify(GoText + "\n", signature.Signature));
    }

    [Theory]
    [InlineData("")]
    [InlineData("PeterNeumann+c74f20a3")]
    [InlineData("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T=")]
    [InlineData("PeterNeumann+c74f20a3+AhpcQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    public void Key_ThatIsNone_IsNotRead(string text) => Assert.False(NoteKey.TryParse(text, out _));

    [Theory]
    [InlineData(NoteKeyKind.Ed25519)]
    [InlineData(NoteKeyKind.Cosignature)]
    [InlineData(NoteKeyKind.Sm2)]
    public void Signer_OpenedAgain_SignsWithTheSameKey(NoteKeyKind kind)
    {
        var path = Path.Combine(TemporaryFolders.New("keys"), "secret.key");
        var key = NoteSigner.Open(path, "bank.example/log", kind).Key;
        var signer = NoteSigner.Open(path, "another.example/name", kind);
        Assert.Equal(key.ToString(), signer.Key.ToString());
        Assert.Equal("bank.example/log", signer.Key.Name);
        Assert.True(NoteKey.TryParse(key.ToString(), out var published));

        Assert.True(NoteSignature.TryParse(signer.Sign("text\n", Now), out var signature));
        Assert.True(signature.IsBy(published));
        Assert.True(published.Verify("text\n", signature.Signature));
        Assert.False(published.Verify("other\n", signature.Signature));
        signature.Signature[^5] ^= 1;
        Assert.False(published.Verify("text\n", signature.Signature));
        Assert.False(published.Verify("text\n", signature.Signature.AsSpan(1)));
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void KeyFile_CanBeReadByItsOwnerOnly_AndIsNotTakenWhenDamaged()
    {
        var path = Path.Combine(TemporaryFolders.New("keys"), "evidence", "secret.key");
        NoteSigner.Open(path, "bank.example/log", NoteKeyKind.Ed25519);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
        var text = File.ReadAllText(path);
        foreach (var damaged in (string[])["", text[..^8], text.Replace("bank", "bonk", StringComparison.Ordinal), "PRIVATE+KEY+a+b"])
        {
            File.WriteAllText(path, damaged);
            Assert.Throws<InvalidDataException>(() => NoteSigner.Open(path, "bank.example/log", NoteKeyKind.Ed25519));
        }
        File.WriteAllText(path, text);
        Assert.Throws<InvalidDataException>(() => NoteSigner.Open(path, "bank.example/log", NoteKeyKind.Sm2));
    }

    static NoteSigner Signer(NoteKeyKind kind, string name) => NoteSigner.Open(Path.Combine(TemporaryFolders.New("keys"), "k"), name, kind);

    [Fact]
    public void Checkpoint_Signed_IsReadAgainAndChecked()
    {
        NoteSigner[] signers = [Signer(NoteKeyKind.Ed25519, "bank.example/log"), Signer(NoteKeyKind.Sm2, "bank.example/log")];
        var witness = Signer(NoteKeyKind.Cosignature, "witness.example/w1");
        var root = Merkle.Leaf("only"u8);
        var signed = Checkpoint.Sign("bank.example/log", 1, root, signers, Now);
        Assert.Equal($"bank.example/log\n1\n{Convert.ToBase64String(root)}\n", signed.Text);
        Assert.True(NoteSignature.TryParse(witness.Sign(signed.Text, Now), out var cosignature));
        var note = signed.With([cosignature]).ToString();

        var read = Checkpoint.Parse(note).Value();
        Assert.Equal(note, read.ToString());
        Assert.Equal(("bank.example/log", 1L), (read.Origin, read.Size));
        Assert.Equal(root, read.Root);
        NoteKey[] keys = [.. signers.Select(s => s.Key), witness.Key];
        Assert.Equal(keys, read.SignedBy(keys));
        Assert.Empty(read.ForgedFor(keys));
        Assert.Equal(Now, read.WitnessedAt(witness.Key));

        var other = Checkpoint.Parse(note.Replace("\n1\n", "\n2\n", StringComparison.Ordinal)).Value();
        Assert.Empty(other.SignedBy(keys));
        Assert.Equal(keys, other.ForgedFor(keys));
        Assert.Null(other.WitnessedAt(witness.Key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\n1\nTEXT\n")]
    [InlineData("a\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— a AAAAAAA=\n")]
    [InlineData("a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n\n— a AAAAAAA=\n")]
    [InlineData("a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n")]
    [InlineData("a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— a AAAAAAA=")]
    [InlineData("a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n- a AAAAAAA=\n")]
    [InlineData("a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— a AAAA\n")]
    [InlineData("a\r\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— a AAAAAAA=\n")]
    [InlineData("\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— a AAAAAAA=\n")]
    [InlineData("a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\n— a AAAAAAA=\n")]
    public void Checkpoint_ThatIsNone_IsRefusedInWords(string note)
    {
        Assert.False(Checkpoint.Parse(note).Try(out _, out var refusal));
        Assert.Equal("checkpoint_unreadable", refusal.Code);
    }

    // The examples of C2SP tlog-checkpoint and tlog-cosignature.
    [Fact]
    public void Checkpoint_OfTheSpecification_IsRead()
    {
        const string Note = """
            example.com/behind-the-sofa
            20852163
            CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

            — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
            — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==

            """;
        var read = Checkpoint.Parse(Note).Value();
        Assert.Equal(("example.com/behind-the-sofa", 20_852_163L, 2), (read.Origin, read.Size, read.Signatures.Count));
        Assert.Equal(1_679_315_147, Cosignatures.TimeOf(read.Signatures[1].Signature));
        Assert.Equal(Note, read.ToString());
    }

    [Fact]
    public void Entry_IsSixLinesAndNothingElse()
    {
        var entry = new EvidenceEntry(7, "approval", "approvals/request/1", new byte[32], Now);
        Assert.Equal($"pujiang-evidence/1\n7\napproval\napprovals/request/1\n{new string('0', 64)}\n2026-03-02T01:30:00.000000Z\n", entry.ToString());
        Assert.True(EvidenceEntry.TryParse(entry.ToBytes(), out var read));
        Assert.Equal(entry.ToString(), read.ToString());
        foreach (var other in (string[])
            ["", entry + "\n", entry.ToString().Replace("\n7\n", "\n07\n", StringComparison.Ordinal), entry.ToString().Replace("/1\n7", "/2\n7", StringComparison.Ordinal),
             entry.ToString().Replace("00Z", "00", StringComparison.Ordinal), entry.ToString().Replace("approval\n", "Approval\n", StringComparison.Ordinal)])
            Assert.False(EvidenceEntry.TryParse(System.Text.Encoding.ASCII.GetBytes(other), out _));
    }
}
