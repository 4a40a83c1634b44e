using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Pujiang.Platform;

/// <summary>
/// Something that the evidence log shall hold: saved with the change that it is about, and taken into the log soon after.
/// </summary>
sealed class EvidenceRecord
{
    /// <summary>Characters of a kind.</summary>
    public const int LongestKind = 32;

    /// <summary>Characters of a reference.</summary>
    public const int LongestReference = 200;

    EvidenceRecord() { }

    /// <summary>Given by the database, rising; gaps are normal.</summary>
    public long Number { get; private init; }

    public string Kind { get; private init; } = "";
    public string Reference { get; private init; } = "";

    /// <summary>SHA-256 of the content, 32 bytes.</summary>
    public byte[] ContentHash { get; private init; } = [];

    /// <summary>UTC, whole microseconds.</summary>
    public DateTime RecordedAt { get; private init; }

    /// <summary>Its place in the log, from 0; null while it waits.</summary>
    public long? LeafIndex { get; set; }

    /// <exception cref="ArgumentException">The kind or the reference is none that a line of text can hold: a bug of the caller.</exception>
    public static EvidenceRecord Of(string kind, string reference, ReadOnlySpan<byte> content, DateTime now) => new()
    {
        Kind = IsKind(kind) ? kind
            : throw new ArgumentException($"'{kind}' is no kind: 1 to {LongestKind} small letters, digits and hyphens.", nameof(kind)),
        Reference = IsReference(reference) ? reference
            : throw new ArgumentException($"A reference has 1 to {LongestReference} printable ASCII characters and no space.", nameof(reference)),
        ContentHash = SHA256.HashData(content),
        RecordedAt = now,
    };

    public static bool IsKind(string text) =>
        text.Length is > 0 and <= LongestKind && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    public static bool IsReference(string text) =>
        text.Length is > 0 and <= LongestReference && text.All(c => c is > ' ' and <= '~');
}

/// <summary>How a service leaves evidence.</summary>
public static class EvidenceExtensions
{
    /// <summary>
    /// Leaves evidence of a fact in the caller's transaction: when the change is saved, the fact goes into the log; when it is
    /// not, it does not. Nothing is written before <c>SaveChangesAsync</c>.
    /// </summary>
    /// <param name="kind">What kind of fact: "approval", "document", "signature", … 1 to 32 small letters, digits and hyphens.</param>
    /// <param name="reference">
    /// Whose fact: "approvals/request/…". 1 to 200 printable ASCII characters without a space. It is public, so it never
    /// holds a name or a number of a person.
    /// </param>
    /// <param name="content">
    /// What happened, byte for byte. Only its SHA-256 is kept, and that is public: content that could be guessed
    /// ("approved") must hold something that can't, such as an id of its own.
    /// </param>
    /// <exception cref="ArgumentException">Kind or reference is not as said above.</exception>
    public static void Record(this CityDb db, string kind, string reference, ReadOnlySpan<byte> content) =>
        db.Add(EvidenceRecord.Of(kind, reference, content, db.GetService<TimeProvider>().UtcNow()));

    /// <summary>The same for text, which is hashed as UTF-8.</summary>
    public static void Record(this CityDb db, string kind, string reference, string content) =>
        db.Record(kind, reference, Encoding.UTF8.GetBytes(content));
}

/// <summary>How far the log's places are noted in the tables. One row.</summary>
sealed class EvidencePosition
{
    public int Id { get; init; } = 1;

    /// <summary>Every leaf below this index that is a record's is noted at its record.</summary>
    public long Size { get; set; }
}

sealed class EvidenceTables : ICityTables
{
    public string Schema => "evidence";

    public void Configure(TableModel model)
    {
        var record = model.Entity<EvidenceRecord>("record");
        record.HasKey(r => r.Number);
        record.Property(r => r.Kind).HasMaxLength(EvidenceRecord.LongestKind);
        record.Property(r => r.Reference).HasMaxLength(EvidenceRecord.LongestReference);
        record.Property(r => r.ContentHash).HasMaxLength(32);
        record.HasIndex(r => r.Reference);
        record.HasIndex(r => r.LeafIndex).IsUnique();
        // What waits is found without looking at all that does not.
        record.HasIndex(r => r.Number).HasFilter("leaf_index IS NULL");
        model.Entity<EvidencePosition>("position").Property(p => p.Id).ValueGeneratedNever();
    }
}
