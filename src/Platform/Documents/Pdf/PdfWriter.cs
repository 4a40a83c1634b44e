namespace Pujiang.Platform;

/// <summary>Sets a document on A4 pages: lines, page breaks, repeated table heads, page numbers. The same text makes the same bytes.</summary>
public sealed class PdfWriter
{
    // Points (1/72 inch) from the left and lower edge of A4 (595 × 842).
    const double Left = 64, Right = 531, Top = 770, Bottom = 84, HeaderAt = 806, FooterAt = 56;
    const double Size = 10.5, CellSize = 9.5, Small = 8, LineHeight = 17, CellHeight = 14.5, Gap = 8;

    readonly PdfFile _file = new();
    double _y;

    PdfWriter() { }

    PdfPage Page => _file.Pages[^1];

    /// <summary>A file, its number of pages, and what its footer says.</summary>
    public sealed record Paper(byte[] Pdf, int Pages, string Fingerprint);

    /// <param name="made">UTC; in the file's properties.</param>
    /// <param name="verifyAt">Address of the page that checks a fingerprint, without it: "https://bank.example/papers/"; null where the bank has no record of it.</param>
    /// <exception cref="FileNotFoundException">The font package is not installed.</exception>
    public static Paper Write(PdfText text, DateTime made, string? verifyAt = null)
    {
        var writer = new PdfWriter();
        writer.NewPage();
        writer.Lines(text.Title, 17, 27, bold: true);
        writer.Page.Line(Left, writer._y + 13, Right, writer._y + 13, 1.2, PdfColour.Blueish);
        writer._y -= Gap;
        foreach (var block in text.Blocks) writer.Add(block);
        var fingerprint = text.Fingerprint();
        writer.HeadersAndFooters(text, fingerprint, verifyAt is null ? null : verifyAt + fingerprint);
        return new Paper(writer._file.Build(text.Title, text.Language, made), writer._file.Pages.Count, fingerprint);
    }

    void NewPage()
    {
        _file.AddPage();
        _y = Top;
    }

    /// <summary>Begins a new page when less than this is left on it.</summary>
    bool Need(double height)
    {
        if (_y - height >= Bottom) return false;
        NewPage();
        return true;
    }

    void Add(PdfBlock block)
    {
        switch (block)
        {
            case PdfHeading heading:
                // Not alone at the foot of a page: two lines of what follows go with it.
                Need(LineHeight * 4);
                _y -= Gap;
                Lines(heading.Text, 12.5, 21, bold: true);
                break;
            case PdfParagraph paragraph:
                Lines(paragraph.Text, Size, LineHeight, paragraph.Indent ? 2 * Size : 0);
                _y -= Gap / 2;
                break;
            case PdfFacts facts:
                foreach (var (label, value) in facts.Rows) Fact(label, value);
                _y -= Gap / 2;
                break;
            case PdfTable table:
                Table(table);
                break;
            case PdfSignatures signatures:
                Signatures(signatures);
                break;
            case PdfSeal seal:
                Seal(seal);
                break;
        }
    }

    void Lines(string text, double size, double height, double indent = 0, bool bold = false)
    {
        var lines = Broken(text, size, Right - Left, Right - Left - indent);
        for (var i = 0; i < lines.Count; i++)
        {
            Need(height);
            Page.Text(lines[i], size, Left + (i == 0 ? indent : 0), _y, bold: bold);
            _y -= height;
        }
    }

    static IReadOnlyList<string> Broken(string text, double size, double width, double? first = null) =>
        LineBreaking.Lines(string.Join('\n', text.Split('\n').Select(PdfFont.Printable)), width, line => PdfFont.Width(line, size), first);

    void Fact(string label, string value)
    {
        const double ValueLeft = Left + 160;
        var (labels, values) = (Broken(label, Size, ValueLeft - Left - Gap), Broken(value, Size, Right - ValueLeft));
        Need(LineHeight * Math.Max(labels.Count, Math.Min(values.Count, 3)));
        for (var i = 0; i < Math.Max(labels.Count, values.Count); i++)
        {
            Need(LineHeight);
            if (i < labels.Count) Page.Text(labels[i], Size, Left, _y, PdfColour.Grey);
            if (i < values.Count) Page.Text(values[i], Size, ValueLeft, _y);
            _y -= LineHeight;
        }
        _y -= 2;
    }

