using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Xml;

namespace Pujiang.Platform;

/// <summary>
/// Looks into an Office file of 2007 or later (ECMA-376 part 2, Open Packaging Conventions): a zip is only one when it says so
/// itself, and nothing in it may act by itself or fetch something from elsewhere.
/// </summary>
static class OfficeInspection
{
    const int MostEntries = 5_000;
    const long MostUnpacked = 256L * 1024 * 1024;

    /// <summary>Office files pack to a tenth; a bomb to a thousandth.</summary>
    const long MostRatio = 200;

    /// <summary>Small entries may pack as well as they like.</summary>
    const long SmallEntry = 1024 * 1024;
    const string Content = "application/vnd.openxmlformats-officedocument.";

    static readonly (string Type, FileFormat Format)[] MainParts =
    [
        (Content + "wordprocessingml.document.main+xml", FileFormat.Docx),
        (Content + "spreadsheetml.sheet.main+xml", FileFormat.Xlsx),
        (Content + "presentationml.presentation.main+xml", FileFormat.Pptx),
    ];

    public static Outcome<FileFacts> Inspect(Stream file)
    {
        if (EndProblem(file) is { } badEnd) return badEnd;
        try
        {
            using var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            if ((NamesProblem(zip) ?? UnpackProblem(zip) ?? RelationsProblem(zip)) is { } refusal) return refusal;
            return TypeOf(zip);
        }
        catch (Exception failure) when (failure is InvalidDataException or XmlException or IOException or NotSupportedException)
        {
            return FileInspection.Damaged("Office file", "its zip or its XML can't be read");
        }
    }

    /// <summary>The directory of the zip must be the last thing in the file: what follows it would be another file.</summary>
    static Refusal? EndProblem(Stream file)
    {
        const int EndRecord = 22;
        var tail = new byte[Math.Min(file.Length, EndRecord + 65_535)];
        file.Position = file.Length - tail.Length;
        file.ReadExactly(tail);
        file.Position = 0;
        var at = tail.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        if (at < 0 || tail.Length - at < EndRecord) return FileInspection.Damaged("Office file", "the end of its zip is missing");
        var end = at + EndRecord + BinaryPrimitives.ReadUInt16LittleEndian(tail.AsSpan(at + 20));
        return end == tail.Length && end == at + EndRecord ? null : FileInspection.Trailing("Office file", tail.Length - at - EndRecord);
    }

    static Refusal? NamesProblem(ZipArchive zip)
    {
        if (zip.Entries.Count > MostEntries) return FileInspection.Excessive($"{zip.Entries.Count} parts; at most {MostEntries}");
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in zip.Entries)
        {
            var name = entry.FullName;
            if (!names.Add(name)) return FileInspection.Damaged("Office file", "two of its parts have one name");
            if (name.Contains('\\') || name.StartsWith('/') || name.Split('/').Contains("..", StringComparer.Ordinal))
                return FileInspection.Damaged("Office file", "a part of it has a path that leads out of it");
            if (entry.IsEncrypted) return FileInspection.Damaged("Office file", "it has a password");
            if (Acting(name) is { } acting) return acting;
        }
        return null;
    }

    static Refusal? Acting(string name)
    {
        var (path, file) = (name.ToLowerInvariant(), name[(name.LastIndexOf('/') + 1)..].ToLowerInvariant());
        if (file.StartsWith("vbaproject", StringComparison.Ordinal) || file == "vbadata.xml" || path.Contains("/macrosheets/", StringComparison.Ordinal)) return FileInspection.Macros;
        if (path.Contains("/activex/", StringComparison.Ordinal)) return FileInspection.Macros;
        if (path.Contains("/embeddings/", StringComparison.Ordinal) || file.StartsWith("oleobject", StringComparison.Ordinal)) return FileInspection.Embedded;
        return Path.GetExtension(file) is ".exe" or ".dll" or ".js" or ".vbs" or ".ps1" or ".bat" or ".cmd" or ".jar" or ".html" or ".htm" or ".svg"
            ? FileInspection.Embedded : null;
    }

    /// <summary>Unpacks all of it and counts: what the directory says of sizes is only what the sender says.</summary>
    static Refusal? UnpackProblem(ZipArchive zip)
    {
        var (buffer, all) = (new byte[64 * 1024], 0L);
        foreach (var entry in zip.Entries)
        {
            using var content = entry.Open();
            var unpacked = 0L;
            int read;
            while ((read = content.Read(buffer)) > 0)
            {
                unpacked += read;
                all += read;
                if (all > MostUnpacked) return FileInspection.Excessive($"more than {MostUnpacked / (1024 * 1024)} MB when unpacked");
                if (unpacked > SmallEntry && unpacked > MostRatio * Math.Max(1, entry.CompressedLength))
                    return FileInspection.Excessive($"a part of it is packed more than {MostRatio} times");
            }
        }
        return null;
    }

    /// <summary>Links may lead outside; templates, objects and pictures that are fetched on opening may not.</summary>
    static Refusal? RelationsProblem(ZipArchive zip)
    {
        foreach (var entry in zip.Entries.Where(e => e.FullName.EndsWith(".rels", StringComparison.OrdinalIgnoreCase)))
        {
            using var content = entry.Open();
            using var xml = Reader(content);
            while (xml.Read())
                if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "Relationship"
                    && string.Equals(xml.GetAttribute("TargetMode"), "External", StringComparison.OrdinalIgnoreCase)
                    && xml.GetAttribute("Type")?.EndsWith("/hyperlink", StringComparison.OrdinalIgnoreCase) != true)
                    return FileInspection.Fetches;
        }
        return null;
    }

    static Outcome<FileFacts> TypeOf(ZipArchive zip)
    {
        if (zip.GetEntry("[Content_Types].xml") is not { } types)
            return new Refusal("file_type_unknown", "This is a zip, but no Office file (.docx, .xlsx, .pptx). Unpack it and send the files in it.", "file");
        using var content = types.Open();
        using var xml = Reader(content);
        FileFormat? found = null;
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element || xml.GetAttribute("ContentType") is not { } type) continue;
            if (type.Contains("macroEnabled", StringComparison.OrdinalIgnoreCase) || type.Contains("vbaProject", StringComparison.OrdinalIgnoreCase))
                return FileInspection.Macros;
            if (xml.GetAttribute("PartName")?.TrimStart('/') is { } part && zip.GetEntry(part) is not null)
                foreach (var main in MainParts)
                    if (main.Type == type) found = main.Format;
        }
        return found is { } format ? new FileFacts(format)
            : new Refusal("file_type_unknown", "This is a zip, but no Office document, workbook or presentation. Send a .docx, .xlsx or .pptx.", "file");
    }

    static XmlReader Reader(Stream content) =>
        XmlReader.Create(new StreamReader(content, Encoding.UTF8), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 4_000_000 });
}
