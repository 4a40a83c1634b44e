using System.Text;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>A file is what its content says, whole, and nothing in it acts by itself.</summary>
public sealed class FileInspectionTests
{
    const string Word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    const string Rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";

    public static TheoryData<string, byte[], FileFacts> Good() => new()
    {
        { "合同.pdf", Samples.Pdf(), new FileFacts(FileFormat.Pdf, Pages: 1) },
        { "a.PDF", Samples.PdfWith(""), new FileFacts(FileFormat.Pdf, Pages: 1) },
        { "a.pdf", Samples.PdfWithHidden("<< /S /GoTo /D [3 0 R /Fit] >>"), new FileFacts(FileFormat.Pdf, Pages: 1) },
        { "a.jpg", Samples.Jpeg(), new FileFacts(FileFormat.Jpeg, Width: 640, Height: 480) },
        { "a.jpeg", Samples.Jpeg(1, 1), new FileFacts(FileFormat.Jpeg, Width: 1, Height: 1) },
        { "a.png", Samples.Png(), new FileFacts(FileFormat.Png, Width: 8, Height: 6) },
        { "a.webp", Samples.WebP(), new FileFacts(FileFormat.WebP, Width: 320, Height: 200) },
        { "a.heic", Samples.Heic(), new FileFacts(FileFormat.Heic, Width: 4032, Height: 3024) },
        { "a.docx", Samples.Office(), new FileFacts(FileFormat.Docx) },
        { "a.xlsx", Samples.Office("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "xl/workbook.xml"), new FileFacts(FileFormat.Xlsx) },
        { "a.pptx", Samples.Office("application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml", "ppt/presentation.xml"), new FileFacts(FileFormat.Pptx) },
        { "a.docx", Samples.Office(more: ("word/_rels/document.xml.rels", Relation("hyperlink"))), new FileFacts(FileFormat.Docx) },
    };

    [Theory, MemberData(nameof(Good))]
    public void Inspect_GoodFile_FindsWhatItIs(string name, byte[] content, FileFacts expected) =>
        Assert.Equal(expected, Inspect(content, name).Value());

    public static TheoryData<string, string, byte[]> Bad() => new()
    {
        { "file_empty", "a.pdf", [] },
        { "file_type_unknown", "a.txt", "Just text"u8.ToArray() },
        { "file_type_unknown", "a.html", "<!DOCTYPE html><script>alert(1)</script>"u8.ToArray() },
        { "file_type_unknown", "a.exe", [(byte)'M', (byte)'Z', 0, 0] },
        { "file_type_unknown", "a.pdf", "\n%PDF-1.7 but not at the beginning"u8.ToArray() },
        { "file_legacy_office", "a.doc", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0] },

        // The name says something else than the content.
        { "file_type_differs", "a.png", Samples.Pdf() },
        { "file_type_differs", "a.docx", Samples.Office("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml") },
        { "file_type_differs", "a", Samples.Png() },
        { "file_type_differs", "a.pdf.exe", Samples.Pdf() },

        // Two files in one.
        { "file_trailing", "a.pdf", [.. Samples.Pdf(), .. Samples.Zip(("a.txt", [1]))] },
        { "file_trailing", "a.jpg", [.. Samples.Jpeg(), .. "<?php"u8] },
        { "file_trailing", "a.png", [.. Samples.Png(), 0] },
        { "file_trailing", "a.webp", [.. Samples.WebP(), 1, 2, 3] },
        { "file_trailing", "a.docx", [.. Samples.Office(), .. "#!/bin/sh"u8] },
        { "file_damaged", "a.heic", [.. Samples.Heic(), .. "PK"u8] },

        // Cut off or changed.
        { "file_damaged", "a.pdf", Samples.Pdf()[..^10] },
        { "file_damaged", "a.jpg", Samples.Jpeg()[..^2] },
        { "file_damaged", "a.jpg", Samples.Jpeg()[..24] },
        { "file_damaged", "a.png", Samples.Png()[..^1] },
        { "file_damaged", "a.png", Changed(Samples.Png(), 20) },
        { "file_damaged", "a.webp", Samples.WebP()[..^1] },
        { "file_damaged", "a.heic", Samples.Heic()[..^1] },
        { "file_damaged", "a.docx", Samples.Office()[..^1] },
        { "file_damaged", "a.docx", Changed(Samples.Office(), 60) },

        // Larger than they look.
        { "file_excessive", "a.png", Samples.Png(100_000, 100_000) },
        { "file_excessive", "a.png", Samples.Png(16_000, 16_000) },
        { "file_excessive", "a.jpg", Samples.Jpeg(65_535, 65_535) },
        { "file_damaged", "a.jpg", Samples.Jpeg(0, 480) },
        { "file_excessive", "a.docx", Samples.Office(more: ("word/media/bomb.bin", new byte[20_000_000])) },

        // What acts by itself.
        { "file_script", "a.pdf", Samples.PdfWith("/OpenAction 5 0 R", "<< /S /JavaScript /JS (app.alert\\(1\\)) >>") },
        { "file_script", "a.pdf", Samples.PdfWith("/OpenAction 5 0 R", "<< /S /J#61vaScript >>") },
        { "file_script", "a.pdf", Samples.PdfWith("/Names << /JavaScript 5 0 R >>") },
        { "file_script", "a.pdf", Samples.PdfWithHidden("<< /S /JavaScript /JS (app.alert\\(1\\)) >>") },
        { "file_script", "a.pdf", Samples.PdfWith("", "[ [ << /A << /JS (x) >> >> ] ]") },
        { "file_launch", "a.pdf", Samples.PdfWith("/OpenAction << /S /Launch /F (cmd.exe) >>") },
        { "file_embedded", "a.pdf", Samples.PdfWith("/Names << /EmbeddedFiles 5 0 R >>") },
        { "file_form", "a.pdf", Samples.PdfWith("/AcroForm << /XFA 5 0 R >>") },
        { "file_form", "a.pdf", Samples.PdfWith("/OpenAction << /S /SubmitForm >>") },
        { "file_media", "a.pdf", Samples.PdfWith("/X << /Subtype /RichMedia >>") },
        { "file_media", "a.heic", [.. Samples.Heic(), .. Samples.Box("moov", [])] },
        { "file_macros", "a.docx", Samples.Office("application/vnd.ms-word.document.macroEnabled.main+xml") },
        { "file_macros", "a.docx", Samples.Office(more: ("word/vbaProject.bin", [1, 2, 3])) },
        { "file_macros", "a.docx", Samples.Office(more: ("word/activeX/activeX1.xml", [1])) },
        { "file_embedded", "a.docx", Samples.Office(more: ("word/embeddings/oleObject1.bin", [1])) },
        { "file_embedded", "a.docx", Samples.Office(more: ("word/run.js", [1])) },
        { "file_external", "a.docx", Samples.Office(more: ("word/_rels/settings.xml.rels", Relation("attachedTemplate"))) },

        // A zip that is no Office file, or one that leads out of itself.
        { "file_type_unknown", "a.docx", Samples.Zip(("a.txt", [1])) },
        { "file_type_unknown", "a.docx", Samples.Office("text/plain") },
        { "file_damaged", "a.docx", Samples.Office(more: ("../../etc/passwd", [1])) },
        { "file_damaged", "a.docx", Samples.Office(more: ("word/a.xml", [1]), main: "word/a.xml") },
        { "file_damaged", "a.docx", Samples.Zip(("[Content_Types].xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"u8.ToArray())) },
    };

    [Theory, MemberData(nameof(Bad))]
    public void Inspect_BadFile_IsRefusedWithTheReason(string code, string name, byte[] content) =>
        Assert.Equal(code, Inspect(content, name).Code());

    [Theory]
    [InlineData("application/pdf", null)]
    [InlineData("application/pdf; charset=binary", null)]
    [InlineData("", null)]
    [InlineData("application/octet-stream", null)]
    [InlineData("image/png", "file_type_differs")]
    [InlineData("text/html", "file_type_differs")]
    public void Inspect_DeclaredType_MustBeWhatTheContentIs(string declared, string? code)
    {
        var outcome = FileInspection.Inspect(new MemoryStream(Samples.Pdf()), "a.pdf", declared);
        Assert.Equal(code, outcome.Try(out _, out var refusal) ? null : refusal.Code);
    }

    /// <summary>A packed object must be unpacked to be looked at. With a little behind it that is done; with 300 MB it is found out before they are held.</summary>
    [Fact]
    public void Inspect_PdfBomb_IsRefusedAndNeverHeldInMemory()
    {
        var (good, bomb) = (Samples.PdfWithHidden("<< >>", spaces: 1_000_000), Samples.PdfWithHidden("<< >>", spaces: 300_000_000));
        Assert.InRange(bomb.Length, 200_000, 1_000_000);
        Assert.Equal(new FileFacts(FileFormat.Pdf, Pages: 1), Inspect(good, "a.pdf").Value());
        Assert.Equal("file_script", Inspect(Samples.PdfWithHidden("<< /S /JavaScript >>", spaces: 1_000_000), "a.pdf").Code());

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("file_excessive", Inspect(bomb, "a.pdf").Code());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, bomb.Length, 20_000_000);
    }

