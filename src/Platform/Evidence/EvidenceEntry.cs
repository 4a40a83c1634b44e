using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Pujiang.Platform;

/// <summary>
/// What a leaf of the log says, as the bytes that are hashed: six lines of ASCII, each ended by a newline: "pujiang-evidence/1",
/// number, kind, reference, SHA-256 of the content in small hexadecimal digits, time.
/// </summary>
/// <param name="Number">Number of the record in the bank's tables; 0 for entries that were given to the log directly.</param>
/// <param name="Kind">"approval", "document", …</param>
/// <param name="Reference">Whose fact it is.</param>
/// <param name="ContentHash">32 bytes.</param>
/// <param name="RecordedAt">UTC, whole microseconds.</param>
public sealed record EvidenceEntry(long Number, string Kind, string Reference, byte[] ContentHash, DateTime RecordedAt)
{
    const string Format = "pujiang-evidence/1";
    const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>The leaf's data.</summary>
    public byte[] ToBytes() => System.Text.Encoding.ASCII.GetBytes(ToString());

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Format}\n{Number}\n{Kind}\n{Reference}\n{Convert.ToHexStringLower(ContentHash)}\n{RecordedAt.ToString(TimeFormat, CultureInfo.InvariantCulture)}\n");

    /// <summary>Reads a leaf; only the one right spelling.</summary>
    public static bool TryParse(ReadOnlySpan<byte> leaf, [NotNullWhen(true)] out EvidenceEntry? entry)
    {
        entry = null;
        var lines = System.Text.Encoding.ASCII.GetString(leaf).Split('\n');
        if (lines.Length != 7 || !EvidenceRecord.IsKind(lines[2]) || !EvidenceRecord.IsReference(lines[3]) || lines[4].Length != 64) return false;
        if (!long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        if (!DateTime.TryParseExact(lines[5], TimeFormat, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) return false;
        if (!lines[4].All(char.IsAsciiHexDigit)) return false;
        entry = new EvidenceEntry(number, lines[2], lines[3], Convert.FromHexString(lines[4]), time);
        if (!entry.ToBytes().AsSpan().SequenceEqual(leaf)) entry = null;
        return entry is not null;
    }

    internal static EvidenceEntry Of(EvidenceRecord record) =>
        new(record.Number, record.Kind, record.Reference, record.ContentHash, record.RecordedAt);
}
