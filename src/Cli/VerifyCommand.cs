using System.CommandLine;
using System.Text;
using System.Text.Json;
using Pujiang.Platform;

namespace Pujiang.Cli;

/// <summary>Checks a proof of the evidence log, or a signature of a document with its proof, and says in words what it proves. Needs no bank and no network.</summary>
static class VerifyCommand
{
    const int DoesNotFit = 2;
    const int LargestProof = 1 << 20;

    public static Command Make()
    {
        var file = new Argument<string>("PROOF") { Description = "The proof (JSON), as the bank's page or API gives it" };
        var keys = new Option<string[]>("--key")
        {
            Description = "Public key of the log that you know from elsewhere (vkey); more than once for more. Without it the proof's own keys are taken",
            HelpName = "VKEY",
        };
        var content = new Option<string?>("--content") { Description = "The content that was recorded, or the document that was signed: its hash must fit", HelpName = "FILE" };
        var earlier = new Option<string?>("--earlier") { Description = "A checkpoint or an older proof that a proof of consistency must begin with", HelpName = "FILE" };
        var verify = new Command("verify", "Check a proof of the evidence log, or a signature of a document, offline. Exit code 0: proven, 2: something does not fit, 1: can't be read")
        {
            file, keys, content, earlier, Settings.Json,
        };
        verify.SetAction(parsed => Run(
            parsed.GetRequiredValue(file), parsed.GetValue(keys) ?? [], parsed.GetValue(content), parsed.GetValue(earlier), parsed.GetValue(Settings.Json)));
        return verify;
    }

    static int Run(string file, string[] keys, string? content, string? earlier, bool json)
    {
        if (SignatureFile.Parse(Text(file)) is { } signature) return RunSignature(signature, file, keys, content, earlier, json);
        var proof = Read(file);
        if (content is not null && proof.Format != EvidenceProof.Inclusion) throw new CommandFailed($"{file} proves no entry, so there is no content to compare (--content).");
        if (earlier is not null && proof.Format != EvidenceProof.Consistency) throw new CommandFailed($"{file} is no proof of consistency, so it has no earlier checkpoint (--earlier).");
        var verdict = EvidenceVerdict.Of(proof, new EvidenceVerdict.Against(
            [.. keys.Select(Key)], content is null ? null : Bytes(content), earlier is null ? null : EarlierIn(earlier)));
        return Say(verdict, json);
    }

    static int RunSignature(SignatureFile signature, string file, string[] keys, string? content, string? earlier, bool json)
    {
        if (earlier is not null) throw new CommandFailed($"{file} is a signature, so it has no earlier checkpoint (--earlier).");
        return Say(SignatureVerdict.Of(signature, content is null ? null : Bytes(content), [.. keys.Select(Key)]), json);
    }

    static int Say(EvidenceVerdict verdict, bool json)
    {
        if (json) PrintJson(verdict);
        else Print(verdict);
        return verdict.IsProven ? 0 : DoesNotFit;
    }

    static NoteKey Key(string text) => NoteKey.TryParse(text, out var key) ? key
        : throw new CommandFailed($"'{text}' is no public key (\"name+hash+base64\"), or its hash does not fit.");

    static string Text(string file)
    {
        var bytes = Bytes(file);
        if (bytes.Length > LargestProof) throw new CommandFailed($"{file} is no proof: it has {bytes.Length:N0} bytes.");
        return Encoding.UTF8.GetString(bytes);
    }

    static EvidenceProof Read(string file) =>
        EvidenceProof.Read(Text(file)).Try(out var proof, out var refusal) ? proof : throw new CommandFailed($"{file}: {refusal.Reason}");

    /// <summary>A checkpoint as the log serves it, or the one in a proof that was kept.</summary>
    static Checkpoint EarlierIn(string file)
    {
        var text = Encoding.UTF8.GetString(Bytes(file));
        if (text.TrimStart().StartsWith('{')) text = Read(file).Checkpoint;
        return Checkpoint.Parse(text).Try(out var checkpoint, out var refusal) ? checkpoint : throw new CommandFailed($"{file}: {refusal.Reason}");
    }

    static byte[] Bytes(string file)
    {
        using var stream = NamedFile.Open(file);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    static void Print(EvidenceVerdict verdict)
    {
        Console.WriteLine(verdict.IsProven ? "Proven." : "NOT proven.");
        foreach (var line in verdict.Lines) Console.WriteLine(TextTable.Visible($"  {line}"));
    }

    static void PrintJson(EvidenceVerdict verdict)
    {
        using var output = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(output, JsonText.Readable))
        {
            json.WriteStartObject();
            json.WriteBoolean("proven", verdict.IsProven);
            json.WriteStartArray("findings");
            foreach (var line in verdict.Lines) json.WriteStringValue(line);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        output.Write("\n"u8);
    }
}