    void Table(PdfTable table)
    {
        var shares = table.Columns.Sum(column => column.Share);
        double[] widths = [.. table.Columns.Select(column => (Right - Left) * column.Share / shares)];
        var head = Cells([.. table.Columns.Select(column => column.Title)], widths);
        var totals = table.Totals is { } last ? Cells(last, widths) : null;
        Need(HeightOf(head) + (2 * CellHeight));
        Row(table, head, widths, stands: true);
        for (var i = 0; i < table.Rows.Count; i++)
        {
            var cells = Cells(table.Rows[i], widths);
            // The totals take the last row along to a new page.
            var together = i == table.Rows.Count - 1 && totals is not null ? HeightOf(totals) : 0;
            if (Need(Math.Min(HeightOf(cells) + together, Top - Bottom - HeightOf(head)))) Row(table, head, widths, stands: true);
            TallRow(table, head, cells, widths);
        }
        if (totals is not null) Row(table, totals, widths, stands: true);
        _y -= Gap;
    }

    static IReadOnlyList<string>[] Cells(IReadOnlyList<string> row, double[] widths) =>
        [.. widths.Select((width, i) => Broken(i < row.Count ? row[i] : "", CellSize, width - 10))];

    static double HeightOf(IReadOnlyList<string>[] cells) => (cells.Max(lines => lines.Count) * CellHeight) + 6;

    /// <summary>A row that is taller than a page goes on over the next ones.</summary>
    void TallRow(PdfTable table, IReadOnlyList<string>[] head, IReadOnlyList<string>[] cells, double[] widths)
    {
        while (HeightOf(cells) > _y - Bottom)
        {
            var lines = Math.Max(1, (int)((_y - Bottom - 6) / CellHeight));
            Row(table, [.. cells.Select(cell => cell.Take(lines).ToList())], widths, stands: false);
            cells = [.. cells.Select(cell => cell.Skip(lines).ToList())];
            NewPage();
            Row(table, head, widths, stands: true);
        }
        Row(table, cells, widths, stands: false);
    }

    void Row(PdfTable table, IReadOnlyList<string>[] cells, double[] widths, bool stands)
    {
        var height = HeightOf(cells);
        if (stands) Page.Fill(Left, _y - height + 12, Right - Left, height, PdfColour.Pale);
        var x = Left;
        for (var i = 0; i < cells.Length; i++)
        {
            for (var line = 0; line < cells[i].Count; line++)
            {
                var text = cells[i][line];
                var at = table.Columns[i].IsNumber ? x + widths[i] - 5 - PdfFont.Width(text, CellSize) : x + 5;
                Page.Text(text, CellSize, at, _y - 2 - (line * CellHeight), bold: stands);
            }
            x += widths[i];
        }
        _y -= height;
        Page.Line(Left, _y + 12, Right, _y + 12, 0.5, PdfColour.Rule);
    }

    void Signatures(PdfSignatures signatures)
    {
        const double Height = 96;
        Need(Height);
        var width = (Right - Left) / signatures.Parties.Count;
        for (var i = 0; i < signatures.Parties.Count; i++)
        {
            var (left, y) = (Left + (i * width), _y - Gap);
            foreach (var line in Broken(signatures.Parties[i], Size, width - 24).Take(3))
            {
                Page.Text(line, Size, left, y);
                y -= LineHeight;
            }
            Page.Line(left, _y - 66, left + width - 24, _y - 66, 0.6, PdfColour.Black);
            Page.Text(signatures.Line, Small, left, _y - 79, PdfColour.Grey);
        }
        _y -= Height;
    }

    void Seal(PdfSeal seal)
    {
        Need(PdfSealDrawing.Diameter + Gap);
        var (x, y) = (Right - (PdfSealDrawing.Diameter / 2), _y - (PdfSealDrawing.Diameter / 2) + 6);
        Page.Text(seal.Bank, Size, x - 100 - PdfFont.Width(seal.Bank, Size), y + 4);
        Page.Text(seal.Date, Size, x - 100 - PdfFont.Width(seal.Date, Size), y + 4 - LineHeight);
        PdfSealDrawing.Draw(Page, seal, x, y);
        _y -= PdfSealDrawing.Diameter + Gap;
    }

    void HeadersAndFooters(PdfText text, string fingerprint, string? verifyAt)
    {
        var english = text.Language == Languages.English;
        for (var i = 0; i < _file.Pages.Count; i++)
        {
            var page = _file.Pages[i];
            var number = english ? $"Page {i + 1} of {_file.Pages.Count}" : $"第 {i + 1} 页，共 {_file.Pages.Count} 页";
            page.Text(PdfFont.Printable(text.Header), Small, Left, HeaderAt, PdfColour.Grey);
            page.Line(Left, FooterAt + 13, Right, FooterAt + 13, 0.5, PdfColour.Rule);
            page.Text($"{(english ? "Fingerprint" : "内容指纹")} {fingerprint}", Small - 1, Left, FooterAt, PdfColour.Grey);
            page.Text(number, Small, Right - PdfFont.Width(number, Small), FooterAt, PdfColour.Grey);
            if (verifyAt is not null) page.Text($"{(english ? "Verify at" : "核验地址")} {PdfFont.Printable(verifyAt)}", Small - 1, Left, FooterAt - 12, PdfColour.Grey);
        }
    }
}
