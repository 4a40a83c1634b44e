using System.Globalization;
using System.Text;

namespace Pujiang.Cli;

/// <summary>A table for people: columns as wide as their widest cell, one row a line, the same on a terminal and in a pipe.</summary>
sealed class TextTable(params IReadOnlyList<string> columns)
{
    const int LongestRule = 100;

    readonly int[] _widths = [.. columns.Select(WidthOf)];
    readonly HashSet<int> _right = [];
    readonly List<string[]> _rows = [];
    bool _hasHeader;

    /// <summary>Columns of numbers, by their place from 0.</summary>
    public TextTable Right(params IEnumerable<int> places)
    {
        _right.UnionWith(places);
        return this;
    }

    /// <summary>One cell for each column; control characters, which could play tricks with a terminal, become blanks.</summary>
    public void Row(params string[] cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i] = Visible(cells[i]);
            _widths[i] = Math.Max(_widths[i], WidthOf(cells[i]));
        }
        _rows.Add(cells);
    }

    /// <summary>Prints the rows and forgets them, so that a long table can be printed in parts: the header comes once, columns only get wider.</summary>
    public void Print(TextWriter output)
    {
        if (!_hasHeader)
        {
            Print(output, columns);
            output.WriteLine(new string('─', Math.Min(_widths.Sum() + 2 * (_widths.Length - 1), LongestRule)));
            _hasHeader = true;
        }
        foreach (var row in _rows) Print(output, row);
        _rows.Clear();
    }

    void Print(TextWriter output, IReadOnlyList<string> cells)
    {
        var line = new StringBuilder();
        for (var i = 0; i < cells.Count; i++)
        {
            var blanks = _widths[i] - WidthOf(cells[i]);
            line.Append(' ', (i > 0 ? 2 : 0) + (_right.Contains(i) ? blanks : 0)).Append(cells[i]);
            if (!_right.Contains(i)) line.Append(' ', blanks);
        }
        output.WriteLine(line.ToString().TrimEnd());
    }

    /// <summary>At most so many places of a terminal, with "…" where something was left out.</summary>
    public static string Short(string text, int width)
    {
        if (WidthOf(text) <= width) return text;
        var (end, used) = (0, 1);
        foreach (var rune in text.EnumerateRunes())
        {
            if ((used += WidthOf(rune)) > width) break;
            end += rune.Utf16SequenceLength;
        }
        return text[..end] + "…";
    }

    public static string Visible(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;

    static int WidthOf(string text)
    {
        if (Ascii.IsValid(text)) return text.Length;
        var width = 0;
        foreach (var rune in text.EnumerateRunes()) width += WidthOf(rune);
        return width;
    }

    /// <summary>Places that a terminal gives a character: two for the wide ones of Unicode Annex 11 (Chinese, Japanese, Korean, emoji).</summary>
    static int WidthOf(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => 0,
        _ => rune.Value is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3)
            or (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60)
            or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD) ? 2 : 1,
    };
}
