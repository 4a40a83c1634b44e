namespace Pujiang.Platform;

/// <summary>The kinds of file that the bank takes.</summary>
public enum FileFormat
{
    Pdf = 1,
    Jpeg,
    Png,
    WebP,
    Heic,
    Docx,
    Xlsx,
    Pptx,
}

/// <summary>What is known of a format.</summary>
/// <param name="MediaType">As it is served and may be declared (IANA).</param>
/// <param name="Extensions">File name extensions in lower case, the usual one first.</param>
/// <param name="MostBytes">A larger file is refused.</param>
public sealed record FormatFacts(FileFormat Format, string MediaType, IReadOnlyList<string> Extensions, long MostBytes);

public static class FileFormats
{
    const long Megabyte = 1024 * 1024;
    const string Office = "application/vnd.openxmlformats-officedocument.";

    /// <summary>Bytes at the beginning that are enough to tell the formats apart.</summary>
    public const int HeadBytes = 64;

    public static IReadOnlyList<FormatFacts> All { get; } =
    [
        new(FileFormat.Pdf, "application/pdf", [".pdf"], 20 * Megabyte),
        new(FileFormat.Jpeg, "image/jpeg", [".jpg", ".jpeg"], 10 * Megabyte),
        new(FileFormat.Png, "image/png", [".png"], 10 * Megabyte),
        new(FileFormat.WebP, "image/webp", [".webp"], 10 * Megabyte),
        new(FileFormat.Heic, "image/heic", [".heic", ".heif"], 10 * Megabyte),
        new(FileFormat.Docx, Office + "wordprocessingml.document", [".docx"], 20 * Megabyte),
        new(FileFormat.Xlsx, Office + "spreadsheetml.sheet", [".xlsx"], 20 * Megabyte),
        new(FileFormat.Pptx, Office + "presentationml.presentation", [".pptx"], 20 * Megabyte),
    ];

    /// <summary>The most bytes that any format may have.</summary>
    public static long MostBytes { get; } = All.Max(facts => facts.MostBytes);

    /// <summary>For a file field: what the browser offers first.</summary>
    public static string Accept { get; } = string.Join(',', All.SelectMany(facts => facts.Extensions));

    public static FormatFacts Of(FileFormat format) => All.First(facts => facts.Format == format);

    public static bool IsImage(FileFormat format) => format is FileFormat.Jpeg or FileFormat.Png or FileFormat.WebP or FileFormat.Heic;

    public static bool IsOffice(FileFormat format) => format is FileFormat.Docx or FileFormat.Xlsx or FileFormat.Pptx;

    /// <summary>
    /// What the first bytes can be, by their magic numbers; all Office formats are <see cref="FileFormat.Docx"/> until one has
    /// looked into them. Or why such a file is not taken.
    /// </summary>
    public static Outcome<FileFormat> Sniff(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty) return new Refusal("file_empty", "The file is empty. Choose a file that has a content.", "file");
        if (head.StartsWith("%PDF-"u8)) return FileFormat.Pdf;
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return FileFormat.Jpeg;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A])) return FileFormat.Png;
        if (head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8)) return FileFormat.WebP;
        if (head.Length >= 12 && head[4..].StartsWith("ftyp"u8) && IsHeicBrand(head.Slice(8, 4))) return FileFormat.Heic;
        if (head.StartsWith("PK\u0003\u0004"u8)) return FileFormat.Docx;
        if (head.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]))
            return new Refusal("file_legacy_office",
                "This is an Office file of the form before 2007, or one with a password. Save it as .docx, .xlsx or .pptx without a password, or as PDF.", "file");
        return new Refusal("file_type_unknown",
            $"This is none of the kinds of file that are taken: {string.Join(", ", All.SelectMany(f => f.Extensions))}.", "file");
    }

    static bool IsHeicBrand(ReadOnlySpan<byte> brand) =>
        brand.SequenceEqual("heic"u8) || brand.SequenceEqual("heix"u8) || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("heim"u8);
}
