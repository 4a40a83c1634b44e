using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.Standard14Fonts;
using UglyToad.PdfPig.Writer;

namespace Pujiang.Services.Tests;

/// <summary>Small files of each kind, made byte for byte, whole or with one thing wrong.</summary>
static class Samples
{
    /// <summary>The test file of the anti-malware makers (eicar.org), in two parts so that this source is not itself taken for it.</summary>
    public static readonly string Eicar = @"X5O!P%@AP[4\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";

    public static byte[] Pdf(string text = "Hello")
    {
        using var pdf = new PdfDocumentBuilder();
        var font = pdf.AddStandard14Font(Standard14Font.Helvetica);
        pdf.AddPage(PageSize.A4).AddText(text, 12, new PdfPoint(50, 700), font);
        return pdf.Build();
    }

    /// <summary>The same bytes each time, with a text that is not packed.</summary>
    public static byte[] Plain(string text = "Hello") => PdfWith($"/PieceInfo ({text.Replace(@"\", @"\", StringComparison.Ordinal).Replace("(", @"\(", StringComparison.Ordinal).Replace(")", @"\)", StringComparison.Ordinal)})");

    /// <summary>A PDF of one page and one more object, which the catalog refers to.</summary>
    public static byte[] PdfWith(string inCatalog, string fifthObject = "<< >>")
    {
        string[] objects =
        [
            $"<< /Type /Catalog /Pages 2 0 R {inCatalog} >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>", "<< /Length 0 >>\nstream\n\nendstream", fifthObject,
        ];
        var body = new StringBuilder("%PDF-1.7\n");
        var places = new List<int>();
        for (var i = 0; i < objects.Length; i++)
        {
            places.Add(body.Length);
            body.Append($"{i + 1} 0 obj\n{objects[i]}\nendobj\n");
        }
        var table = body.Length;
        body.Append($"xref\n0 {objects.Length + 1}\n0000000000 65535 f \n");
        foreach (var place in places) body.Append($"{place:D10} 00000 n \n");
        body.Append($"trailer\n<< /Size {objects.Length + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
        return Encoding.Latin1.GetBytes(body.ToString());
    }

    /// <summary>A PDF whose fifth object is packed in an object stream: no byte of it can be read without unpacking.</summary>
    /// <param name="spaces">Packed behind it.</param>
    public static byte[] PdfWithHidden(string hidden, int spaces = 0)
    {
        var packed = ZLib(Encoding.Latin1.GetBytes("5 0 " + hidden), spaces);
        using var file = new MemoryStream();
        var places = new int[8];
        void Add(int number, string text, byte[]? stream = null)
        {
            places[number] = (int)file.Position;
            file.Write(Encoding.Latin1.GetBytes($"{number} 0 obj\n{text}\n"));
            if (stream is not null) file.Write([.. "stream\n"u8, .. stream, .. "\nendstream\n"u8]);
            file.Write("endobj\n"u8);
        }
        file.Write("%PDF-1.7\n"u8);
        Add(1, "<< /Type /Catalog /Pages 2 0 R /OpenAction 5 0 R >>");
        Add(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
        Add(3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>");
        Add(4, $"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length {packed.Length} >>", packed);
        // ISO 32000-2, 7.5.8: type, place, and generation or index, as 1, 4 and 1 bytes.
        places[6] = (int)file.Position;
        var table = new List<byte>();
        void Row(byte type, int place, byte index) => table.AddRange([type, .. BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(place)), index]);
        Row(0, 0, 255);
        foreach (var number in (int[])[1, 2, 3, 4]) Row(1, places[number], 0);
        Row(2, 4, 0);
        Row(1, places[6], 0);
        Add(6, $"<< /Type /XRef /Size 7 /W [1 4 1] /Root 1 0 R /Length {table.Count} >>", [.. table]);
        file.Write(Encoding.Latin1.GetBytes($"startxref\n{places[6]}\n%%EOF\n"));
        return file.ToArray();
    }

    public static byte[] ZLib(ReadOnlySpan<byte> plain, int spaces = 0)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(plain);
            var some = Enumerable.Repeat((byte)' ', 1_000_000).ToArray();
            for (; spaces > 0; spaces -= some.Length) zlib.Write(some.AsSpan(0, Math.Min(spaces, some.Length)));
        }
        return packed.ToArray();
    }

    public static byte[] Png(uint width = 8, uint height = 6)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(header, width);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        Chunk(file, "IHDR", header);
        Chunk(file, "IDAT", ZLib(new byte[54]));
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    static void Chunk(MemoryStream file, string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        file.Write(BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(data.Length)));
        file.Write(body);
        file.Write(BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(Crc(body))));
    }

    /// <summary>Bit by bit (PNG annex D), unlike the table of the code under test.</summary>
    static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? 0xEDB88320u ^ (crc >> 1) : crc >> 1;
        }
        return ~crc;
    }

    public static byte[] Jpeg(ushort width = 640, ushort height = 480) =>
    [
        0xFF, 0xD8, 0xFF, 0xE0, 0, 16, (byte)'J', (byte)'F', (byte)'I', (byte)'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0,
        0xFF, 0xC0, 0, 11, 8, (byte)(height >> 8), (byte)(height & 0xFF), (byte)(width >> 8), (byte)(width & 0xFF), 1, 1, 0x11, 0,
        0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD0, 0x56, 0xFF, 0xD9,
    ];

    public static byte[] WebP(int width = 320, int height = 200)
    {
        byte[] body = [.. "WEBPVP8X"u8, 10, 0, 0, 0, 0, 0, 0, 0, .. UInt24(width - 1), .. UInt24(height - 1), .. "ALPH"u8, 0, 0, 0, 0];
        return [.. "RIFF"u8, .. BitConverter.GetBytes(body.Length), .. body];
    }

    static byte[] UInt24(int value) => [(byte)(value & 0xFF), (byte)((value >> 8) & 0xFF), (byte)(value >> 16)];

    public static byte[] Heic(int width = 4032, int height = 3024) =>
    [
        .. Box("ftyp", "heic\0\0\0\0mif1heic"u8),
        .. Box("meta", [0, 0, 0, 0, .. Box("iprp", Box("ipco", Box("ispe", [0, 0, 0, 0, .. UInt32(width), .. UInt32(height)])))]),
        .. Box("mdat", [1, 2, 3]),
    ];

    public static byte[] Box(string type, ReadOnlySpan<byte> content) => [.. UInt32(content.Length + 8), .. Encoding.ASCII.GetBytes(type), .. content];

    static byte[] UInt32(int value) => BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(value));

    public const string WordMain = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";

    /// <summary>A .docx (or what its main part says) with more parts.</summary>
    public static byte[] Office(string mainType = WordMain, string main = "word/document.xml", params (string Name, byte[] Content)[] more)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, "[Content_Types].xml", Encoding.UTF8.GetBytes(
                $"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/{main}" ContentType="{mainType}"/></Types>"""));
            Add(zip, main, "<document/>"u8.ToArray());
            foreach (var (name, content) in more) Add(zip, name, content);
        }
        return file.ToArray();
    }

    static void Add(ZipArchive zip, string name, byte[] content)
    {
        using var entry = zip.CreateEntry(name, CompressionLevel.Optimal).Open();
        entry.Write(content);
    }

    public static byte[] Zip(params (string Name, byte[] Content)[] entries)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in entries) Add(zip, name, content);
        return file.ToArray();
    }
}
