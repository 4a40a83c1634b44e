namespace Pujiang.Platform;

/// <summary>What a file is, found by looking into it.</summary>
/// <param name="Pages">Pages of a PDF; 0 otherwise.</param>
/// <param name="Width">Pixels of an image; 0 otherwise.</param>
/// <param name="Height">Pixels of an image; 0 otherwise.</param>
public sealed record FileFacts(FileFormat Format, int Pages = 0, int Width = 0, int Height = 0);

/// <summary>
/// Looks into a file before it is kept: is it what its name says, does it end where its format ends, does it hold anything that
/// acts by itself? Nothing is rendered or run.
/// </summary>
/// <remarks>OWASP File Upload Cheat Sheet; ASVS 5.0 section V5.2.</remarks>
public static class FileInspection
{
    /// <summary>Characters of a file name.</summary>
    public const int LongestName = 120;

    const string Unspecific = "application/octet-stream";

    /// <param name="file">The whole file; can seek.</param>
    /// <param name="name">The name that the sender gave it.</param>
    /// <param name="declaredType">The media type that the sender declared; empty or application/octet-stream for none.</param>
    public static Outcome<FileFacts> Inspect(Stream file, string name, string declaredType)
    {
        Span<byte> head = stackalloc byte[FileFormats.HeadBytes];
        file.Position = 0;
        head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        if (!FileFormats.Sniff(head).Try(out var format, out var refusal)) return refusal;
        file.Position = 0;
        var found = format switch
        {
            FileFormat.Pdf => PdfInspection.Inspect(file),
            FileFormat.Docx => OfficeInspection.Inspect(file),
            _ => ImageInspection.Inspect(file, format),
        };
        if (!found.Try(out var facts, out refusal)) return refusal;
        return Contradiction(facts.Format, name, declaredType) is { } contradiction ? contradiction : facts;
    }

    /// <summary>The name as it is kept: the last part of a path. Or what is wrong with it.</summary>
    public static Outcome<string> CheckName(string name)
    {
        name = name[(name.LastIndexOfAny(['/', '\\']) + 1)..].Trim();
        if (name.Length is 0 or > LongestName || name.All(c => c == '.'))
            return new Refusal("file_name_invalid", $"The file needs a name of 1 to {LongestName} characters.", "name", $"{LongestName}");
        if (PlainText.Problem(name, "name") is { } unreadable) return unreadable;
        return name;
    }

    static Refusal? Contradiction(FileFormat format, string name, string declaredType)
    {
        var facts = FileFormats.Of(format);
        var extension = Path.GetExtension(name).ToLowerInvariant();
        if (!facts.Extensions.Contains(extension, StringComparer.Ordinal))
            return new Refusal("file_type_differs",
                $"The name ends with '{extension}', but the content is {facts.MediaType}. Name it with {facts.Extensions[0]}.", "file",
                extension, facts.MediaType, facts.Extensions[0]);
        var declared = declaredType.Split(';')[0].Trim().ToLowerInvariant();
        if (declared.Length == 0 || declared == Unspecific || declared == facts.MediaType || (format == FileFormat.Heic && declared == "image/heif")) return null;
        return new Refusal("file_type_differs",
            $"The file was sent as {declared}, but the content is {facts.MediaType}. Send it as what it is.", "file",
            declared, facts.MediaType, facts.Extensions[0]);
    }

    internal static Refusal Damaged(string format, string what) => new Refusal("file_damaged",
        $"The file is no whole {format}: {what}. Save it anew and send that.", "file", format);

    internal static Refusal Trailing(string format, long bytes) => new Refusal("file_trailing",
        $"Behind the end of the {format} there are {bytes} more bytes, as in a file that is two things at once. Save it anew and send that.",
        "file", format);

    internal static Refusal Excessive(string what) => new Refusal("file_excessive", $"The file is too large to be opened: {what}.", "file");

    // What acts by itself. A document for reading has no need of any of it.
    public static readonly Refusal Macros = new("file_macros", "The file has macros or controls that run. Save it without them, as .docx, .xlsx or .pptx, or as PDF.", "file");
    public static readonly Refusal Script = new("file_script", "The PDF holds JavaScript. Print it to a new PDF and send that.", "file");
    public static readonly Refusal Launch = new("file_launch", "The file starts a program or opens another file. Print it to a new PDF and send that.", "file");
    public static readonly Refusal Embedded = new("file_embedded", "The file has another file inside. Send that one by itself, and this one without it.", "file");
    public static readonly Refusal Media = new("file_media", "The file holds a film, a sound or a 3D object. Send it without them.", "file");
    public static readonly Refusal ActiveForm = new("file_form", "The PDF holds a form that sends or calculates. Print it to a new PDF and send that.", "file");
    public static readonly Refusal Fetches = new("file_external", "The file fetches something from elsewhere when it is opened, such as a template. Save it as PDF and send that.", "file");
}
