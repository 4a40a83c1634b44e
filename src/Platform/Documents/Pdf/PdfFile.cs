using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Pujiang.Platform;

/// <summary>
/// Writes a PDF (ISO 32000-2) of A4 pages in the bank's font: of it only the letters that are used, and with a table by which each
/// letter can be read back. The same pages make the same bytes.
/// </summary>
sealed class PdfFile
{
    const int Catalog = 1, PageTree = 2, Information = 3, Font = 4, CidFont = 5, Descriptor = 6, FontProgram = 7, ToUnicode = 8, FirstPage = 9;

    readonly List<Rune> _letters = [];
    readonly Dictionary<Rune, int> _numbers = [];
    readonly List<PdfPage> _pages = [];
    readonly ArrayBufferWriter<byte> _bytes = new();
    readonly SortedDictionary<int, int> _offsets = [];

    public IReadOnlyList<PdfPage> Pages => _pages;

    public PdfPage AddPage()
    {
        _pages.Add(new PdfPage(this));
        return _pages[^1];
    }

    /// <summary>The number that a letter has in this file; 0 is for what is missing.</summary>
    public int NumberOf(Rune letter)
    {
        if (_numbers.TryGetValue(letter, out var number)) return number;
        _letters.Add(letter);
        return _numbers[letter] = _letters.Count;
    }

    /// <param name="language">Of what it says, for those to whom it is read aloud.</param>
    /// <param name="made">UTC.</param>
    public byte[] Build(string title, string language, DateTime made)
    {
        Write("%PDF-1.7\n%\u00E2\u00E3\u00CF\u00D3\n");
        Add(Catalog, $"<< /Type /Catalog /Pages {PageTree} 0 R /Lang ({language}) /ViewerPreferences << /DisplayDocTitle true >> >>");
        Add(PageTree, $"<< /Type /Pages /Count {_pages.Count} /Kids [{string.Join(' ', _pages.Select((_, i) => $"{FirstPage + (2 * i)} 0 R"))}] >>");
        Add(Information, $"<< /Title {Utf16(title)} /Producer (Pujiang) /CreationDate (D:{made:yyyyMMddHHmmss}Z) >>");
        AddFont();
        for (var i = 0; i < _pages.Count; i++)
        {
            Add(FirstPage + (2 * i), $"<< /Type /Page /Parent {PageTree} 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F {Font} 0 R >> >> /Contents {FirstPage + (2 * i) + 1} 0 R >>");
            AddStream(FirstPage + (2 * i) + 1, Encoding.ASCII.GetBytes(_pages[i].Operations));
        }
        var id = Convert.ToHexString(SHA256.HashData(_bytes.WrittenSpan).AsSpan(0, 16));
        var start = _bytes.WrittenCount;
        Write($"xref\n0 {_offsets.Count + 1}\n0000000000 65535 f \n");
        foreach (var offset in _offsets.Values) Write($"{offset:D10} 00000 n \n");
        Write($"trailer\n<< /Size {_offsets.Count + 1} /Root {Catalog} 0 R /Info {Information} 0 R /ID [<{id}> <{id}>] >>\nstartxref\n{start}\n%%EOF\n");
        return _bytes.WrittenSpan.ToArray();
    }

    /// <summary>A composite font (9.7) whose codes are the numbers of this file's letters, two bytes each.</summary>
    void AddFont()
    {
        var face = PdfFont.Face;
        List<int> glyphs = [0, .. _letters.Select(face.GlyphOf)];
        var program = face.Subset(glyphs);
        // Six letters before the name of a face that is not whole (9.9.2).
        var name = $"{Tag(program)}+WenQuanYiMicroHei";
        Add(Font, $"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H /DescendantFonts [{CidFont} 0 R] /ToUnicode {ToUnicode} 0 R >>");
        Add(CidFont, $"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor {Descriptor} 0 R /CIDToGIDMap /Identity /W [0 [{string.Join(' ', glyphs.Select(g => Thousandths(face.WidthOf(g))))}]] >>");
        Add(Descriptor, $"<< /Type /FontDescriptor /FontName /{name} /Flags 4 /FontBBox [{string.Join(' ', face.Box.Select(Thousandths))}] /ItalicAngle 0 /Ascent {Thousandths(face.Ascent)} /Descent {Thousandths(face.Descent)} /CapHeight {Thousandths(face.Ascent)} /StemV 80 /FontFile2 {FontProgram} 0 R >>");
        AddStream(FontProgram, program, $" /Length1 {program.Length}");
        AddStream(ToUnicode, Encoding.ASCII.GetBytes(UnicodeTable()));
    }

    static int Thousandths(int units) => units * 1000 / PdfFont.Face.UnitsPerEm;

    static string Tag(byte[] program) => string.Concat(SHA256.HashData(program).Take(6).Select(b => (char)('A' + (b % 26))));

