using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Pujiang.Platform;

/// <summary>What a document is for, as its owner says.</summary>
public enum DocumentPurpose
{
    Identity = 1,
    Income,
    Contract,
    Statement,
    Other,
}

public enum DocumentState
{
    /// <summary>Kept, but not served before the malware scanner has answered.</summary>
    Waiting = 1,

    /// <summary>Scanned or made by the bank; served.</summary>
    Held,

    /// <summary>The scanner found malware. Never served, and deleted soon.</summary>
    Infected,

    /// <summary>Its content is gone, because the time for which it had to be kept is over. The row stays.</summary>
    Deleted,
}

/// <summary>A file of a customer that the bank keeps. Its content lies in <see cref="DocumentVault"/>.</summary>
public sealed class Document
{
    /// <summary>
    /// Years for which a document is kept after the end of the business relation (反洗钱法 of 2024, article 34). Nobody knows that
    /// end on receipt: the time runs from then on, and anew while the owner still is a customer (<see cref="IBusinessRelations"/>).
    /// </summary>
    public const int YearsKept = 10;

    /// <summary>Days after which an infected content is deleted: long enough to find out how it came.</summary>
    public const int DaysInfectedKept = 30;

    Document() { }

    public Guid Id { get; private init; }

    /// <summary>The party whose document it is.</summary>
    public Guid OwnerId { get; private init; }

    /// <summary>File name with extension. Sealed at rest.</summary>
    public string Name { get; private init; } = "";
    public DocumentPurpose Purpose { get; private init; }
    public FileFormat Format { get; private init; }

    /// <summary>Where the vault has the content: a keyed hash of it, 32 hexadecimal digits.</summary>
    public string Address { get; private init; } = "";

    /// <summary>SHA-256 of the content, lower-case hexadecimal digits. Sealed at rest.</summary>
    public string Sha256 { get; private init; } = "";

    /// <summary>Bytes of the content.</summary>
    public long Length { get; private init; }

    /// <summary>Pages of a PDF; 0 otherwise.</summary>
    public int Pages { get; private init; }
    public DateTime ReceivedAt { get; private init; }

    /// <summary>Who sent or made it (<see cref="Caller.Actor"/>).</summary>
    public string ReceivedFrom { get; private init; } = "";
    public DocumentState State { get; private set; }

    /// <summary>When the scanner answered; null while it has not, and for what the bank has made.</summary>
    public DateTime? ScannedAt { get; private set; }

    /// <summary>What the scanner found, or empty.</summary>
    public string Threat { get; private set; } = "";

    /// <summary>The first day on which the content may be deleted.</summary>
    public DateOnly KeepUntil { get; private set; }

    /// <summary>Media type as it is served.</summary>
    public string MediaType => FileFormats.Of(Format).MediaType;

    internal static Document From(
        Guid id, Guid owner, string name, DocumentPurpose purpose, FileFacts facts, DocumentVault.Received file, string from, DateTime now, DocumentState state) => new()
        {
            Id = id,
            OwnerId = owner,
            Name = name,
            Purpose = purpose,
            Format = facts.Format,
            Pages = facts.Pages,
            Address = file.Address,
            Sha256 = file.Sha256,
            Length = file.Length,
            ReceivedAt = now,
            ReceivedFrom = from,
            State = state,
            KeepUntil = BankTime.DateOf(now).AddYears(YearsKept),
        };

    /// <summary>The scanner has answered.</summary>
    internal void Scanned(string threat, DateTime now)
    {
        if (State != DocumentState.Waiting) return;
        (State, ScannedAt, Threat) = (threat.Length == 0 ? DocumentState.Held : DocumentState.Infected, now, threat[..Math.Min(threat.Length, LongestThreat)]);
        if (State == DocumentState.Infected) KeepUntil = BankTime.DateOf(now).AddDays(DaysInfectedKept);
    }

    public const int LongestThreat = 100;

    internal void Delete() => State = DocumentState.Deleted;

    /// <summary>The business relation is not over: the time runs anew.</summary>
    internal void KeepOn(DateOnly today) => KeepUntil = today.AddYears(YearsKept);

    /// <summary>Why its content is not served; null when it is.</summary>
    public Refusal? NotServed => State switch
    {
        DocumentState.Held => null,
        DocumentState.Waiting => new Refusal("document_waiting", "The document has not been checked for malware yet. Try again in a minute.", "id"),
        DocumentState.Infected => new Refusal("document_infected", "The malware scanner has found something in this document. It is not given out.", "id"),
        _ => new Refusal("document_deleted", "The document has been deleted, because the time for which it is kept is over.", "id"),
    };

    /// <summary>What the evidence log has of its receipt, byte for byte: anybody who has the document can make it again.</summary>
    public string ReceiptText => Readable(new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["bytes"] = $"{Length}",
        ["document"] = $"{Id}",
        ["event"] = "received",
        ["sha256"] = Sha256,
    });

    /// <summary>The reference under which the evidence log has what happened to it.</summary>
    public string Reference => $"documents/{Id}";

    /// <summary>The reference under which the evidence log has that the bank has made a paper with this fingerprint (<see cref="PdfText.Fingerprint"/>).</summary>
    public static string PaperReference(string fingerprint) => $"papers/{fingerprint}";

    static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>JSON without white space, keys in order of their code points.</summary>
    internal static string Readable(SortedDictionary<string, string> values) => JsonSerializer.Serialize(values, Json);
}

sealed class DocumentTables : ICityTables
{
    public string Schema => "documents";

    public void Configure(TableModel model)
    {
        var document = model.Entity<Document>("document");
        document.Property(d => d.Id).ValueGeneratedNever();
        model.Seal(document.Property(d => d.Name));
        model.Seal(document.Property(d => d.Sha256));
        document.Property(d => d.Address).HasMaxLength(32);
        document.Property(d => d.ReceivedFrom).HasMaxLength(80);
        document.Property(d => d.Threat).HasMaxLength(Document.LongestThreat);
        document.HasIndex(d => new { d.OwnerId, d.ReceivedAt });
        document.HasIndex(d => d.Address);
        document.HasIndex(d => new { d.State, d.KeepUntil });
    }
}
