using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>Takes a file from a customer, or one that the bank has made for a customer, and keeps it.</summary>
public sealed class KeepDocument(CityDb db, DocumentVault vault, VaultGate gate, DocumentScans scans, BankSignature signature, PlatformOptions options, NewId ids, TimeProvider clock)
{
    /// <summary>Documents and bytes of one owner: more is no use of a bank.</summary>
    public const int MostDocuments = 1_000;
    public const long MostBytes = 2L * 1024 * 1024 * 1024;

    /// <param name="Repeated">The same content with the same name is there already; this is that one.</param>
    public sealed record Result(Guid Id, bool Repeated);

    /// <summary>Receives, looks into it, keeps it; it waits for the scanner then. The same file again is the same document.</summary>
    /// <param name="file">Read once, from front to end.</param>
    /// <param name="name">File name, whose extension must be what the content is.</param>
    /// <param name="declaredType">Media type as declared, or empty.</param>
    public async Task<Outcome<Result>> Upload(
        Stream file, string name, string declaredType, DocumentPurpose purpose, Caller caller, CancellationToken cancel)
    {
        if (caller.PartyId is not { } owner)
            return new Refusal("document_owner_missing", "Documents belong to a customer; sign in as one.", "file");
        if (!Enum.IsDefined(purpose)) return new Refusal("document_purpose_invalid", $"Say what it is for: {string.Join(", ", Enum.GetNames<DocumentPurpose>())}.", "purpose");
        if (!FileInspection.CheckName(name).Try(out var checkedName, out var refusal)) return refusal;

        using var received = await vault.Receive(file, FileFormats.MostBytes, cancel);
        if (received is null) return TooLarge(FileFormats.MostBytes);
        await using var content = received.Open();
        if (await TooLargeForItsKind(content, cancel) is { } large) return large;
        if (!FileInspection.Inspect(content, checkedName, declaredType).Try(out var facts, out refusal)) return refusal;
        return await Keep(ids.Next(), owner, checkedName, purpose, facts, received, caller.Actor, DocumentState.Waiting, cancel);
    }

    /// <summary>Writes a paper of the bank, keeps and signs it: it needs no scan. Its fingerprint goes on record, so that a print can be checked.</summary>
    /// <param name="id">Of the document; the paper itself says it, so that no two are the same.</param>
    public async Task<Outcome<Result>> Made(
        Guid id, PdfText text, string name, DocumentPurpose purpose, Guid owner, Caller caller, CancellationToken cancel)
    {
        var paper = PdfWriter.Write(text, clock.UtcNow(), options.Address is { } address ? $"{address.ToString().TrimEnd('/')}/papers/" : null);
        using var received = await vault.Receive(new MemoryStream(paper.Pdf), long.MaxValue, cancel)
            ?? throw new InvalidOperationException("There is no limit that it could pass.");
        db.Record("document", Document.PaperReference(paper.Fingerprint), Document.Readable(new(StringComparer.Ordinal)
        {
            ["document"] = $"{id}",
            ["event"] = "made",
            ["fingerprint"] = paper.Fingerprint,
            ["sha256"] = received.Sha256,
        }));
        return await Keep(id, owner, name, purpose, new FileFacts(FileFormat.Pdf, paper.Pages), received, caller.Actor, DocumentState.Held, cancel);
    }

    async Task<Outcome<Result>> Keep(
        Guid id, Guid owner, string name, DocumentPurpose purpose, FileFacts facts, DocumentVault.Received file, string actor, DocumentState state, CancellationToken cancel)
    {
        using var _ = await gate.Enter(cancel);
        var own = db.Set<Document>().Where(d => d.OwnerId == owner && d.State != DocumentState.Deleted);
        // Names are sealed and can't be compared in the database.
        var same = await own.Where(d => d.Address == file.Address).AsNoTracking().ToListAsync(cancel);
        if (same.Find(d => d.Name == name && d.Purpose == purpose) is { } earlier) return new Result(earlier.Id, Repeated: true);
        if (await own.CountAsync(cancel) >= MostDocuments || await own.SumAsync(d => d.Length, cancel) + file.Length > MostBytes)
            return new Refusal("documents_too_many",
                $"At most {MostDocuments} documents with {MostBytes >> 30} GB in all are kept for one customer. Ask the bank for help.", "file",
                $"{MostDocuments}", $"{MostBytes >> 30}");
        var now = clock.UtcNow();
        var document = Document.From(id, owner, name, purpose, facts, file, actor, now, state);

        // The file first: a row without its file would be a document that the bank has lost.
        file.Keep();
        db.Add(document);
        db.Record("document", document.Reference, document.ReceiptText);
        if (state == DocumentState.Held) await signature.Add(document, now, cancel);
        await db.SaveChangesAsync(cancel);
        if (state == DocumentState.Waiting) scans.Wake();
        return new Result(document.Id, Repeated: false);
    }

    static async Task<Refusal?> TooLargeForItsKind(Stream content, CancellationToken cancel)
    {
        var head = new byte[FileFormats.HeadBytes];
        var read = await content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel);
        if (!FileFormats.Sniff(head.AsSpan(0, read)).Try(out var format, out _)) return null;
        return content.Length > FileFormats.Of(format).MostBytes ? TooLarge(FileFormats.Of(format).MostBytes) : null;
    }

    static Refusal TooLarge(long most) => new Refusal("document_too_large",
        $"The file is larger than {most >> 20} MB. Send a smaller one, such as a picture with fewer pixels.", "file", $"{most >> 20}");
}

/// <summary>One at a time between the vault and its rows: a content is not deleted while somebody brings it anew.</summary>
public sealed class VaultGate : IDisposable
{
    readonly SemaphoreSlim _one = new(1, 1);

    public async Task<IDisposable> Enter(CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        return new Leave(_one);
    }

    public void Dispose() => _one.Dispose();

    sealed class Leave(SemaphoreSlim one) : IDisposable
    {
        public void Dispose() => one.Release();
    }
}