    /// <summary>The largest that is let through asks for no more than a few times its size.</summary>
    [Fact]
    public void Inspect_PdfJustBelowTheLimit_AsksForABoundedAmountOfMemory()
    {
        var large = Samples.PdfWithHidden("<< >>", spaces: 60_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(1, Inspect(large, "a.pdf").Value().Pages);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 60_000_000, 600_000_000);
    }

    /// <summary>Every single-byte change and every cut of each good file gives an answer, never an exception.</summary>
    [Theory, MemberData(nameof(Good))]
    public void Inspect_DamagedAnywhere_NeverThrows(string name, byte[] content, FileFacts expected)
    {
        Assert.NotNull(expected);
        var step = Math.Max(1, content.Length / 300);
        for (var at = 0; at < content.Length; at += step)
        {
            _ = Inspect(content[..at], name);
            _ = Inspect(Changed(content, at), name);
        }
    }

    [Theory]
    [InlineData("../../etc/passwd.pdf", "passwd.pdf")]
    [InlineData(@"C:\fakepath\合同.pdf", "合同.pdf")]
    [InlineData(" a b.pdf ", "a b.pdf")]
    public void CheckName_Path_KeepsTheLastPart(string sent, string kept) => Assert.Equal(kept, FileInspection.CheckName(sent).Value());

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/")]
    [InlineData("a\u202Efdp.exe")]
    [InlineData("a\n.pdf")]
    public void CheckName_NoName_IsRefused(string sent) => Assert.Contains(FileInspection.CheckName(sent).Code(), (string[])["file_name_invalid", "text_unreadable"]);

    static Outcome<FileFacts> Inspect(byte[] content, string name) => FileInspection.Inspect(new MemoryStream(content), name, "");

    static byte[] Changed(byte[] content, int at)
    {
        var changed = content.ToArray();
        changed[at] ^= 0x5A;
        return changed;
    }

    static byte[] Relation(string type) => Encoding.UTF8.GetBytes(
        $"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{Rels}{type}" Target="https://example.com/x" TargetMode="External"/></Relationships>""");
}