    /// <summary>Which letter a code is (9.10.3), a hundred to a section as readers want it.</summary>
    string UnicodeTable()
    {
        var table = new StringBuilder("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /Letters def\n/CMapType 2 def\n"
            + "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n");
        foreach (var some in _letters.Select((letter, i) => (Letter: letter, Number: i + 1)).Chunk(100))
        {
            table.Append(CultureInfo.InvariantCulture, $"{some.Length} beginbfchar\n");
            foreach (var (letter, number) in some)
                table.Append(CultureInfo.InvariantCulture, $"<{number:X4}> <{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(letter.ToString()))}>\n");
            table.Append("endbfchar\n");
        }
        return table.Append("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n").ToString();
    }

    static string Utf16(string text) => $"<FEFF{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(text))}>";

    void Add(int number, string content)
    {
        _offsets[number] = _bytes.WrittenCount;
        Write($"{number} 0 obj\n{content}\nendobj\n");
    }

    void AddStream(int number, byte[] content, string more = "")
    {
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)) deflate.Write(content);
        _offsets[number] = _bytes.WrittenCount;
        Write($"{number} 0 obj\n<< /Length {packed.Length} /Filter /FlateDecode{more} >>\nstream\n");
        _bytes.Write(packed.ToArray());
        Write("\nendstream\nendobj\n");
    }

    void Write(string text) => _bytes.Write(Encoding.Latin1.GetBytes(text));
}

/// <summary>Red, green and blue.</summary>
readonly record struct PdfColour(byte Red, byte Green, byte Blue)
{
    public static readonly PdfColour Black = new(0, 0, 0), Grey = new(90, 90, 90), Blueish = new(15, 76, 117), Pale = new(232, 239, 244), Rule = new(176, 190, 200), SealRed = new(200, 16, 32);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Red / 255.0:0.###} {Green / 255.0:0.###} {Blue / 255.0:0.###}");
}

/// <summary>A page and what is drawn on it; lengths are points (1/72 inch) from the lower left corner of A4 (595 × 842).</summary>
sealed class PdfPage(PdfFile file)
{
    readonly StringBuilder _operations = new();

    public string Operations => _operations.ToString();

    /// <param name="bold">Thickened: the font has one weight.</param>
    public void Text(string line, double size, double x, double y, PdfColour colour = default, bool bold = false) =>
        Text(line, size, $"1 0 0 1 {N(x)} {N(y)}", colour, bold);

    /// <summary>Text turned by an angle (radians, against the clock) around its beginning.</summary>
    public void TurnedText(string line, double size, double x, double y, double angle, PdfColour colour) =>
        Text(line, size, $"{N(Math.Cos(angle))} {N(Math.Sin(angle))} {N(-Math.Sin(angle))} {N(Math.Cos(angle))} {N(x)} {N(y)}", colour, bold: false);

    void Text(string line, double size, string matrix, PdfColour colour, bool bold)
    {
        if (line.Length == 0) return;
        var codes = string.Concat(line.EnumerateRunes().Select(rune => file.NumberOf(rune).ToString("X4", CultureInfo.InvariantCulture)));
        var weight = bold ? $"2 Tr {N(size / 40)} w {colour} RG" : "0 Tr";
        _operations.Append(CultureInfo.InvariantCulture, $"BT {colour} rg {weight} /F {N(size)} Tf {matrix} Tm <{codes}> Tj ET\n");
    }

    public void Line(double x1, double y1, double x2, double y2, double width, PdfColour colour) =>
        _operations.Append(CultureInfo.InvariantCulture, $"{colour} RG {N(width)} w {N(x1)} {N(y1)} m {N(x2)} {N(y2)} l S\n");

    public void Fill(double x, double y, double width, double height, PdfColour colour) =>
        _operations.Append(CultureInfo.InvariantCulture, $"{colour} rg {N(x)} {N(y)} {N(width)} {N(height)} re f\n");

    public void Fill(IEnumerable<(double X, double Y)> corners, PdfColour colour)
    {
        _operations.Append(CultureInfo.InvariantCulture, $"{colour} rg ");
        foreach (var (i, (x, y)) in corners.Index()) _operations.Append(CultureInfo.InvariantCulture, $"{N(x)} {N(y)} {(i == 0 ? "m" : "l")} ");
        _operations.Append("f\n");
    }

    /// <summary>A ring of four curves; 0.5523 is how far their handles reach (error below 0.03 %).</summary>
    public void Ring(double x, double y, double radius, double width, PdfColour colour)
    {
        var reach = radius * 0.5523;
        _operations.Append(CultureInfo.InvariantCulture, $"{colour} RG {N(width)} w {N(x + radius)} {N(y)} m ");
        foreach (var (dx, dy) in ((double, double)[])[(1, 0), (0, 1), (-1, 0), (0, -1)])
        {
            // A quarter of the way against the clock: from (dx, dy) to (-dy, dx).
            var (fromX, fromY, toX, toY) = (x + (radius * dx), y + (radius * dy), x - (radius * dy), y + (radius * dx));
            _operations.Append(CultureInfo.InvariantCulture, $"{N(fromX - (reach * dy))} {N(fromY + (reach * dx))} {N(toX + (reach * dx))} {N(toY + (reach * dy))} {N(toX)} {N(toY)} c ");
        }
        _operations.Append("S\n");
    }

    static string N(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);
}
